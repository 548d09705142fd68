"""Explanations of a colour match: the music to explain, and the result as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from engine.gate.decisions import music_of
from engine.gate.exports import proposal_at
from engine.gate.waiting import Entry
from engine.ids import short
from engine.models.promotion import promoted_path
from engine.models.registry import ModelRegistry
from engine.runs.contexts import section_of, song_context
from engine.runs.lifecycle import texts_given
from engine.state.studio import Studio
from fitness.embedding import NO_TEXTS, Texts
from fitness.excerpts import excerpt_of_file
from fitness.explaining import BAR, MIDI, MODALITY, PART, REGISTER, Effect, Explanation, Subject
from fitness.fusion import DEFAULT_MODEL
from genomes import Part
from genomes.time import rescale_ticks

# Smallest effect that is mentioned, and smallest fraction of the strongest effect of its kind.
MIN_EFFECT = 0.01
MIN_RELATIVE_EFFECT = 0.5


def subject_of(studio: Studio, entry: Entry) -> Subject:
    """A candidate with its parents, in the meter and tempo that it was made in."""
    song = proposal_at(studio, entry.state.built_on)
    context = song_context(song, section_of(entry.state.section))
    candidates = entry.song.candidates
    known = [Entry(each, entry.song, candidates[each]) for each in entry.state.parents]
    parts = [
        (each.state.stage, Part.from_payload(music_of(studio, each).part))
        for each in (*known, entry)
    ]
    return Subject(tuple(parts), context.meter, context.tempo_map, entry.state.stage)


def subject_of_file(path: Path) -> tuple[Subject, tuple[str, ...]]:
    """A MIDI file, with its tracks as parts, and the warnings from reading it.

    Raises:
        UnreadablePart: if it is no readable MIDI file.
    """
    excerpt, song = excerpt_of_file(path.read_bytes(), str(path))
    parts = [(name, song.part_of(track.notes, excerpt.meter)) for name, track in song.named_tracks]
    named = tuple(parts) or ((path.name, excerpt.part),)
    subject = Subject(
        named,
        excerpt.meter,
        excerpt.tempo_map,
        meters=song.meter_map,
        tracks_end_ticks=int(rescale_ticks(song.tracks_end_ticks, song.ticks_per_quarter)),
    )
    return subject, excerpt.warnings


def model_of(studio: Studio, entry: Entry) -> Path:
    """Path of the model that scored a candidate; if none did, of the model in use."""
    run = entry.state.run
    sha256 = None if run is None else studio.run(run)[1].model_sha256
    if sha256 is not None:
        return ModelRegistry(studio).load(sha256).path
    return promoted_path(studio) or DEFAULT_MODEL


def texts_of(studio: Studio, entry: Entry) -> Texts:
    """The texts that a candidate was scored with; none of one that no run made."""
    run = entry.state.run
    return NO_TEXTS if run is None else texts_given(studio, run)


def picture_path(studio: Studio, entry: Entry, colour: str) -> Path:
    """Path of the picture of an explanation, in the folder of the candidate's other files."""
    state = entry.state
    folder = studio.exports / entry.song.song_id / state.stage
    name = f"{short(entry.id)}_why_{colour.casefold()}.png"
    if state.run is not None:
        folder, name = folder / "runs" / state.run, f"{state.rank}_{name}"
    return folder / name


def in_words(explanation: Explanation) -> list[str]:
    """The explanation in a few sentences."""
    colour, sounds = explanation.colour, explanation.sounds
    is_heard = sounds in {colour, None}
    heard_as = f", and sounds {sounds}" if sounds else ""
    sentences = [f"It matches {colour} {explanation.match:.2f}{heard_as}."]
    pieces = [each for kind in (BAR, REGISTER, PART) for each in explanation.of(kind)]
    helping, hurting = _strongest(pieces, 1), _strongest(pieces, -1)
    if helping:
        does = (
            f"{_agree('makes', helping)} it" if is_heard else f"{_agree('leads', helping)} towards"
        )
        sentences.append(_sentence(f"{_listed(helping)} {does} {colour}"))
    else:
        sentences.append(
            f"Nothing makes it {colour} by itself: each bar and register can be spared."
        )
    if hurting:
        sentences.append(_sentence(f"{_listed(hurting)} {_agree('leads', hurting)} away from it"))
    return sentences + [_sentence(flip) for flip in _flips(explanation)]


def _strongest(effects: Iterable[Effect], sign: int) -> list[Effect]:
    """The strongest effects with one sign, 1 or -1, in the order of the music."""
    found = [each for each in effects if sign * each.effect >= MIN_EFFECT and not each.is_all]
    strongest = {each.kind: 0.0 for each in found}
    for each in found:
        strongest[each.kind] = max(strongest[each.kind], sign * each.effect)
    return [
        each for each in found if sign * each.effect >= MIN_RELATIVE_EFFECT * strongest[each.kind]
    ]


def _flips(explanation: Explanation) -> list[str]:
    """The colours without each part that changes it; else without the strongest other piece."""
    others = [
        each
        for each in explanation.effects
        if each.sounds not in {None, explanation.sounds} and each.notes
    ]
    parts = [each for each in others if each.kind == PART]
    best = max(others, key=lambda each: abs(each.effect), default=None)
    chosen = parts or ([best] if best else [])
    return [f"without {_name(each)} it would sound {each.sounds}" for each in chosen]


def _listed(effects: Sequence[Effect]) -> str:
    bars = [int(each.name) for each in effects if each.kind == BAR]
    names = [bars_in_words(bars)] if bars else []
    names += [_name(each) for each in effects if each.kind != BAR]
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def bars_in_words(numbers: Sequence[int]) -> str:
    """``bar 3``, or ``bars 1, 3–4``."""
    runs = [
        [number for _, number in run]
        for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ]
    ranges = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return f"bar{'s' if len(numbers) > 1 else ''} {', '.join(ranges)}"


def _name(effect: Effect) -> str:
    if effect.kind == BAR:
        return f"bar {effect.name}"
    if effect.kind == MODALITY:
        return "the notes" if effect.name == MIDI else f"the {effect.name}"
    return f"the {effect.name}"


def _agree(verb: str, effects: Sequence[Effect]) -> str:
    """The verb in the singular or the plural."""
    return verb if len(effects) == 1 else verb.removesuffix("s")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
