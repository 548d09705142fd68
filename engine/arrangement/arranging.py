"""Arranging a song of the studio: its plan, its assembly, the event and the files."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.arrangement.approved import ApprovedPart, approved_parts, find_part
from engine.arrangement.assemble import Arrangement, assemble
from engine.arrangement.daw import parse_clips
from engine.arrangement.daw_plan import IMPORTED, plan_of_clips
from engine.arrangement.draft import draft
from engine.arrangement.drift import drift
from engine.arrangement.files import PLAN_FILE, Origin, Writer, write_arrangement, write_kept
from engine.arrangement.plan import Plan
from engine.arrangement.plan_text import plan_document, plan_text, read_plan
from engine.errors import Ambiguous, Refused
from engine.gate.exports import KEPT, Export, last_written, places
from engine.ids import CANDIDATE_ID_CHARS, digest
from engine.runs.contexts import song_context
from engine.state.files import file_sha256
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from genomes import Section
from genomes.midi import Conductor
from store.events import ArrangementAssembled
from store.records import NewEvent

MAX_LIST_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and where it stands.

    Attributes:
        plan: the plan.
        path: its file.
        outcome: ``written``, ``unchanged``; ``kept``: the person's own.
        warnings: what a person should know of it, one line each.
        reading: how a list of clips was read; empty for a plan of another origin.
        drift: how an imported plan differs from the song's plan before; None if there was none.
    """

    plan: Plan
    path: Path
    outcome: str
    warnings: tuple[str, ...] = ()
    reading: str = ""
    drift: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Arranged:
    """An arrangement and its files.

    Attributes:
        arrangement: what was assembled.
        folder: where its files are.
        files: what became of each.
    """

    arrangement: Arrangement
    folder: Path
    files: tuple[Export, ...]

    @property
    def plan_file(self) -> Path:
        """Its plan, to be edited."""
        return self.folder / PLAN_FILE


def conductor_of(song: Song) -> Conductor:
    """Title, key, meter and tempo of a song."""
    context = song_context(song, Section("song", 1))
    return Conductor(song.title, context.key, context.meter, context.tempo_bpm)


def plan_file(studio: Studio, song: Song) -> Path:
    """Where a song's plan lies."""
    return _folder(studio, song) / PLAN_FILE


def _folder(studio: Studio, song: Song) -> Path:
    return studio.exports / song.song_id


def drafted(studio: Studio, song: Song) -> Planned:
    """The song's plan: a person's as it is; else a draft, up to date with what is approved."""
    path = plan_file(studio, song)
    found = file_sha256(path)
    if found is not None and found != last_written(song, studio, path):
        return given(studio, song, path)
    return redrafted(studio, song)


def redrafted(studio: Studio, song: Song) -> Planned:
    """A new draft; beside the song's plan, if a person has edited that."""
    approved = approved_parts(studio, song)
    plan = draft(approved, conductor_of(song))
    written = _write_plan(studio, song, Path(PLAN_FILE).stem, plan)
    return Planned(plan, written.path, written.outcome, _warnings(plan, approved, song))


def given(studio: Studio, song: Song, path: Path) -> Planned:
    """The plan in a person's file."""
    plan = read_plan(path)
    warnings = _warnings(plan, approved_parts(studio, song), song)
    return Planned(plan, path, KEPT, warnings)


def imported(studio: Studio, song: Song, file: Path) -> Planned:
    """The plan in a DAW's list of clips, written as a plan of ours.

    Raises:
        Refused: naming the file and the line that can't be read.
    """
    approved, facts = approved_parts(studio, song), conductor_of(song)
    try:
        listed = parse_clips(_text_of(file), facts.meter, facts.tempo_bpm)
        found = plan_of_clips(listed, approved, facts)
    except Refused as error:
        raise Refused(f"{file.name}: {error}") from error
    before = plan_file(studio, song)
    drifted = drift(read_plan(before), found.plan) if before.is_file() else None
    written = _write_plan(studio, song, IMPORTED, found.plan)
    return Planned(
        found.plan, written.path, written.outcome, found.warnings, listed.reading, drifted
    )


def _text_of(file: Path) -> str:
    if not file.is_file():
        raise Refused("no such file")
    data = file.read_bytes()
    if len(data) > MAX_LIST_BYTES:
        raise Refused(f"{len(data)} bytes (accepted: at most {MAX_LIST_BYTES})")
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(f"no text at byte {error.start} (accepted: UTF-8)") from error


def _write_plan(studio: Studio, song: Song, stem: str, plan: Plan) -> Export:
    """Write a plan's file, never over one that a person has edited."""
    data = plan_text(plan).encode()
    identifier = digest(plan_document(plan))[:CANDIDATE_ID_CHARS]
    origin = Origin(song, identifier, stem)
    ours = hashlib.sha256(data).hexdigest()
    path = next(
        path
        for path in places(_folder(studio, song), stem, Path(PLAN_FILE).suffix)
        if file_sha256(path) in {None, ours, last_written(song, studio, path)}
    )
    return write_kept(studio, origin, path, data)


def _warnings(plan: Plan, approved: Sequence[ApprovedPart], song: Song) -> tuple[str, ...]:
    used = _used(plan, approved)
    left = [f"{part.stage} {part.label}" for part in approved if part.candidate not in used]
    facts = conductor_of(song)
    real = {
        "title": facts.title,
        "key": str(facts.key),
        "bpm": facts.tempo_bpm,
        "time_sig": str(facts.meter),
    }
    said = {name: getattr(plan, name) for name in real}
    return (
        *(
            f"{name}: {said[name]} changes nothing: the song's is {real[name]}"
            for name in real
            if said[name] not in {"", None, real[name]}
        ),
        *(
            f"{part.stage} {part.label}: what it was built on has changed since"
            for part in approved
            if part.is_stale and part.candidate in used
        ),
        *([f"not in the plan: {', '.join(left)}"] if left else []),
    )


def _used(plan: Plan, approved: Sequence[ApprovedPart]) -> set[str]:
    """The candidates that a plan names; what it names wrongly is said when it is assembled."""
    used = set()
    for stage, reference in (pair for section in plan.sections for pair in section.parts):
        with suppress(Ambiguous):
            found = find_part(stage, reference, approved)
            used |= {found.candidate} if found else set()
    return used


def arrange(studio: Studio, song: Song, plan: Plan, writers: Sequence[Writer] = ()) -> Arranged:
    """Assemble a plan, record that, and write the files.

    The same arrangement again records nothing new and writes only what is missing.

    Args:
        studio: the studio.
        song: state of the song.
        plan: what plays when.
        writers: what makes files besides MIDI.

    Raises:
        Refused: if the plan can't be assembled; nothing is recorded then.
    """
    approved = approved_parts(studio, song)
    arrangement = assemble(plan, approved, conductor_of(song))
    event_id = _recorded(studio, song, plan, arrangement, approved)
    origin = Origin(song, arrangement.id, plan.name, event_id)
    folder, files = write_arrangement(studio, origin, arrangement, plan_text(plan), writers)
    return Arranged(arrangement, folder, tuple(files))


def _recorded(
    studio: Studio,
    song: Song,
    plan: Plan,
    arrangement: Arrangement,
    approved: Sequence[ApprovedPart],
) -> str:
    """Id of the event that says so: the one there is, or a new one."""
    played = arrangement.candidates
    read = {part.position for part in approved if part.candidate in played}
    event = ArrangementAssembled(
        arrangement=arrangement.id,
        name=plan.name,
        plan=plan_document(plan),
        parts=list(played),
        positions_read=sorted({song.position, *read}),
        length_ticks=arrangement.length_ticks,
    )

    def assembled() -> list[NewEvent]:
        known = arrangement.id in studio.song(song.song_id).arrangements
        return [] if known else [NewEvent(event, actor=studio.actor)]

    appended = studio.decide(song_stream(song.song_id), assembled)
    if appended:
        return appended[0].event_id
    return studio.song(song.song_id).arrangements[arrangement.id].event_id
