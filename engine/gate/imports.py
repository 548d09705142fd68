"""Imports: parts that a person made, as approved candidates beside those that evolved."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import Refused
from engine.gate.decisions import Brought, approval
from engine.gate.waiting import Entry
from engine.ids import candidate_id, short
from engine.proposals.sources import printable
from engine.runs.contexts import recorded_section, section_of, song_context
from engine.runs.parents import leaves
from engine.runs.requests import DEFAULT_ENERGY, DEFAULT_SECTION
from engine.stages import Stage, find_stage
from engine.state.lineages import lineage_of
from engine.state.songs import Song, imported_candidate, song_stream
from engine.state.studio import Studio
from genomes import Context, Meter, Part, Section
from genomes.chords.recognition import with_harmony
from genomes.midi import MidiError, MidiRepair, MidiScore, read_midi
from genomes.time import microseconds_per_quarter
from store import events
from store.records import NewEvent, Recorded

MAX_FILE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Played:
    """A part as a person's file has it.

    Attributes:
        part: its notes, whole bars long.
        file: the file's name.
        content_sha256: of its bytes.
        warnings: what a person should know of how it was read.
    """

    part: Part
    file: str
    content_sha256: str
    warnings: tuple[str, ...]


def read_played(path: Path, song: Song) -> Played:
    """Read a MIDI file as one part in the song's meter.

    Raises:
        Refused: if it can't be read, is empty, or is in another meter.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise Refused(f"{path.name}: larger than a part can be ({MAX_FILE_BYTES} bytes)")
    meter = Meter.parse(song.meter)
    with warnings.catch_warnings(record=True) as repairs:
        warnings.simplefilter("always", MidiRepair)
        try:
            score = read_midi(data)
            part = score.to_part(meter)
        except (MidiError, ValueError) as error:
            raise Refused(f"{path.name}: {error}") from error
    if not len(part.notes):
        raise Refused(f"{path.name}: no notes in it")
    if score.meter not in {None, meter}:
        raise Refused(f"{path.name} is in {score.meter}, the song in {meter}")
    told = [*(str(repair.message) for repair in repairs), *_told(score, float(song.tempo_bpm))]
    return Played(part, path.name, hashlib.sha256(data).hexdigest(), tuple(told))


def _told(score: MidiScore, tempo_bpm: float) -> Iterator[str]:
    """What was merged and what was left out."""
    if len(score.tracks) > 1:
        names = ", ".join(map(printable, score.tracks))
        yield f"{len(score.tracks)} tracks are merged into one part: {names}"
    elif len(score.channels) > 1:
        yield f"channels {', '.join(map(str, score.channels))} are merged into one part"
    ours = microseconds_per_quarter(tempo_bpm)
    if score.has_tempo and any(abs(tempo - ours) > 1 for _, tempo in score.tempo_map.changes):
        yield f"its tempo is left out: the song's is {tempo_bpm:g} bpm"
    if score.left_out:
        yield f"left out: {', '.join(score.left_out)}"


def import_part(
    studio: Studio,
    song_id: str,
    played: Played,
    stage_name: str,
    label: str,
    parent: str | None = None,
) -> Recorded:
    """Record a part made by hand, and its approval; returns the approval.

    Args:
        studio: where.
        song_id: of which song.
        played: the part.
        stage_name: what it is: chords, drums ...
        label: of its section, and what it shall be called.
        parent: beginning of the id of what it stands on, where several could be meant.

    Raises:
        Refused: if it doesn't fit what it stands on, or is approved already.
    """
    stage = find_stage(stage_name)

    def importing() -> list[NewEvent]:
        song = studio.song(song_id)
        brought = _brought(song, played, stage, label, parent)
        known = song.candidates.get(brought.candidate)
        state = known or imported_candidate(brought, position=0)
        made: list[events.Payload] = [] if known else [brought]
        entry = Entry(brought.candidate, song, state)
        fresh = None if known else Brought(brought.part, {})
        made.append(approval(studio, entry, label, brought=fresh))
        return [NewEvent(event, actor=studio.actor) for event in made]

    return studio.decide(song_stream(song_id), importing)[-1]


def _brought(
    song: Song, played: Played, stage: Stage, label: str, parent: str | None
) -> events.PartImported:
    """The event that brings a part, fitted to what it stands on."""
    parents, section = _place(song, played, stage, label, parent)
    context = song_context(song, section)
    if played.part.length_ticks > context.length_ticks:
        bars = played.part.length_ticks // context.meter.bar_ticks
        raise Refused(f"{played.file} has {bars} bars, {section.label} has {section.bars}")
    part = replace(_as_stage(played.part, stage), length_ticks=context.length_ticks)
    if not stage.needs:
        part = with_harmony(part, context)
    return events.PartImported(
        candidate=candidate_id(stage.name, context, parents, part),
        stage=stage.name,
        section=recorded_section(section),
        part=part.to_payload(),
        parents=list(parents),
        context_position=song.position,
        file=played.file,
        content_sha256=played.content_sha256,
        warnings=list(played.warnings),
    )


def as_in_a_run(song: Song, played: Played, stage: Stage) -> tuple[Part, Context]:
    """A part with its chords and the context of a section of its length, as a run would have them.

    Raises:
        Refused: if the stage stands on others, or the part isn't of its kind.
    """
    if stage.needs:
        raise Refused(f"{stage.name} stand on other parts", "files are scored as --stage chords")
    _, section = _place(song, played, stage, DEFAULT_SECTION, None)
    context = song_context(song, section)
    try:
        return with_harmony(_as_stage(played.part, stage), context), context
    except ValueError as error:
        raise Refused(f"{played.file}: {error}") from error


def _place(
    song: Song, played: Played, stage: Stage, label: str, parent: str | None
) -> tuple[tuple[str, ...], Section]:
    """What a part stands on, and its section."""
    if not stage.needs:
        bars = played.part.length_ticks // Meter.parse(song.meter).bar_ticks
        return (), Section(label, bars, DEFAULT_ENERGY)
    found = leaves(song, stage, label if parent is None else None, parent)
    if len(found) > 1:
        named = ", ".join(short(leaf) for leaf in found)
        raise Refused(f"{label} has several lineages ({named})", "name one with --parent")
    return lineage_of(song, found[0]), section_of(song.candidates[found[0]].section)


def _as_stage(part: Part, stage: Stage) -> Part:
    """Drum stems come on any channel; a drum in a pitched part is a mistake."""
    notes = part.notes.copy()
    if stage.is_drums:
        notes["is_drum"] = True
    elif notes["is_drum"].any():
        raise Refused(f"{stage.name} can't have notes on the drum channel")
    return Part.of(notes, part.length_ticks)
