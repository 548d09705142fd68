"""Imports: MIDI parts that a person made, recorded as approved candidates."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import Refused
from engine.gate.decisions import CandidateMusic, approval
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
class MidiPart:
    """A part from a person's MIDI file.

    Attributes:
        part: its notes; the length is whole bars.
        file: name of the file.
        content_sha256: SHA-256 of its bytes.
        warnings: repairs and omissions while reading, one line each.
    """

    part: Part
    file: str
    content_sha256: str
    warnings: tuple[str, ...]


def read_midi_part(path: Path, song: Song) -> MidiPart:
    """Read a MIDI file as one part in the song's meter.

    Raises:
        Refused: if the file can't be read, has no notes, or is in another meter.
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
    remarks = [
        *(str(repair.message) for repair in repairs),
        *_omissions(score, float(song.tempo_bpm)),
    ]
    return MidiPart(part, path.name, hashlib.sha256(data).hexdigest(), tuple(remarks))


def _omissions(score: MidiScore, tempo_bpm: float) -> Iterator[str]:
    """Lines about merged tracks and ignored contents of a file."""
    if len(score.tracks) > 1:
        names = ", ".join(map(printable, score.tracks))
        yield f"{len(score.tracks)} tracks are merged into one part: {names}"
    elif len(score.channels) > 1:
        yield f"channels {', '.join(map(str, score.channels))} are merged into one part"
    song_tempo = microseconds_per_quarter(tempo_bpm)
    if score.has_tempo and any(abs(tempo - song_tempo) > 1 for _, tempo in score.tempo_map.changes):
        yield f"its tempo is left out: the song's is {tempo_bpm:g} bpm"
    if score.left_out:
        yield f"left out: {', '.join(score.left_out)}"


def import_part(
    studio: Studio,
    song_id: str,
    midi_part: MidiPart,
    stage_name: str,
    label: str,
    parent: str | None = None,
) -> Recorded:
    """Record an imported part and its approval; returns the approval.

    Args:
        studio: the studio.
        song_id: id of the song.
        midi_part: the part.
        stage_name: stage of the part, such as ``drums``.
        label: label of its section, and of the part.
        parent: beginning of the id of its parent, if the section has several lineages.

    Raises:
        Refused: if it is longer than its parents, or is approved already.
    """
    stage = find_stage(stage_name)

    def importing() -> list[NewEvent]:
        song = studio.song(song_id)
        imported = _import_event(song, midi_part, stage, label, parent)
        known = song.candidates.get(imported.candidate)
        state = known or imported_candidate(imported, position=0)
        payloads: list[events.Payload] = [] if known else [imported]
        entry = Entry(imported.candidate, song, state)
        music = None if known else CandidateMusic(imported.part, {})
        payloads.append(approval(studio, entry, label, music=music))
        return [NewEvent(event, actor=studio.actor) for event in payloads]

    return studio.decide(song_stream(song_id), importing)[-1]


def _import_event(
    song: Song, midi_part: MidiPart, stage: Stage, label: str, parent: str | None
) -> events.PartImported:
    """The event of an import; the part is padded to the length of its section."""
    parents, section = _lineage_and_section(song, midi_part, stage, label, parent)
    context = song_context(song, section)
    if midi_part.part.length_ticks > context.length_ticks:
        bars = midi_part.part.length_ticks // context.meter.bar_ticks
        raise Refused(f"{midi_part.file} has {bars} bars, {section.label} has {section.bars}")
    part = replace(_notes_of_stage(midi_part.part, stage), length_ticks=context.length_ticks)
    if not stage.needs:
        part = with_harmony(part, context)
    return events.PartImported(
        candidate=candidate_id(stage.name, context, parents, part),
        stage=stage.name,
        section=recorded_section(section),
        part=part.to_payload(),
        parents=list(parents),
        context_position=song.position,
        file=midi_part.file,
        content_sha256=midi_part.content_sha256,
        warnings=list(midi_part.warnings),
    )


def as_in_a_run(song: Song, midi_part: MidiPart, stage: Stage) -> tuple[Part, Context]:
    """A part with its chords and the context of a section of its length, as in a run.

    Raises:
        Refused: if the stage builds on other stages, or the part has notes of the wrong kind.
    """
    if stage.needs:
        raise Refused(f"{stage.name} stand on other parts", "files are scored as --stage chords")
    _, section = _lineage_and_section(song, midi_part, stage, DEFAULT_SECTION, None)
    context = song_context(song, section)
    try:
        return with_harmony(_notes_of_stage(midi_part.part, stage), context), context
    except ValueError as error:
        raise Refused(f"{midi_part.file}: {error}") from error


def _lineage_and_section(
    song: Song, midi_part: MidiPart, stage: Stage, label: str, parent: str | None
) -> tuple[tuple[str, ...], Section]:
    """The parents of an imported part, and its section."""
    if not stage.needs:
        bars = midi_part.part.length_ticks // Meter.parse(song.meter).bar_ticks
        return (), Section(label, bars, DEFAULT_ENERGY)
    found = leaves(song, stage, label if parent is None else None, parent)
    if len(found) > 1:
        named = ", ".join(short(leaf) for leaf in found)
        raise Refused(f"{label} has several lineages ({named})", "name one with --parent")
    return lineage_of(song, found[0]), section_of(song.candidates[found[0]].section)


def _notes_of_stage(part: Part, stage: Stage) -> Part:
    """Mark all notes as drums for a drum stage; refuse drum notes in a pitched part."""
    notes = part.notes.copy()
    if stage.is_drums:
        notes["is_drum"] = True
    elif notes["is_drum"].any():
        raise Refused(f"{stage.name} can't have notes on the drum channel")
    return Part.of(notes, part.length_ticks)
