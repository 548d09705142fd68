"""Exports: approved parts as MIDI files for a DAW, each with its provenance as text events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import msgspec

from engine.arrangement.instruments import usual_programs
from engine.errors import Refused
from engine.gate.decisions import approved_notes
from engine.ids import short
from engine.runs.contexts import SongFacts, section_of, song_context
from engine.stages import find_stage
from engine.state.files import file_sha256, write_whole
from engine.state.songs import Candidate, Song, song_of, song_stream, why_revised
from engine.state.studio import Studio
from genomes import Part, Section
from genomes.chord_symbols import chord_changes, harmony_of
from genomes.midi import Conductor, Track, write_midi
from store import events
from store.errors import LogUnavailable
from store.records import NewEvent, Recorded

WRITTEN, UNCHANGED, KEPT = "written", "unchanged", "kept"
REMOVED, EDITED_STAYS = "removed", "edited stays"

DECISIONS = (
    *(events.CandidateApproved, events.CandidateRejected),
    *(events.DecisionUndone, events.DecisionRedone),
)


@dataclass(frozen=True, slots=True)
class Export:
    """The result of writing or removing one file.

    Attributes:
        path: path of the engine's file.
        outcome: ``written`` or ``unchanged``; ``kept``: a person edited the file, so the engine's
            was written under another name; ``removed``: its part is no longer approved;
            ``edited stays``: no longer approved, but left because a person edited it.
    """

    path: Path
    outcome: str


def are_new(exports: Iterable[Export]) -> bool:
    """Whether any file is there that wasn't, so that a person has something new to hear or see."""
    return any(export.outcome == WRITTEN for export in exports)


def track_of(song: SongFacts, stage: str, part: Part, name: str) -> Track:
    """A part with the instrument that usually plays its stage in a song."""
    program = usual_programs(song.genres, song.singer or "")[stage]
    return Track(name, part, program, find_stage(stage).channel)


def section_midi(
    song: SongFacts,
    section: Section,
    tracks: Sequence[Track],
    marker: str,
    provenance: tuple[str, ...],
) -> bytes:
    """Parts of one section as a type 1 file: conductor track and a named track for each."""
    context = song_context(song, section)
    conductor = Conductor(
        *(song.title, context.key, context.meter, context.tempo_bpm, ((0, marker),), provenance),
        chords=chord_changes(harmony_of(track.part for track in tracks)),
    )
    return write_midi(tracks, conductor)


def export_song(studio: Studio, song: Song) -> list[Export]:
    """Write the missing files of approved parts; remove those of parts no longer approved."""
    return [
        export
        for candidate in song.candidates
        for export in _export(studio, song, candidate)
        if export.outcome != EDITED_STAYS
    ]


def changed_exports(studio: Studio, song: Song) -> list[Export]:
    """Bring the files of a song's approved parts up to date; those that weren't."""
    return [export for export in export_song(studio, song) if export.outcome != UNCHANGED]


def export_approved(studio: Studio, song: Song, approved: Recorded) -> Export:
    """Write one approved part to ``exports/<song>/<stage>/approved/<label>.mid``.

    A file that a person has edited is never overwritten; then ``<label>.engine.mid`` is written,
    or the next free such name.
    """
    event = approved.payload
    assert isinstance(event, events.CandidateApproved)  # noqa: S101 - the caller's position says so
    data = part_midi(studio, song, approved)
    ours = hashlib.sha256(data).hexdigest()
    for path in export_paths(approved_folder(studio, song, event.stage), event.label, ".mid"):
        found = file_sha256(path)
        if found in {None, ours, last_written(song, studio, path)}:
            break
    if found != ours:
        write_whole(path, data)
    if last_written(song, studio, path) != ours:
        _record(studio, song, approved, path, ours)
    if path.name != f"{event.label}.mid":
        return Export(path, KEPT)
    return Export(path, UNCHANGED if found == ours else WRITTEN)


def part_midi(studio: Studio, song: Song, approved: Recorded) -> bytes:
    """The file of a part that was approved, from the event that says so."""
    event = approved.payload
    assert isinstance(event, events.CandidateApproved)  # noqa: S101 - the caller's position says so
    state = song.candidates[event.candidate]
    part = Part.from_payload(approved_notes(studio, state, event))
    return approved_midi(_facts_of_part(studio, song, state), approved, event, part)


def approved_files(studio: Studio, song: Song, only: str | None = None) -> list[Path]:
    """Where the parts of a song, or one of them, were written or are to be written."""
    written = {(file.candidate, file.label): path for path, file in song.exports.items()}
    return [
        studio.folder / written[identifier, approval.label]
        if (identifier, approval.label) in written
        else approved_folder(studio, song, candidate.stage) / f"{approval.label}.mid"
        for identifier, candidate in song.candidates.items()
        if only in {None, identifier}
        for approval in candidate.approvals
    ]


def lacks_a_file(studio: Studio, song: Song, candidate: str) -> bool:
    """Whether a file of an approved candidate is missing, or was until this command."""
    files = approved_files(studio, song, candidate)
    return any(path in studio.mended or not path.exists() for path in files)


def _facts_of_part(studio: Studio, song: Song, state: Candidate) -> Song:
    """The song, with the key and the meter of a part that doesn't fit it any more."""
    if not why_revised(song, state):
        return song
    proposal = proposal_at(studio, state.built_on)
    key = state.transposed.key if state.transposed else proposal.key
    return msgspec.structs.replace(song, key=key, meter=proposal.meter)


def export_paths(folder: Path, label: str, suffix: str) -> Iterator[Path]:
    """Possible paths of a file, best first; the later ones leave a file that was edited alone."""
    yield folder / f"{label}{suffix}"
    yield folder / f"{label}.engine{suffix}"
    for number in count(2):
        yield folder / f"{label}.engine_{number}{suffix}"


def proposal_at(studio: Studio, position: int) -> events.SongProposed:
    """The proposal that a part was composed for, with the part's key, meter and tempo."""
    proposal = studio.event(position).payload
    assert isinstance(proposal, events.SongProposed)  # noqa: S101 - the candidate's state says so
    return proposal


def update_exports(studio: Studio, recorded: Recorded) -> list[Export]:
    """Write or remove a candidate's files after a decision about it.

    Raises:
        Refused: if a file can't be written; the decision stands.
    """
    event, song_id = recorded.payload, song_of(recorded.stream)
    if song_id is None or not isinstance(event, DECISIONS) or event.candidate is None:
        return []
    try:
        return _export(studio, studio.song(song_id), event.candidate)
    except (OSError, LogUnavailable) as error:
        studio.lacks_files = True
        raise Refused(
            f"the decision on {short(event.candidate)} stands, as event {recorded.position}, "
            f"but its file could not be written: {error}",
            f"run engine export --song {song_id} when there is room",
        ) from error


def _export(studio: Studio, song: Song, candidate: str) -> list[Export]:
    """Write a file for each approval of a candidate; remove its other files."""
    approvals = song.candidates[candidate].approvals
    withdrawn = _withdrawn(studio, song, candidate, {approval.label for approval in approvals})
    events_of = [studio.event(approval.position) for approval in approvals]
    return [*withdrawn, *(export_approved(studio, song, event) for event in events_of)]


def _withdrawn(studio: Studio, song: Song, candidate: str, labels: set[str]) -> list[Export]:
    """Remove the files of a candidate but those with these labels; the notes stay in the log."""
    paths = [
        studio.folder / path
        for path, written in song.exports.items()
        if written.candidate == candidate and written.label not in labels
    ]
    return [_remove(studio, song, path) for path in paths if path.is_file()]


def _remove(studio: Studio, song: Song, path: Path) -> Export:
    if file_sha256(path) != last_written(song, studio, path):
        return Export(path, EDITED_STAYS)
    path.unlink()
    return Export(path, REMOVED)


def approved_folder(studio: Studio, song: Song, stage: str) -> Path:
    """Where a stage's approved parts are written."""
    return studio.exports / song.song_id / stage / "approved"


def approved_midi(
    song: SongFacts, approved: Recorded, event: events.CandidateApproved, part: Part
) -> bytes:
    """The file of an approved part, with these notes."""
    provenance = (
        f"composition-engine candidate={event.candidate} run={event.run} "
        f"event={approved.event_id} position={approved.position} hash={approved.hash}"
    )
    section = section_of(event.section)
    track = track_of(song, event.stage, part, event.label)
    return section_midi(song, section, [track], event.display_label, (provenance,))


def last_written(song: Song, studio: Studio, path: Path) -> str | None:
    """SHA-256 of what the engine last wrote to a path; None if it never did."""
    written = song.exports.get(relative_path(studio, path))
    return None if written is None else written.sha256


def relative_path(studio: Studio, path: Path) -> str:
    """A file's path from the studio's folder, as the log has it."""
    return path.relative_to(studio.folder).as_posix()


def _record(studio: Studio, song: Song, approved: Recorded, path: Path, sha256: str) -> None:
    event = approved.payload
    assert isinstance(event, events.CandidateApproved)  # noqa: S101 - as above
    written = events.ExportWritten(
        candidate=event.candidate,
        label=event.label,
        path=relative_path(studio, path),
        sha256=sha256,
    )
    new = NewEvent(written, actor="engine", causation=approved.event_id)

    def recording() -> list[NewEvent]:  # unless another process has written the same meanwhile
        now = studio.song(song.song_id)
        return [] if last_written(now, studio, path) == sha256 else [new]

    studio.decide(song_stream(song.song_id), recording)
