"""``engine explain``: which bars, registers, parts and modalities make music a colour."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from engine.cli.opening import next_command, open_studio, record_shown, scoring_model
from engine.cli.options import ModelPath
from engine.cli.output import Json, say, say_json, say_next, say_note, say_table

if TYPE_CHECKING:
    from fitness.colours import Colour
    from fitness.embedding import Texts
    from fitness.explaining import Effect, Explanation, Subject

SUFFIXES = (".mid", ".midi")
BAR_WIDTH = 16
FOR, AGAINST = "▇", "░"


class OtherInputs(NamedTuple):
    """Inputs of the model besides the music."""

    concept: str | None
    lyric: str | None
    audio: Path | None
    given: Texts | None = None  # what the run of a candidate gave; what is typed comes first


def explain(
    context: typer.Context,
    music: Annotated[
        str, typer.Argument(metavar="CANDIDATE|FILE.mid", help="Id of a candidate, or a file.")
    ],
    colour: Annotated[
        str | None,
        typer.Option("--colour", "--color", help="Name or letter [default: the song's]."),
    ] = None,
    song: Annotated[
        str | None, typer.Option(help="Of this song, where several have the same music.")
    ] = None,
    concept: Annotated[
        str | None, typer.Option(help="Text to be scored with [default: as in its run].")
    ] = None,
    lyric: Annotated[
        str | None, typer.Option(help="Words to be scored with [default: as in its run].")
    ] = None,
    audio: Annotated[
        Path | None, typer.Option(help="Recording (.wav, .flac) to be scored with.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Picture [default: beside the candidate's files]."),
    ] = None,
    model: ModelPath = None,
    as_json: Json = False,
) -> None:
    """Show what makes a candidate its colour: each piece is hidden in turn, and scored again.

    The effect of a piece is the match with everything less the match without it. A candidate is
    explained by the model that scored it, unless another is named, with the texts that it was
    scored with.
    """
    other_inputs = OtherInputs(concept, lyric, audio)
    if Path(music).suffix.casefold() in SUFFIXES or Path(music).is_file():
        _explain_file(context, Path(music), colour, other_inputs, out, model, as_json=as_json)
        return
    from engine.gate.decisions import find_entry
    from engine.ids import short
    from engine.reports.explanation import model_of, picture_path, subject_of, texts_of

    with open_studio(context) as studio:
        entry = find_entry(studio, music, song)
        target = _colour(colour or entry.song.colour)
        subject, scorer = subject_of(studio, entry), model or model_of(studio, entry)
        other_inputs = other_inputs._replace(given=texts_of(studio, entry))
        found, sha256 = _explanation(scorer, subject, target, other_inputs, short(entry.id))
        path = out or picture_path(studio, entry, target.name)
        title = f"{entry.song.title}: {short(entry.id)}, {target.name} {found.match:.2f}"
        record_shown(studio, [entry], "explain", as_json=as_json)
    facts = {"candidate": entry.id, "song": entry.song.song_id, "model": sha256}
    _report(facts, subject, found, path, title, as_json=as_json)
    if not as_json:
        say_next(next_command(context, f"review --song {entry.song.song_id}"))


def _explain_file(
    context: typer.Context,
    path: Path,
    colour: str | None,
    other_inputs: OtherInputs,
    out: Path | None,
    model: Path | None,
    *,
    as_json: bool,
) -> None:
    from dataclasses import replace

    from engine.errors import Refused
    from engine.reports.explanation import subject_of_file

    if colour is None:
        raise Refused(f"{path}: a file has no colour of its own", "name one with --colour")
    target = _colour(colour)
    subject, remarks = subject_of_file(path)
    scorer = scoring_model(context, model)
    found, sha256 = _explanation(scorer, subject, target, other_inputs, str(path))
    found = replace(found, warnings=(*remarks, *found.warnings))
    title = f"{path.name}: {target.name} {found.match:.2f}"
    facts = {"file": str(path), "model": sha256}
    _report(facts, subject, found, out, title, as_json=as_json)


def _colour(text: str) -> Colour:
    from engine.errors import refusing
    from fitness.colours import find_colour

    with refusing():
        return find_colour(text)


def _explanation(
    scorer: Path,
    subject: Subject,
    colour: Colour,
    other_inputs: OtherInputs,
    name: str,
) -> tuple[Explanation, str]:
    """The explanation, and the hash of the model."""
    from engine.audio.samples import read_audio
    from fitness.encoders import SAMPLE_RATE_HZ
    from fitness.explaining import explain as hide_in_turn
    from fitness.scorer import ChromaticScorer

    loaded = ChromaticScorer(scorer)
    silence = None, SAMPLE_RATE_HZ
    samples, rate_hz = silence if other_inputs.audio is None else read_audio(other_inputs.audio)
    given = loaded.embed(
        samples, other_inputs.concept, other_inputs.lyric, rate_hz, other_inputs.given
    )
    return hide_in_turn(loaded.model, subject, colour, given, name), loaded.model.sha256


def _report(
    facts: dict[str, Any],
    subject: Subject,
    found: Explanation,
    picture: Path | None,
    title: str,
    *,
    as_json: bool,
) -> None:
    from engine.reports.explanation import in_words
    from engine.reports.pictures import draw_explanation

    if picture is not None:
        draw_explanation(picture, subject, found, title)
    words = in_words(found)
    if as_json:
        shown = None if picture is None else str(picture)
        say_json({**facts, **found.to_json(), "words": words, "picture": shown})
        return
    for warning in found.warnings:
        say_note(warning)
    say(title)
    _say_effects(found)
    for sentence in words:
        say(sentence)
    if picture is not None:
        say(f"to see: {picture}")


def _say_effects(found: Explanation) -> None:
    from fitness.colours import AXES

    strongest = max(
        (abs(effect.effect) for effect in found.effects if not effect.is_all), default=0.0
    )
    rows = [
        [
            f"{effect.kind} {effect.name}" if effect.kind == "bar" else effect.name,
            f"{effect.effect:+.3f}",
            _bar(effect, strongest),
            *(f"{effect.axes[axis]:+.3f}" for axis in AXES),
            "nothing is left" if effect.is_all else effect.sounds or "-",
        ]
        for effect in found.effects
    ]
    say_table(("without", "effect", "", *AXES, "sounds"), rows)


def _bar(effect: Effect, strongest: float) -> str:
    """A bar whose length shows the strength of an effect; empty for the whole music."""
    if effect.is_all or strongest == 0:
        return ""
    width = round(BAR_WIDTH * abs(effect.effect) / strongest)
    return (FOR if effect.effect > 0 else AGAINST) * width
