"""``engine arrange``: from approved parts to a whole song."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.cli.opening import next_command, open_studio
from engine.cli.options import Instruments
from engine.cli.output import Json, say, say_json, say_next, say_table
from engine.cli.words import read_words, say_of_words

if TYPE_CHECKING:
    from engine.arrangement.arranging import ArrangedSong, DraftOptions, PlanFile
    from engine.arrangement.assemble import Arrangement
    from engine.proposals.lyrics import LyricSheet
    from engine.state.songs import Song
    from engine.state.studio import Studio


def arrange(
    context: typer.Context,
    song: Annotated[str, typer.Option(help="Its id, its title, or words of the title.")],
    plan: Annotated[
        Path | None, typer.Option("--from", help="Assemble this plan [default: the song's].")
    ] = None,
    clips: Annotated[
        Path | None, typer.Option("--import", help="Take in a DAW's list of clips.")
    ] = None,
    frame_rate: Annotated[
        str | None, typer.Option(help="Of a list's time code: 24, 25, 29.97df ….")
    ] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Only draft a plan to edit.")] = False,
    fade: Annotated[bool, typer.Option("--fade", help="End by fading out.")] = False,
    lyrics: Annotated[
        Path | None, typer.Option(help="Words for each time that a section comes, by [headers].")
    ] = None,
    instrument: Instruments = None,
    audio: Annotated[str, typer.Option(help="Recordings as flac or wav, or none.")] = "flac",
    as_json: Json = False,
) -> None:
    """Put a song together from its approved parts, by a plan that you can edit."""
    from engine.arrangement.arranging import DraftOptions
    from engine.arrangement.arranging import arrange as assemble
    from engine.arrangement.instruments import read_choices, with_instruments
    from engine.arrangement.plan import FADE
    from engine.arrangement.words import give_words
    from engine.arrangement.writers import NO_AUDIO, writers
    from engine.audio import player
    from engine.errors import quoted
    from engine.gate.exports import are_new
    from engine.gate.waiting import entries_of, present
    from engine.state.lineages import sections

    words = read_words(lyrics)
    chosen = read_choices(instrument or [])
    options = DraftOptions(FADE if fade else None, words, chosen)
    with open_studio(context) as studio:
        state = studio.song(song)
        files = writers(state, audio)
        if lyrics is not None and words is not None:
            give_words(studio, state.song_id, lyrics.name, words)
        planned = _planned(studio, state, plan, clips, options, frame_rate, draft=draft)
        plan_to_play = replace(planned.plan, ending=FADE) if fade else planned.plan
        planned = replace(planned, plan=with_instruments(plan_to_play, state, chosen))
        said = _say_words(lyrics, words, planned, sections(state))
        arranged = None if draft else assemble(studio, studio.song(song), planned.plan, files)
        if arranged is not None and are_new(arranged.files):
            whole = arranged.arrangement
            shown = entries_of(studio, state.song_id, whole.candidates)
            present(studio, shown, "arrangement", "arrange", [whole.id])
        state = studio.song(song)
    if as_json:
        say_json(_report(planned, arranged) | {"words": said})
        return
    _say_plan(context, planned)
    if arranged is not None:
        _say_song(arranged)
        if audio != NO_AUDIO:
            say(f"recordings played by {player()}")
    again = f"arrange --song {state.song_id}"
    own = clips is None and plan is None and not planned.path.stem.endswith("engine")
    again = again if own else f"{again} --from {quoted(planned.path)}"
    if arranged is None:
        say(f"\nedit {planned.path}, and have it played")
        say_next(next_command(context, again))
    else:
        say(f"\nto have it otherwise, edit {planned.path} and run {next_command(context, again)}")
        say_next(next_command(context, _next_after(state)))


def _say_words(
    path: Path | None, sheet: LyricSheet | None, planned: PlanFile, sections: list[str]
) -> dict[str, Any] | None:
    found = planned.words
    if found is None:
        return None
    return say_of_words(path, sheet or found.sheet, found.unused, found.silent, sections)


def _next_after(song: Song) -> str:
    """The next command after a song was arranged: what of it is still to be made, if anything."""
    from engine.reports.progress import after_arranging, next_step

    step = next_step(song)
    return after_arranging(song.song_id) if step.startswith("arrange ") else step


def _planned(
    studio: Studio,
    song: Song,
    plan: Path | None,
    clips: Path | None,
    options: DraftOptions,
    frame_rate: str | None,
    *,
    draft: bool,
) -> PlanFile:
    from engine.arrangement.arranging import current_plan, import_clips, read_plan_file, write_draft
    from engine.errors import Refused

    if sum([plan is not None, clips is not None, draft]) > 1:
        raise Refused("--from, --import and --draft exclude each other", "name one of them")
    if frame_rate is not None and clips is None:
        raise Refused("--frame-rate is that of a list of clips", "name the list with --import")
    if plan is not None:
        return read_plan_file(studio, song, plan, options.lyrics)
    if clips is not None:
        return import_clips(studio, song, clips, frame_rate, options.lyrics)
    make = write_draft if draft else current_plan
    return make(studio, song, options)


def _report(planned: PlanFile, arranged: ArrangedSong | None) -> dict[str, Any]:
    from engine.arrangement.plan_text import plan_document

    report = {
        "plan": plan_document(planned.plan),
        "plan_file": {"path": str(planned.path), "outcome": planned.outcome},
        "warnings": list(planned.warnings),
        "reading": planned.reading or None,
        "frame_rate": planned.frame_rate or None,
        "drift": planned.drift,
    }
    if arranged is None:
        return report
    song = arranged.arrangement
    return report | {
        "arrangement": song.id,
        "folder": str(arranged.folder),
        "bars": song.bars,
        "seconds": round(song.seconds, 3),
        "tracks": [track.name for track in song.tracks],
        "instruments": _instruments(song),
        "files": [{"path": str(file.path), "outcome": file.outcome} for file in arranged.files],
    }


def _say_plan(context: typer.Context, planned: PlanFile) -> None:
    from engine.errors import in_studio

    if planned.reading:
        say(f"read as {', '.join(filter(None, (planned.reading, planned.frame_rate)))}")
    for warning in planned.warnings:
        say(f"note: {in_studio(warning, context.obj.words)}")
    if planned.drift is not None:
        _say_drift(planned.drift)
    rows = [
        [
            section.name,
            section.play,
            section.bars or "?",
            f"{section.energy:.2f}",
            "yes" if section.vocals else "no",
            ", ".join(f"{stage} {label}" for stage, label in section.parts) or "rest",
        ]
        for section in planned.plan.sections
    ]
    say_table(("section", "play", "bars", "energy", "vocals", "parts"), rows)
    say(f"{planned.path} {planned.outcome}")


def _say_drift(drift: dict[str, Any]) -> None:
    for change in ("removed", "added", "reordered"):
        if drift[change]:
            say(f"{change}: {', '.join(drift[change])}")
    for label, bars in drift["bar_deltas"].items():
        if bars["delta"]:
            say(f"{label}: {bars['proposed']} bars proposed, {bars['actual']} played")


def _instruments(song: Arrangement) -> dict[str, str]:
    """Stage -> name of its instrument, of the stages that play."""
    from engine.arrangement.instruments import instrument_name

    stages = [(track.name.lower(), track.program) for track in song.tracks]
    return {stage: instrument_name(stage, program) for stage, program in stages}


def _say_song(arranged: ArrangedSong) -> None:
    song = arranged.arrangement
    names = ", ".join(f"{stage}: {name}" for stage, name in _instruments(song).items())
    say(f"{song.title}: {song.length} ({names})")
    for file in arranged.files:
        say(f"{file.path} {file.outcome}")
