"""The step from a catalogue to its segments: song by song, each done once for the same files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.catalogue.cutting import Cut, assumed, cut_song
from training.catalogue.manifest_step import make_manifest, manifest_rows, read_report, write_report
from training.catalogue.reading import Catalogue, FiledSong, digest_of_texts, read_catalogue
from training.catalogue.segment_rows import SLICES
from training.catalogue.tables import (
    FULL_FILE,
    FULL_TABLE,
    SEGMENTS_FILE,
    SEGMENTS_TABLE,
    joined,
    write_table,
)
from training.catalogue.windows import windows
from training.whole_files import replacing

REPORT_FILE = "report_segments.json"
SONGS = "songs"
# Raised when the same files would give other slices or rows.
SEGMENTS_VERSION = 1

Progress = Callable[[int, int, str], None]
Print = dict[str, list[Any]]  # a file -> its size, when it was changed, its SHA-256


@dataclass(frozen=True, slots=True)
class _Done:
    """A song that is cut.

    Attributes:
        result: its rows and what is said of them.
        key: digest of what it was cut from.
        was_cached: whether that was before this run.
    """

    result: Cut
    key: str
    was_cached: bool


def make_segments(
    folder: Path,
    out: Path,
    *,
    with_media: bool = True,
    processes: int = 1,
    tell: Progress | None = None,
) -> dict[str, Any]:
    """Write the segments of a catalogue, their slices and the join; gives the report.

    Args:
        folder: the catalogue's.
        out: the training folder. What an earlier run of the same files left is kept.
        with_media: whether recordings and MIDI are cut; without, every listed file counts.
        processes: how many songs are cut at once.
        tell: of songs done, songs in all and the song.

    Returns:
        the report, with ``cached`` (nothing was done) and ``cut`` (songs that were) in it.

    Raises:
        ValueError: if no song can be used, or none of the media is there.
    """
    make_manifest(folder, out)
    catalogue = read_catalogue(folder)
    if with_media and not _any_media(catalogue):
        raise ValueError(f"{folder}: none of its recordings or MIDI files is there; --no-media")
    texts = digest_of_texts(folder)
    done = _all_done(catalogue, out, with_media, processes, tell)
    inputs = _digest([str(SEGMENTS_VERSION), str(with_media), texts, *(song.key for song in done)])
    before = read_report(out / REPORT_FILE)
    cut = sum(not song.was_cached for song in done) if with_media else 0
    files = (out / SEGMENTS_FILE, out / FULL_FILE)
    if before.get("inputs") == inputs and not cut and all(path.is_file() for path in files):
        return {**before, "cached": True, "cut": 0}
    rows = [row for song in done for row in song.result.rows]
    write_table(out / SEGMENTS_FILE, rows, SEGMENTS_TABLE)
    write_table(out / FULL_FILE, joined(rows, manifest_rows(catalogue)), FULL_TABLE)
    if with_media:
        _remove_others(out, catalogue)
    report = {
        "inputs": inputs,
        "catalogue": Path(os.path.relpath(folder, out)).as_posix(),
        "with_media": with_media,
        **_told(catalogue, done, rows),
    }
    write_report(out / REPORT_FILE, report)
    return {**report, "cached": False, "cut": cut}


def _any_media(catalogue: Catalogue) -> bool:
    return any(
        (catalogue.folder / filed.song.name / file).is_file()
        for filed in catalogue.songs
        for stem in filed.song.stems
        for file in (stem.audio_file, stem.midi_source)
        if file
    )


def _all_done(
    catalogue: Catalogue,
    out: Path,
    with_media: bool,
    processes: int,
    tell: Progress | None,
) -> list[_Done]:
    if not with_media:
        return [_Done(Cut(assumed(f.song, windows(f.times))), "", True) for f in catalogue.songs]
    jobs = [(catalogue.folder, out, filed) for filed in catalogue.songs]
    done: list[_Done] = []
    with ProcessPoolExecutor(max_workers=processes) as workers:
        for index, song in enumerate(workers.map(_do, jobs), start=1):
            done.append(song)
            if tell:
                tell(index, len(jobs), catalogue.songs[index - 1].song.name)
    return done


def _do(job: tuple[Path, Path, FiledSong]) -> _Done:
    """Cut a song, unless its journal says that the same files were cut and all slices are there."""
    folder, out, filed = job
    journal = out / SONGS / f"{filed.song.name}.json"
    before = read_report(journal)
    prints = dict(_prints(filed, folder, before.get("files", {})))
    key = _digest(
        [
            str(SEGMENTS_VERSION),
            repr((filed.song, filed.times)),
            *(f"{name} {entry[2]}" for name, entry in sorted(prints.items())),
        ]
    )
    if before.get("key") == key and _all_there(before["cut"]["rows"], out):
        if before["files"] != prints:
            _write_journal(journal, {**before, "files": prints})
        return _Done(Cut(**before["cut"]), key, was_cached=True)
    _remove_slices(out, filed.song.name)
    result = cut_song(filed.song, windows(filed.times), folder, out)
    _write_journal(journal, {"key": key, "files": prints, "cut": asdict(result)})
    return _Done(result, key, was_cached=False)


def _prints(filed: FiledSong, folder: Path, known: Print) -> Iterator[tuple[str, list[Any]]]:
    """Every media file of a song; one that has not been touched is not read again."""
    stems = filed.song.stems
    names = {file for stem in stems for file in (stem.audio_file, stem.midi_source) if file}
    for name in sorted(names):
        path = folder / filed.song.name / name
        if not path.is_file():
            yield name, [0, 0, "missing"]
            continue
        status = path.stat()
        stamp = [status.st_size, status.st_mtime_ns]
        entry = known.get(name, [])
        if entry[:2] == stamp:
            yield name, entry
        else:
            with path.open("rb") as file:
                yield name, [*stamp, hashlib.file_digest(file, "sha256").hexdigest()]


def _all_there(rows: Sequence[dict[str, Any]], out: Path) -> bool:
    files = (row[column] for row in rows for column in ("segment_audio_file", "midi_file"))
    return all((out / file).is_file() for file in files if file)


def _remove_slices(out: Path, song: str) -> None:
    """Take away what an earlier run left of a song."""
    for path in (out / SLICES).glob(f"{song}_seg_*"):
        path.unlink()


def _remove_others(out: Path, catalogue: Catalogue) -> None:
    """Take away songs that are no longer in the catalogue."""
    names = {filed.song.name for filed in catalogue.songs}
    for journal in (out / SONGS).glob("*.json"):
        if journal.stem not in names:
            _remove_slices(out, journal.stem)
            journal.unlink()


def _write_journal(path: Path, told: dict[str, Any]) -> None:
    with replacing(path) as waiting:
        waiting.write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def _told(
    catalogue: Catalogue, done: Sequence[_Done], rows: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Counts and reasons, as plain values."""
    colour_of = {filed.song.name: filed.song.colour.name for filed in catalogue.songs}
    errors = [error for song in done for error in song.result.errors]
    return {
        "songs": len(catalogue.songs),
        "segments": len({row["segment_id"].rpartition("_track_")[0] for row in rows}),
        "rows": len(rows),
        "dropped": sum(song.result.dropped for song in done),
        "coverage": coverage(rows, colour_of),
        "refused": list(catalogue.refused),
        "errors": errors,
        "notes": [*catalogue.notes, *(note for song in done for note in song.result.notes)],
    }


def coverage(
    rows: Sequence[dict[str, Any]], colour_of: dict[str, str]
) -> dict[str, dict[str, int]]:
    """By colour: rows, and those with audio, with MIDI and with words."""
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        counts = found.setdefault(
            colour_of[row["track_id"]], {"rows": 0, "audio": 0, "midi": 0, "text": 0}
        )
        counts["rows"] += 1
        counts["audio"] += bool(row["has_audio"])
        counts["midi"] += bool(row["has_midi"])
        counts["text"] += bool(row["lyric_text"])
    return dict(sorted(found.items()))
