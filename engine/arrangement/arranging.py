"""Arranging a song of the studio: find its plan, assemble it, record the event, write the files."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from documents.text_files import read_text
from engine.arrangement.approved import ApprovedPart, approved_parts, find_part
from engine.arrangement.assemble import Arrangement, assemble
from engine.arrangement.daw import parse_clips
from engine.arrangement.daw_plan import IMPORTED, plan_of_clips
from engine.arrangement.draft import draft
from engine.arrangement.drift import drift
from engine.arrangement.files import (
    PLAN_FILE,
    Provenance,
    Writer,
    write_and_record,
    write_arrangement,
)
from engine.arrangement.instruments import with_instruments
from engine.arrangement.plan import Plan
from engine.arrangement.plan_text import parse_plan, plan_document, plan_text, read_plan
from engine.arrangement.words import PlannedWords, given_words, with_words
from engine.errors import Ambiguous, Refused, quoted
from engine.gate import branches, revising
from engine.gate.exports import (
    KEPT,
    WRITTEN,
    Export,
    changed_exports,
    export_paths,
    last_written,
)
from engine.ids import CANDIDATE_ID_CHARS, digest, short
from engine.proposals.lyrics import LyricSheet
from engine.runs.contexts import song_context
from engine.state.files import file_sha256, write_whole
from engine.state.songs import Song, last_arrangement, song_stream
from engine.state.studio import Studio
from genomes import Section
from genomes.midi import Conductor
from store.events import ArrangementAssembled
from store.records import NewEvent

MAX_LIST_BYTES = 4 * 1024 * 1024

UNWRITTEN = "unwritten"

_TITLE = re.compile(r"^title:.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan and its file.

    Attributes:
        plan: the plan.
        path: its file.
        outcome: ``written`` or ``unchanged``; ``kept`` if a person wrote or edited the file;
            ``unwritten`` if it is only a draft.
        warnings: one line each.
        reading: how the columns of a list of clips were read; empty if the plan isn't imported.
        frame_rate: how its time code was read; empty if it has none.
        drift: differences of an imported plan from the song's earlier plan; None if it had none.
    """

    plan: Plan
    path: Path
    outcome: str
    warnings: tuple[str, ...] = ()
    reading: str = ""
    drift: dict[str, Any] | None = None
    frame_rate: str = ""
    words: PlannedWords | None = None


@dataclass(frozen=True, slots=True)
class ArrangedSong:
    """An arrangement and its files.

    Attributes:
        arrangement: the assembled song.
        folder: the folder of its files.
        files: each file, and whether it was written.
    """

    arrangement: Arrangement
    folder: Path
    files: tuple[Export, ...]

    @property
    def plan_file(self) -> Path:
        """The plan file, for editing."""
        return self.folder / PLAN_FILE


def conductor_of(song: Song) -> Conductor:
    """Title, key, meter and tempo of a song."""
    context = song_context(song, Section("song", 1))
    return Conductor(song.title, context.key, context.meter, context.tempo_bpm)


def plan_file(studio: Studio, song: Song) -> Path:
    """Path of a song's plan."""
    return _folder(studio, song) / PLAN_FILE


def _folder(studio: Studio, song: Song) -> Path:
    return studio.exports / song.song_id


@dataclass(frozen=True, slots=True)
class DraftOptions:
    """Options of a draft.

    Attributes:
        ending: how the song stops, one of ``ENDINGS``; the usual way if None.
        lyrics: words of the song; those that it was given last if None. A plan that a person
            wrote sings them where it has none of its own.
        instruments: stage -> program that a person chose; the rest are the usual ones.
    """

    ending: str | None = None
    lyrics: LyricSheet | None = None
    instruments: Mapping[str, int] | None = None


def current_plan(studio: Studio, song: Song, options: DraftOptions | None = None) -> PlanFile:
    """The song's plan file if a person has edited it; else a new draft of the approved parts.

    Args:
        studio: the studio.
        song: state of the song.
        options: options of a draft.
    """
    if has_own_plan(studio, song) and not _is_as_drafted(studio, song, options):
        lyrics = options.lyrics if options else None
        return read_plan_file(studio, song, plan_file(studio, song), lyrics)
    return write_draft(studio, song, options)


def has_own_plan(studio: Studio, song: Song) -> bool:
    """Whether the song's plan file is a person's, or was edited by one."""
    path = plan_file(studio, song)
    return file_sha256(path) not in {None, last_written(song, studio, path)}


def _is_as_drafted(studio: Studio, song: Song, options: DraftOptions | None) -> bool:
    """Whether the plan file is the draft that was written just before the engine was killed."""
    text = plan_text(unwritten_draft(studio, song, options).plan)
    return file_sha256(plan_file(studio, song)) == hashlib.sha256(text.encode()).hexdigest()


def write_draft(studio: Studio, song: Song, options: DraftOptions | None = None) -> PlanFile:
    """Write a new draft; under another file name if a person has edited the song's plan."""
    drafted = unwritten_draft(studio, song, options)
    written = _write_plan(studio, song, Path(PLAN_FILE).stem, drafted.plan)
    return replace(drafted, path=written.path, outcome=written.outcome)


def unwritten_draft(studio: Studio, song: Song, options: DraftOptions | None = None) -> PlanFile:
    """The draft that ``write_draft`` would write; nothing is written or recorded."""
    approved = approved_parts(studio, song)
    options = options or DraftOptions()
    lyrics = options.lyrics or given_words(song)
    drafted = draft(approved, conductor_of(song), options.ending, lyrics)
    plan = with_instruments(drafted, song, options.instruments)
    warnings = _warnings(plan, approved, song)
    words = None if lyrics is None else with_words(plan, approved, lyrics)
    return PlanFile(plan, plan_file(studio, song), UNWRITTEN, warnings, words=words)


def duplicate(studio: Studio, song: Song, title: str | None = None) -> tuple[Song, list[Export]]:
    """Copy a song with its files and its plan; see ``engine.gate.revising.duplicate``.

    Returns:
        the copy, and the files that were written.
    """
    copied = studio.song(revising.duplicate(studio, song.song_id, title))
    plan = copy_plan(studio, song, copied)
    files = [*changed_exports(studio, copied), *([plan] if plan else [])]
    return studio.song(copied.song_id), files


def fork(
    studio: Studio, song: Song, title: str, position: int | None = None
) -> tuple[Song, list[Export]]:
    """Begin a branch of a song, with its files and its plan; see ``engine.gate.branches.fork``.

    Its plan is the song's; where it begins at an earlier moment, that of the last arrangement by
    then.

    Returns:
        the branch, and the files that were written.
    """
    branch = studio.song(branches.fork(studio, song.song_id, title, position))
    files = changed_exports(studio, branch)
    if branch.past[-1].until >= song.touched:
        plan = copy_plan(studio, song, branch)
    else:
        plan = _plan_of_last_arrangement(studio, branch)
    return studio.song(branch.song_id), [*files, *([plan] if plan else [])]


def _plan_of_last_arrangement(studio: Studio, branch: Song) -> Export | None:
    """Give a branch the plan by which its song was arranged last; None without one."""
    last = last_arrangement(branch)
    if last is None:
        return None
    plan = replace(parse_plan(last.plan), title=branch.title)
    return _write_plan(studio, branch, Path(PLAN_FILE).stem, plan)


def copy_plan(studio: Studio, song: Song, copied: Song) -> Export | None:
    """Give a copy of a song the song's plan, under its own title; None where the song has none.

    A plan that a person edited is copied as its text, with its comments, and stays the person's.
    """
    path = plan_file(studio, song)
    found = file_sha256(path)
    if found is None:
        return None
    if found == last_written(song, studio, path):
        plan = replace(read_plan(path), title=copied.title)
        return _write_plan(studio, copied, path.stem, plan)
    target = plan_file(studio, copied)
    titled = f"title: {json.dumps(copied.title, ensure_ascii=False)}"
    text = _TITLE.sub(lambda _: titled, read_text(path, MAX_LIST_BYTES), count=1)
    write_whole(target, text.encode())
    return Export(target, WRITTEN)


def read_plan_file(
    studio: Studio, song: Song, path: Path, lyrics: LyricSheet | None = None
) -> PlanFile:
    """Read the plan in a person's file; sections without words of their own sing those given."""
    plan, approved = read_plan(path), approved_parts(studio, song)
    words = None if lyrics is None else with_words(plan, approved, lyrics)
    plan = plan if words is None else words.plan
    return PlanFile(plan, path, KEPT, _warnings(plan, approved, song), words=words)


def import_clips(
    studio: Studio,
    song: Song,
    file: Path,
    frame_rate: str | None = None,
    lyrics: LyricSheet | None = None,
) -> PlanFile:
    """Turn a DAW's list of clips into a plan and write its file.

    Args:
        studio: the studio.
        song: state of the song.
        file: the list.
        frame_rate: of its time code; see ``parse_clips``.
        lyrics: words that its sections sing.

    Raises:
        Refused: if the file can't be read; names the file and the line.
    """
    approved, conductor = approved_parts(studio, song), conductor_of(song)
    try:
        text = read_text(file, MAX_LIST_BYTES)
        listed = parse_clips(text, conductor.meter, conductor.tempo_bpm, frame_rate)
        found = plan_of_clips(listed, approved, conductor)
    except (Refused, ValueError) as error:
        raise Refused(f"{file.name}: {error}") from error
    before = plan_file(studio, song)
    differences = drift(read_plan(before), found.plan) if before.is_file() else None
    words = None if lyrics is None else with_words(found.plan, approved, lyrics)
    plan = found.plan if words is None else words.plan
    written = _write_plan(studio, song, IMPORTED, plan)
    return PlanFile(
        plan,
        written.path,
        written.outcome,
        found.warnings,
        listed.reading,
        differences,
        listed.frame_rate,
        words,
    )


def _write_plan(studio: Studio, song: Song, stem: str, plan: Plan) -> Export:
    """Write a plan's file; a file that a person has edited is never overwritten."""
    data = plan_text(plan).encode()
    identifier = digest(plan_document(plan))[:CANDIDATE_ID_CHARS]
    provenance = Provenance(song, identifier, stem)
    sha256 = hashlib.sha256(data).hexdigest()
    path = next(
        path
        for path in export_paths(_folder(studio, song), stem, Path(PLAN_FILE).suffix)
        if file_sha256(path) in {None, sha256, last_written(song, studio, path)}
    )
    return write_and_record(studio, provenance, path, data)


def _warnings(plan: Plan, approved: Sequence[ApprovedPart], song: Song) -> tuple[str, ...]:
    used = _used(plan, approved)
    conductor = conductor_of(song)
    song_values = {
        "title": conductor.title,
        "key": str(conductor.key),
        "bpm": conductor.tempo_bpm,
        "time_sig": str(conductor.meter),
    }
    plan_values = {name: getattr(plan, name) for name in song_values}
    return (
        *_left_out([part for part in approved if part.candidate not in used]),
        *(
            f"{name}: {plan_values[name]} changes nothing: the song's is {song_values[name]}"
            for name in song_values
            if plan_values[name] not in {"", None, song_values[name]}
        ),
        *(
            f"{part.stage} {part.label}: what it was built on has changed since: {part.why_stale}"
            for part in approved
            if part.is_stale and part.candidate in used
        ),
    )


def _left_out(unused: Sequence[ApprovedPart]) -> list[str]:
    """Lines about the approved parts that a plan leaves out, with the way to get them in.

    Alternatives that a composition approved by itself are only counted.
    """
    in_use = [f"{part.stage} {part.label}" for part in unused if part.is_in_use]
    others = [part for part in unused if not part.is_in_use]
    lines = [f"not in the plan: {', '.join(in_use)}"] if in_use else []
    lines += [
        f"not in the plan: {part.stage} {part.label}, for {_why_left_out(part)}"
        for part in others
        if part.policy is None
    ]
    count = sum(part.policy is not None for part in others)
    if count:
        lines.append(f"not in the plan: {count} alternatives that a composition approved")
    return lines


def _why_left_out(part: ApprovedPart) -> str:
    if part.is_stale:
        return part.why_stale
    command = f"engine use {short(part.candidate)} --section {quoted(part.section_label)}"
    return f"{part.section_label} uses another; {command} changes that"


def _used(plan: Plan, approved: Sequence[ApprovedPart]) -> set[str]:
    """Ids of the parts that a plan names; wrong names are refused later, by ``assemble``."""
    used = set()
    for stage, reference in (pair for section in plan.sections for pair in section.parts):
        with suppress(Ambiguous):
            found = find_part(stage, reference, approved)
            used |= {found.candidate} if found else set()
    return used


def arrange(
    studio: Studio,
    song: Song,
    plan: Plan,
    writers: Sequence[Writer] = (),
) -> ArrangedSong:
    """Assemble a plan, record the arrangement in the log, and write its files.

    Arranging the same plan and parts again records nothing and writes only missing files.

    Args:
        studio: the studio.
        song: state of the song.
        plan: the sections and their parts; stages whose instruments it doesn't name get the usual
            ones of the song.
        writers: make the files other than MIDI.

    Raises:
        Refused: if the plan can't be assembled; then nothing is recorded.
    """
    approved = approved_parts(studio, song)
    plan = with_instruments(plan, song)
    arrangement = assemble(plan, approved, conductor_of(song))
    event_id = _record(studio, song, plan, arrangement, approved)
    provenance = Provenance(song, arrangement.id, plan.name, event_id)
    folder, files = write_arrangement(studio, provenance, arrangement, plan_text(plan), writers)
    return ArrangedSong(arrangement, folder, tuple(files))


def _record(
    studio: Studio,
    song: Song,
    plan: Plan,
    arrangement: Arrangement,
    approved: Sequence[ApprovedPart],
) -> str:
    """Id of the arrangement's event, which is appended if the log has none yet."""
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
