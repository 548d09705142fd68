"""Review files of another program: chord candidates with their notes, and a person's decisions.

Such a file has a head (``song_proposal``, ``key``, ``bpm``, ``time_sig``, ``color``) and
``candidates``, each with ``chords`` (names of notes with their octaves, and for how many bars each
chord holds in ``hr_distribution``), ``status``, ``label`` and ``notes``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from documents.findings import Refusal, one_line, shown
from engine.errors import Refused
from engine.gate.decisions import CandidateMusic, approval
from engine.gate.review_file import read_candidates
from engine.gate.review_rows import STATUS_WORDS, field_text
from engine.gate.waiting import Entry
from engine.ids import candidate_id, digest
from engine.proposals.proposal import Proposal, parse_proposal
from engine.proposals.songs import add_as, new_song
from engine.runs.contexts import SongFacts, recorded_section, song_context
from engine.runs.requests import DEFAULT_ENERGY
from engine.state.song_events import imported_candidate, with_label
from engine.state.songs import APPROVED, PENDING, REJECTED, Candidate, Song, song_stream
from engine.state.studio import Studio
from genomes import Meter, Part, Section
from genomes.chords.recognition import with_harmony
from genomes.keys import pitch_class_of
from store import events
from store.records import NewEvent, Recorded

STAGE, WHERE, COMMAND = "chords", "yaml", "review --import"
VELOCITY = 80  # as loud as an unaccented stroke: the file doesn't say
MAX_BARS_OF_CHORD = 16
# What makes an event of an import another one.
TOLD = ("candidate", "candidates", "text", "label")

_NOTE = re.compile(r"([A-Ga-g])([#b♯♭]*)(-?[0-9])")
_SEMITONES = {"#": 1, "♯": 1, "b": -1, "♭": -1}
# Names of proposals: song_proposal_COLOUR (0xRRGGBB)_ITERATION.yml, or ITERATION.yml.
_PREFIX = re.compile(r"song_proposal_\w+ (\(0x[0-9a-f]+\))?_?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ImportedReview:
    """The result of importing a review file.

    Attributes:
        song: id of the song.
        is_new: whether the song was made for it.
        recorded: what was appended; empty if the file was imported before.
        statuses: status of each candidate as in the file, by id.
        left_out: what could not be taken over, a line each.
    """

    song: str
    is_new: bool
    recorded: list[Recorded]
    statuses: dict[str, str]
    left_out: list[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A candidate of the file."""

    candidate: str
    section: Section
    part: Part
    status: str
    label: str
    note: str


def import_review(studio: Studio, path: Path, named: str | None = None) -> ImportedReview:
    """Import the candidates of a review file with the decisions on them.

    All candidates become those of one section, called after the file, so that they stand beside
    each other as they did; an approved one is approved for the section that its label names. A
    candidate that is decided in the studio keeps that decision, and one whose imported decision
    was undone stays undone.

    Args:
        studio: the studio.
        path: of the file.
        named: the song, as a person names it; by default the one of the file's proposal, which is
            made if there is none.

    Raises:
        Refused: if it is no such file, or holds no chords.
        NotFound: if there is no such song.
    """
    document, content_sha256 = _document(path)
    _require_chords(document, path)
    found = _song(studio, document, path, named)
    is_new = isinstance(found, Proposal)
    facts: SongFacts = new_song(found) if isinstance(found, Proposal) else found
    rows, left_out = _rows(facts, document, path)
    if not rows:
        raise Refused(f"{path.name}: no candidate could be read: {left_out[0]}")
    song = _added(studio, found) if isinstance(found, Proposal) else found

    def importing() -> list[NewEvent]:
        stream = song_stream(song.song_id)
        known = {recorded.event_id for recorded in studio.log.read(stream=stream)}
        batch = _Batch(studio, studio.song(song.song_id), path.name, content_sha256)
        made = [batch.new(event) for event in batch.made(rows)]
        return [event for event in made if event.event_id not in known]

    recorded = studio.decide(song_stream(song.song_id), importing)
    return ImportedReview(
        song=song.song_id,
        is_new=is_new,
        recorded=recorded,
        statuses={row.candidate: row.status for row in rows},
        left_out=left_out,
    )


def _document(path: Path) -> tuple[dict[str, Any], str]:
    """The file as plain values, and the SHA-256 of its bytes."""
    document = read_candidates(path)
    if "log_position" in document:
        raise Refused(f"{path.name} was written by this engine", "run engine review --apply FILE")
    return document, hashlib.sha256(path.read_bytes()).hexdigest()


def _require_chords(document: dict[str, Any], path: Path) -> None:
    if not any(isinstance(row, dict) and row.get("chords") for row in document["candidates"]):
        raise Refused(
            f"{path.name}: no candidate has chords with their notes",
            "only reviews of chords hold their notes; import others as MIDI with engine import",
        )


def _song(
    studio: Studio, document: dict[str, Any], path: Path, named: str | None
) -> Song | Proposal:
    """The song that a file is about; the proposal of one to be made, if there is none."""
    if named is not None:
        return studio.song(named)
    proposal = _proposal(document, path)
    songs = list(studio.songs().values())
    ids = (proposal.thread_id, proposal.iteration_id)
    same = [each for each in songs if (each.source.thread_id, each.source.iteration_id) == ids]
    alike = same or [each for each in songs if _may_be(each, proposal)]
    if len(alike) > 1:
        listed = ", ".join(each.song_id for each in alike)
        raise Refused(f"{path.name} could be about {listed}", "name one with --song")
    return alike[0] if alike else proposal


def _added(studio: Studio, proposal: Proposal) -> Song:
    (song_id,) = add_as(studio, proposal, None).ids
    return studio.song(song_id or "")


def _may_be(song: Song, proposal: Proposal) -> bool:
    """Whether both are of one iteration, and the thread of one of them isn't known."""
    threads = (song.source.thread_id, proposal.thread_id)
    return song.source.iteration_id == proposal.iteration_id and None in threads


def _proposal(document: dict[str, Any], path: Path) -> Proposal:
    """The proposal that the head of a file tells of."""
    written = one_line(field_text(document, "song_proposal")) or path.name
    iteration = _PREFIX.sub("", PurePosixPath(written.replace("\\", "/")).stem)
    thread = PurePosixPath(field_text(document, "thread").replace("\\", "/")).name
    facts = {
        "title": iteration.replace("_", " "),
        "key": document.get("key"),
        "bpm": document.get("bpm"),
        "tempo": document.get("time_sig") or "4/4",
        "rainbow_color": document.get("color"),
        "iteration_id": iteration,
        "thread_id": thread or None,
    }
    proposal = parse_proposal(facts, path.name)
    if isinstance(proposal, Refusal):
        raise Refused(str(proposal), "name the song that it is about with --song")
    return proposal


def _rows(song: SongFacts, document: dict[str, Any], path: Path) -> tuple[list[_Row], list[str]]:
    """The candidates that can be read, each music once, and why others can't."""
    rows: dict[str, _Row] = {}
    left_out = []
    for number, row in enumerate(document["candidates"], start=1):
        name = one_line(field_text(row, "id")) if isinstance(row, dict) else ""
        called = name or f"candidate {number}"
        try:
            read, problems = _row(song, row, path.stem)
        except ValueError as error:
            left_out.append(f"{called}: {error}")
            continue
        left_out += [f"{called}: {problem}" for problem in problems]
        if read.candidate in rows:
            left_out.append(f"{called}: the same music as another candidate of the file")
        else:
            rows[read.candidate] = read
    return list(rows.values()), left_out


def _row(song: SongFacts, row: Any, pool: str) -> tuple[_Row, list[str]]:
    """A candidate, and what of it could not be read.

    Raises:
        ValueError: if its notes can't be read.
    """
    if not isinstance(row, dict):
        raise ValueError(f"{shown(row)}: expected a mapping with an id")
    meter = Meter.parse(song.meter)
    plain = _part(row.get("chords"), row.get("hr_distribution"), meter)
    section = Section(pool, plain.length_ticks // meter.bar_ticks, DEFAULT_ENERGY)
    context = song_context(song, section)
    part = with_harmony(plain, context)
    word = field_text(row, "status")
    status = STATUS_WORDS.get(word.casefold(), PENDING)
    known = word.casefold() in STATUS_WORDS
    problems = [] if known else [f"status {shown(word)} is none: left pending"]
    candidate = candidate_id(STAGE, context, (), part)
    label = one_line(field_text(row, "label"))
    return _Row(candidate, section, part, status, label, field_text(row, "notes")), problems


def _part(chords: Any, bars: Any, meter: Meter) -> Part:
    """The notes of chords that follow each other; the last one holds to the end of its bar."""
    if not isinstance(chords, list) or not chords:
        raise ValueError("no chords")
    lengths = _lengths(chords, bars)
    rows, onset = [], 0
    total = ceil(sum(lengths)) * meter.bar_ticks
    for number, (chord, length) in enumerate(zip(chords, lengths, strict=True), start=1):
        end = total if number == len(chords) else onset + round(length * meter.bar_ticks)
        pitches = sorted({_pitch(note) for note in _notes(chord, number)})
        rows += [(onset, end - onset, pitch, VELOCITY) for pitch in pitches]
        onset = end
    return Part.of(rows, total)


def _lengths(chords: Sequence[Any], bars: Any) -> list[float]:
    """How many bars each chord holds; one each where the file doesn't say."""
    if bars is None:
        return [1.0] * len(chords)
    if not isinstance(bars, list) or len(bars) != len(chords):
        raise ValueError(f"hr_distribution: {shown(bars)}: expected a length for each chord")
    for each in bars:
        if type(each) not in (int, float) or not 0 < each <= MAX_BARS_OF_CHORD:
            raise ValueError(f"hr_distribution: {shown(each)}: expected bars")
    return [float(each) for each in bars]


def _notes(chord: Any, number: int) -> list[Any]:
    notes = chord.get("notes") if isinstance(chord, Mapping) else None
    if not isinstance(notes, list) or not notes:
        raise ValueError(f"chord {number} has no notes")
    return notes


def _pitch(note: Any) -> int:
    """A MIDI pitch from a name such as ``F#2``, C4 being 60."""
    found = _NOTE.fullmatch(str(note).strip())
    if found is None:
        raise ValueError(f"{shown(note)} is no note, such as F#2")
    letter, accidentals, octave = found.groups()
    altered = sum(_SEMITONES[each] for each in accidentals)
    return 12 * (int(octave) + 1) + pitch_class_of(letter.upper()) + altered


class _Batch:
    """The events of an import, each with an id that is the same when the file is imported again."""

    def __init__(self, studio: Studio, song: Song, file: str, content_sha256: str) -> None:
        self._studio, self._song = studio, song
        self._file, self._content_sha256 = file, content_sha256

    def new(self, event: events.Payload) -> NewEvent:
        """An event to append."""
        facts = msgspec.to_builtins(event)
        told = {name: facts.get(name) for name in TOLD}
        identity = digest(COMMAND, self._song.song_id, type(event).__name__, told)
        return NewEvent(event, actor=self._studio.actor, event_id=identity)

    def made(self, rows: Sequence[_Row]) -> Iterator[events.Payload]:
        """Candidates that are new, that all stood beside each other, and what was decided."""
        states: dict[str, Candidate] = dict(self._song.candidates)
        for row in rows:
            if row.candidate not in states:
                imported = self._imported(row)
                states[row.candidate] = imported_candidate(imported, position=0)
                yield imported
        ids = [row.candidate for row in rows]
        places = list(range(1, len(rows) + 1))
        yield events.CandidatesPresented(
            candidates=ids, where=WHERE, command=COMMAND, places=places, shown=len(rows)
        )
        song = self._song
        for row in rows:
            for event in self._decisions(Entry(row.candidate, song, states[row.candidate]), row):
                yield event
                if isinstance(event, events.CandidateApproved):
                    song = with_label(song, event)

    def _imported(self, row: _Row) -> events.PartImported:
        return events.PartImported(
            candidate=row.candidate,
            stage=STAGE,
            section=recorded_section(row.section),
            part=row.part.to_payload(),
            parents=[],
            context_position=self._song.position,
            file=self._file,
            content_sha256=self._content_sha256,
            warnings=[],
        )

    def _decisions(self, entry: Entry, row: _Row) -> Iterator[events.Payload]:
        """A note and a decision, unless the candidate was decided in the studio."""
        if row.note and row.note not in entry.state.notes:
            yield events.CandidateNoted(candidate=entry.id, text=row.note)
        if entry.state.decisions:
            return
        if row.status == APPROVED:
            music = CandidateMusic(row.part.to_payload(), {})
            yield approval(self._studio, entry, music=music, section=row.label or None)
        elif row.status == REJECTED:
            yield events.CandidateRejected(candidate=entry.id, run=None, stage=STAGE)
        elif row.label:
            yield events.CandidateLabelled(candidate=entry.id, label=row.label)
