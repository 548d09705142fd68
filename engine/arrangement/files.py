"""An arrangement's files: one folder for each arrangement, in which nothing is written over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from engine.arrangement.assemble import Arrangement
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
        name: its path in the arrangement's folder.
        make: gives its bytes; called only where there is no such file yet.
    """

    name: str
    make: Callable[[], bytes]


# What makes files of an arrangement: scores, recordings, pictures.
Writer = Callable[[Arrangement], Iterable[File]]


@dataclass(frozen=True, slots=True)
class Origin:
    """What files are of.

    Attributes:
        song: state of the song.
        id: of the arrangement, or of the plan.
        name: what it is called.
        causation: event that led to them.
    """

    song: Song
    id: str
    name: str
    causation: str | None = None


def midi_files(arrangement: Arrangement) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the whole song, and of a stem for each stage.

    Every file is as long as the song and has its tempo, meter, key and markers, so that each can
    be put at the start of a DAW's song.
    """
    yield WHOLE_SONG, _midi(arrangement, arrangement.tracks)
    for track in arrangement.tracks:
        yield f"{track.name.lower()}.mid", _midi(arrangement, [track])


def _midi(arrangement: Arrangement, tracks: Sequence[Track]) -> bytes:
    provenance = (
        f"composition-engine arrangement={arrangement.id} "
        f"candidates={','.join(arrangement.candidates)}"
    )
    return write_midi(tracks, arrangement.conductor((provenance,)))


def write_arrangement(
    studio: Studio,
    origin: Origin,
    arrangement: Arrangement,
    plan: str,
    writers: Sequence[Writer] = (),
) -> tuple[Path, list[Export]]:
    """Write an arrangement to ``exports/<song>/arrangements/<name>/``, or the next free number.

    A folder holds one arrangement for good: where any of its MIDI files is another than ours,
    edited by the person or of another arrangement, ours go to the next folder. Files that are
    there are not written again; nor is the text of the plan, which lies beside them to be edited.

    Returns:
        the folder, and what became of each file.
    """
    midis = dict(midi_files(arrangement))
    base = studio.exports / origin.song.song_id / "arrangements"
    folder = next(f for f in _folders(base, origin.name) if _is_free(f, midis))
    exports = [write_kept(studio, origin, folder / name, midis[name]) for name in midis]
    files = [File(PLAN_FILE, plan.encode)]
    files += [file for writer in writers for file in writer(arrangement)]
    exports += [_write_once(studio, origin, folder / file.name, file.make) for file in files]
    return folder, exports


def _folders(base: Path, name: str) -> Iterator[Path]:
    yield base / name
    for number in count(2):
        yield base / f"{name}_{number}"


def _is_free(folder: Path, files: dict[str, bytes]) -> bool:
    """Whether a folder holds nothing but these files, or not yet."""
    return all(
        file_sha256(folder / name) in {None, hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    )


def write_kept(studio: Studio, origin: Origin, path: Path, data: bytes) -> Export:
    """Write a file that is missing, or as the engine wrote it, and record it."""
    ours, found = hashlib.sha256(data).hexdigest(), file_sha256(path)
    if found != ours:
        write_whole(path, data)
    if last_written(origin.song, studio, path) != ours:
        _record(studio, origin, path, ours)
    return Export(path, UNCHANGED if found == ours else WRITTEN)


def _write_once(studio: Studio, origin: Origin, path: Path, make: Callable[[], bytes]) -> Export:
    found, written = file_sha256(path), last_written(origin.song, studio, path)
    if found is None:
        return write_kept(studio, origin, path, make())
    if written is None:  # a person's, or ours, from before the engine was killed
        data = make()
        if hashlib.sha256(data).hexdigest() == found:
            return write_kept(studio, origin, path, data)
    return Export(path, UNCHANGED if found == written else KEPT)


def _record(studio: Studio, origin: Origin, path: Path, sha256: str) -> None:
    written = ExportWritten(
        candidate=origin.id,
        label=origin.name,
        path=relative_path(studio, path),
        sha256=sha256,
    )
    new = NewEvent(written, actor="engine", causation=origin.causation)
    studio.decide(song_stream(origin.song.song_id), lambda: [new])
