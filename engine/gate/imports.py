"""Imports: MIDI parts that a person made, recorded as approved candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.errors import Refused
from engine.gate.decisions import CandidateMusic, approval, known_approval
from engine.gate.exports import lacks_a_file
from engine.gate.labels import as_named
from engine.gate.midi_parts import MidiPart
from engine.gate.waiting import Entry
from engine.ids import candidate_id
from engine.runs.contexts import recorded_section, section_of, song_context
from engine.runs.parents import leaves
from engine.runs.requests import DEFAULT_ENERGY, DEFAULT_SECTION
from engine.stages import Stage
from engine.state.lineages import in_use, lineage_of, sections
from engine.state.song_events import imported_candidate
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from genomes import Context, Meter, Part, Section
from genomes.chords.recognition import with_harmony
from store import events
from store.records import NewEvent, Recorded


def import_part(
    studio: Studio,
    song_id: str,
    midi_part: MidiPart,
    stage: Stage,
    label: str,
    parent: str | None = None,
) -> Recorded:
    """Record an imported part and its approval; returns the approval.

    Args:
        studio: the studio.
        song_id: id of the song.
        midi_part: the part.
        stage: of the part.
        label: label of its section, and of the part.
        parent: beginning of the id of its parent, if it isn't what the section uses.

    Raises:
        Refused: if it is longer than its parents, or is approved already.
    """
    return record_import(
        studio, song_id, label, lambda song: _import_event(song, midi_part, stage, label, parent)
    )


def imported_before(
    studio: Studio,
    song_id: str,
    midi_part: MidiPart,
    stage: Stage,
    label: str,
    parent: str | None = None,
) -> Recorded | None:
    """The approval of an equal import that was ended before it wrote its file; None without one."""
    song = studio.song(song_id)
    imported = _import_event(song, midi_part, stage, label, parent)
    candidate, section = imported.candidate, imported.section.label
    if candidate not in song.candidates or not lacks_a_file(studio, song, candidate):
        return None
    return known_approval(studio, candidate, label, song_id=song_id, section=section)


def record_import(
    studio: Studio, song_id: str, label: str | None, make: Callable[[Song], events.PartImported]
) -> Recorded:
    """Record a part that a person made, if it isn't known, and its approval for its section.

    Args:
        studio: the studio.
        song_id: id of the song.
        label: of the part; that of its section if None.
        make: the event of the import, from the state of the song.

    Raises:
        Refused: if it is approved for the section already.
    """

    def importing() -> list[NewEvent]:
        song = studio.song(song_id)
        imported = make(song)
        known = song.candidates.get(imported.candidate)
        state = known or imported_candidate(imported, position=0)
        payloads: list[events.Payload] = [] if known else [imported]
        entry = Entry(imported.candidate, song, state)
        music = None if known else CandidateMusic(imported.part, imported.genome)
        section = imported.section.label
        payloads.append(approval(studio, entry, label, music=music, section=section))
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
        begins = f"its first note is in bar {midi_part.first_bar}: --from-bar cuts what is before"
        raise Refused(
            f"{midi_part.file} has {bars} bars, {section.label} has {section.bars}",
            begins if midi_part.first_bar > 1 else "",
        )
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
    """The parents of an imported part, and its section; a melody may come before any chords."""
    label = as_named(sections(song), label)
    is_alone = stage.sings and parent is None and "chords" not in in_use(song, label)
    if not stage.needs or is_alone:
        bars = midi_part.part.length_ticks // Meter.parse(song.meter).bar_ticks
        return (), Section(label, bars, DEFAULT_ENERGY)
    found = leaves(song, stage, label, parent)
    (leaf,) = found
    return lineage_of(song, leaf.candidate, leaf.section.label), section_of(leaf.section)


def _notes_of_stage(part: Part, stage: Stage) -> Part:
    """Mark all notes as drums for a drum stage; refuse drum notes in a pitched part."""
    notes = part.notes.copy()
    if stage.is_drums:
        notes["is_drum"] = True
    elif notes["is_drum"].any():
        raise Refused(f"{stage.name} can't have notes on the drum channel")
    return Part.of(notes, part.length_ticks, lyrics=part.lyrics)
