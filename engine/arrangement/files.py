"""The files of an arrangement: one folder for each, in which nothing is overwritten."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from engine.arrangement.assemble import Arrangement
from engine.arrangement.balance import balanced
from engine.execution.graph import Graph, Step
from engine.gate.exports import KEPT, UNCHANGED, WRITTEN, Export, last_written, relative_path
from engine.state.files import file_sha256, write_whole
from engine.state.songs import Song, song_stream
from engine.state.studio import Studio
from genomes.midi import Track, write_midi
from store.events import ExportWritten
from store.records import NewEvent

WHOLE_SONG = "song.mid"
PLAN_FILE = "arrangement.yml"


@dataclass(frozen=True, slots=True)
class File:
    """A file of an arrangement.

    Attributes:
        name: path relative to the arrangement's folder.
        make: returns its bytes; called only if the file is missing or was made by another.
        made_by: what makes it, which its bytes name, such as the player of a recording. A file
            that doesn't name it is made anew, unless a person edited it. Empty if nothing does.
    """

    name: str
    make: Callable[[], bytes]
    made_by: str = ""


# Makes some files of an arrangement: its score, its recordings or its picture.
Writer = Callable[[Arrangement], Iterable[File]]


def made_in(
    graph: Graph, arrangement: Arrangement, name: str, step: Step, made_by: str = ""
) -> File:
    """A file whose bytes are the result of a step; see ``File``."""
    key = f"{name} of arrangement {arrangement.id}"
    graph.add(key, step)
    return File(name, partial(graph.take, key), made_by)


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the log records as the source of a file.

    Attributes:
        song: state of the song.
        id: id of the arrangement or of the plan.
        name: name of the arrangement or of the plan.
        causation: id of the event that caused the file to be written.
    """

    song: Song
    id: str
    name: str
    causation: str | None = None


def midi_files(arrangement: Arrangement) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the whole song's MIDI file and of one stem per stage.

    Every file is as long as the song and has its tempo, meter, key and markers, so that all can
    be placed at bar 1 in a DAW.
    """
    tracks = midi_tracks(arrangement)
    yield WHOLE_SONG, _midi(arrangement, tracks)
    for track in tracks:
        yield f"{track.name.lower()}.mid", _midi(arrangement, [track])


def midi_tracks(arrangement: Arrangement) -> tuple[Track, ...]:
    """The tracks as the MIDI files have them: with velocities that balance the parts."""
    return balanced(arrangement.tracks, arrangement.tempo_map)


def source_of(arrangement: Arrangement) -> str:
    """The arrangement and its candidates, as its files name them."""
    candidates = ",".join(arrangement.candidates)
    return f"composition-engine arrangement={arrangement.id} candidates={candidates}"


def _midi(arrangement: Arrangement, tracks: Sequence[Track]) -> bytes:
    return write_midi(tracks, arrangement.conductor((source_of(arrangement),)))


def write_arrangement(
    studio: Studio,
    provenance: Provenance,
    arrangement: Arrangement,
    plan: str,
    writers: Sequence[Writer] = (),
) -> tuple[Path, list[Export]]:
    """Write an arrangement to ``exports/<song>/arrangements/<name>/``.

    If that folder has a MIDI file with other bytes, because a person edited it or it belongs to
    another arrangement, the next free folder ``<name>_2``, ``<name>_3`` ... is used. Existing
    files are left as they are, also the plan, which people edit; only those of this arrangement
    that another version of the engine or another player made, and nobody edited, are made anew.

    Returns:
        the folder, and for each file whether it was written.
    """
    midi_data = dict(midi_files(arrangement))
    base = studio.exports / provenance.song.song_id / "arrangements"
    folder = next(
        f for f in _folders(base, provenance.name) if _is_free(studio, provenance, f, midi_data)
    )
    exports = [
        write_and_record(studio, provenance, folder / name, midi_data[name]) for name in midi_data
    ]
    files = [File(PLAN_FILE, plan.encode)]
    files += [file for writer in writers for file in writer(arrangement)]
    exports += [_write_if_missing(studio, provenance, folder / file.name, file) for file in files]
    return folder, exports


def _folders(base: Path, name: str) -> Iterator[Path]:
    yield base / name
    for number in count(2):
        yield base / f"{name}_{number}"


def _is_free(studio: Studio, provenance: Provenance, folder: Path, files: dict[str, bytes]) -> bool:
    """Whether each of these files is missing there, has these bytes, or may be made anew."""
    return all(
        found in {None, hashlib.sha256(files[name]).hexdigest()}
        or _is_own(studio, provenance, folder / name, found)
        for name in files
        for found in [file_sha256(folder / name)]
    )


def _is_own(studio: Studio, provenance: Provenance, path: Path, found: str | None) -> bool:
    """Whether a file is as the engine last wrote it, for the same arrangement."""
    written = provenance.song.exports.get(relative_path(studio, path))
    return written is not None and (written.candidate, written.sha256) == (provenance.id, found)


def write_and_record(studio: Studio, provenance: Provenance, path: Path, data: bytes) -> Export:
    """Write a file unless it has these bytes already, and record its hash if the log lacks it."""
    sha256, found = hashlib.sha256(data).hexdigest(), file_sha256(path)
    if found != sha256:
        write_whole(path, data)
    if last_written(provenance.song, studio, path) != sha256:
        _record(studio, provenance, path, sha256)
    return Export(path, UNCHANGED if found == sha256 else WRITTEN)


def _write_if_missing(studio: Studio, provenance: Provenance, path: Path, file: File) -> Export:
    found, written = file_sha256(path), last_written(provenance.song, studio, path)
    if found is None:
        return write_and_record(studio, provenance, path, file.make())
    if found == written and file.made_by.encode() not in path.read_bytes():
        return write_and_record(studio, provenance, path, file.make())
    if written is None:  # a person's file, or one written just before the engine was killed
        data = file.make()
        if hashlib.sha256(data).hexdigest() == found:
            return write_and_record(studio, provenance, path, data)
    return Export(path, UNCHANGED if found == written else KEPT)


def _record(studio: Studio, provenance: Provenance, path: Path, sha256: str) -> None:
    written = ExportWritten(
        candidate=provenance.id,
        label=provenance.name,
        path=relative_path(studio, path),
        sha256=sha256,
    )
    new = NewEvent(written, actor="engine", causation=provenance.causation)
    studio.decide(song_stream(provenance.song.song_id), lambda: [new])
