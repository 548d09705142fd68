"""From a catalogue to its manifest and its segments; each step is done once for the same files."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.execution.choice import in_processes
from training.atomic_files import replacing
from training.catalogue.cutting import CutSong, assumed_rows, cut_song
from training.catalogue.reading import Catalogue, FiledSong, digest_of_texts, read_catalogue
from training.catalogue.rows import SLICES, track_rows
from training.catalogue.windows import windows
from training.progress import Update, no_update
from training.schemas import (
    FULL_FILE,
    MANIFEST_FILE,
    MANIFEST_TABLE,
    SEGMENTS_FILE,
    SEGMENTS_TABLE,
    SegmentRow,
    joined,
    table_of,
    write_table,
)

MANIFEST_REPORT, SEGMENTS_REPORT = "report_manifest.json", "report_segments.json"
JOURNALS = "songs"
# Raised when the same files would give another table, other slices or other rows.
MANIFEST_VERSION, SEGMENTS_VERSION = 2, 2

Report = dict[str, Any]


class MediaFile(msgspec.Struct, frozen=True, array_like=True):
    """What a recording or MIDI file was when it was cut; one that is missing has size 0."""

    bytes: int
    modified_ns: int
    sha256: str


MISSING = MediaFile(0, 0, "missing")


class Journal(msgspec.Struct, frozen=True):
    """What is kept of a song that is cut.

    Attributes:
        key: digest of everything that it was cut from.
        files: its media by name.
        cut: the result.
    """

    key: str
    files: dict[str, MediaFile]
    cut: CutSong


@dataclass(frozen=True, slots=True)
class _Done:
    """A song that is cut, in this run or in one before."""

    cut: CutSong
    key: str = ""
    was_cached: bool = True


def make_manifest(folder: Path, out: Path) -> Report:
    """Write the base manifest of a catalogue; gives the report, with ``cached`` in it.

    Raises:
        ValueError: if there is no catalogue, or no song in it can be used.
    """
    inputs = digest_of_texts(folder)
    if cached := _cached_manifest(out, inputs):
        return {**cached, "cached": True}
    catalogue = read_catalogue(folder)
    return _write_manifest(catalogue, _track_table(catalogue), inputs, out)


def make_segments(
    folder: Path,
    out: Path,
    *,
    with_media: bool = True,
    processes: int = 1,
    update: Update = no_update,
) -> Report:
    """Write the manifest and the segments of a catalogue, their slices and the join.

    Args:
        folder: the catalogue's.
        out: the training folder. What an earlier run of the same files left is kept.
        with_media: whether recordings and MIDI are cut; without, every listed file counts.
        processes: how many songs are cut at once.
        update: called with songs done, songs in all and the song.

    Returns:
        the report, with ``cached`` (nothing was done) and ``cut`` (songs that were) in it.

    Raises:
        ValueError: if no song can be used, or none of the media is there.
    """
    texts = digest_of_texts(folder)
    catalogue = read_catalogue(folder)
    tracks = _track_table(catalogue)
    if not _cached_manifest(out, texts):
        _write_manifest(catalogue, tracks, texts, out)
    if with_media:
        media = (folder / f.song.name / file for f in catalogue.songs for file in _media_of(f))
        if not any(path.is_file() for path in media):
            raise ValueError(f"{folder}: none of its recordings or MIDI files is there; --no-media")
        done = list(_cut_all(catalogue, out, processes, update))
    else:
        done = [_Done(CutSong(assumed_rows(f.song, windows(f.times)))) for f in catalogue.songs]
    inputs = _digest([str(SEGMENTS_VERSION), str(with_media), texts, *(song.key for song in done)])
    before = read_report(out / SEGMENTS_REPORT)
    cut = sum(not song.was_cached for song in done)
    files = (out / SEGMENTS_FILE, out / FULL_FILE)
    if before.get("inputs") == inputs and not cut and all(path.is_file() for path in files):
        return {**before, "cached": True, "cut": 0}
    rows = [row for song in done for row in song.cut.rows]
    segments = table_of(rows, SEGMENTS_TABLE)
    write_table(segments, out / SEGMENTS_FILE)
    write_table(joined(segments, tracks), out / FULL_FILE)
    if with_media:
        _remove_others(out, {filed.song.name for filed in catalogue.songs})
    report = {
        "inputs": inputs,
        "catalogue": Path(os.path.relpath(folder, out)).as_posix(),
        "with_media": with_media,
        **_segment_counts(catalogue, done, rows),
    }
    _write_json(out / SEGMENTS_REPORT, report, indent=1)
    return {**report, "cached": False, "cut": cut}


def read_report(path: Path) -> Report:
    """A report of an earlier run; empty if there is none that can be read."""
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def _write_json(path: Path, document: Any, indent: int | None = None) -> None:
    with replacing(path) as part:
        text = json.dumps(document, indent=indent, ensure_ascii=False)
        part.write_text(f"{text}\n", "utf-8")


def _cached_manifest(out: Path, texts: str) -> Report:
    """The report on a manifest of the same files; empty if there is none."""
    report = read_report(out / MANIFEST_REPORT)
    is_same = report.get("inputs") == f"{MANIFEST_VERSION}:{texts}"
    return report if is_same and (out / MANIFEST_FILE).is_file() else {}


def _track_table(catalogue: Catalogue) -> Any:
    return table_of([row for filed in catalogue.songs for row in track_rows(filed)], MANIFEST_TABLE)


def _write_manifest(catalogue: Catalogue, tracks: Any, texts: str, out: Path) -> Report:
    if not catalogue.songs:
        reason = catalogue.refused[0]
        raise ValueError(f"{catalogue.folder}: no song in it can be used: {reason}")
    write_table(tracks, out / MANIFEST_FILE)
    report = {"inputs": f"{MANIFEST_VERSION}:{texts}", **_manifest_counts(catalogue)}
    _write_json(out / MANIFEST_REPORT, report, indent=1)
    return {**report, "cached": False}


def _manifest_counts(catalogue: Catalogue) -> Report:
    stems = [stem for filed in catalogue.songs for stem in filed.song.stems]
    colours = Counter(filed.song.colour.name for filed in catalogue.songs)
    return {
        "files": catalogue.files,
        "songs": len(catalogue.songs),
        "with_lyrics": sum(bool(filed.times.lines) for filed in catalogue.songs),
        "tracks": len(stems),
        "audio_files": sum(bool(stem.audio_file) for stem in stems),
        "midi_files": sum(bool(stem.midi_file) for stem in stems),
        "midi_group_files": sum(bool(stem.midi_group_file) for stem in stems),
        "songs_by_colour": dict(sorted(colours.items())),
        "times": {
            filed.song.name: {
                "structure": filed.times.readings[0],
                "lyrics": filed.times.readings[1],
                "boundaries_on_beat": filed.times.on_beat[0],
                "as_decimals": filed.times.on_beat[1],
                "boundaries": filed.times.on_beat[2],
            }
            for filed in catalogue.songs
        },
        "refused": list(catalogue.refused),
        "notes": catalogue.notes,
    }


def _media_of(filed: FiledSong) -> list[str]:
    """Names of a song's recordings and MIDI files."""
    stems = filed.song.stems
    return sorted({file for stem in stems for file in (stem.audio_file, stem.midi_source) if file})


def _cut_all(catalogue: Catalogue, out: Path, processes: int, update: Update) -> Iterator[_Done]:
    jobs = [(catalogue.folder, out, filed) for filed in catalogue.songs]
    for index, song in enumerate(in_processes(_cut, jobs, processes), start=1):
        update(index, len(jobs), catalogue.songs[index - 1].song.name)
        yield song


def _cut(job: tuple[Path, Path, FiledSong]) -> _Done:
    """Cut a song, unless its journal says that the same files were cut and all slices are there."""
    folder, out, filed = job
    path = out / JOURNALS / f"{filed.song.name}.json"
    before = _read_journal(path)
    files = dict(_media_files(filed, folder, before.files if before else {}))
    key = _digest(
        [
            str(SEGMENTS_VERSION),
            repr((filed.song, filed.times)),
            *(f"{name} {files[name].sha256}" for name in sorted(files)),
        ]
    )
    if before and before.key == key and _all_there(before.cut.rows, out):
        if before.files != files:
            _write_json(path, msgspec.to_builtins(Journal(key, files, before.cut)))
        return _Done(before.cut, key, was_cached=True)
    _remove_slices(out, filed.song.name)
    result = cut_song(filed.song, windows(filed.times), folder, out)
    _write_json(path, msgspec.to_builtins(Journal(key, files, result)))
    return _Done(result, key, was_cached=False)


def _read_journal(path: Path) -> Journal | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Journal)
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _media_files(
    filed: FiledSong, folder: Path, known: Mapping[str, MediaFile]
) -> Iterator[tuple[str, MediaFile]]:
    """Every media file of a song; one of the same size and time is not read again."""
    for name in _media_of(filed):
        path = folder / filed.song.name / name
        if not path.is_file():
            yield name, MISSING
            continue
        status = path.stat()
        entry = known.get(name, MISSING)
        if (entry.bytes, entry.modified_ns) != (status.st_size, status.st_mtime_ns):
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            entry = MediaFile(status.st_size, status.st_mtime_ns, sha256)
        yield name, entry


def _all_there(rows: Iterable[SegmentRow], out: Path) -> bool:
    files = (file for row in rows for file in (row.segment_audio_file, row.midi_file))
    return all((out / file).is_file() for file in files if file)


def _remove_slices(out: Path, song: str) -> None:
    for path in (out / SLICES).glob(f"{song}_seg_*"):
        path.unlink()


def _remove_others(out: Path, songs: set[str]) -> None:
    """Remove slices and journals of songs that are no longer in the catalogue."""
    for journal in (out / JOURNALS).glob("*.json"):
        if journal.stem not in songs:
            _remove_slices(out, journal.stem)
            journal.unlink()


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def _segment_counts(
    catalogue: Catalogue, done: Sequence[_Done], rows: Sequence[SegmentRow]
) -> Report:
    colour_of = {filed.song.name: filed.song.colour.name for filed in catalogue.songs}
    return {
        "songs": len(catalogue.songs),
        "segments": len({row.segment_id.rpartition("_track_")[0] for row in rows}),
        "rows": len(rows),
        "dropped": sum(song.cut.dropped for song in done),
        "coverage": coverage(rows, colour_of),
        "refused": list(catalogue.refused),
        "errors": [error for song in done for error in song.cut.errors],
        "notes": [*catalogue.notes, *(note for song in done for note in song.cut.notes)],
    }


def coverage(rows: Iterable[SegmentRow], colour_of: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """Segments by colour: ``rows``, and those with ``audio``, ``midi`` and ``text``."""
    found: dict[str, Counter[str]] = {}
    for row in rows:
        has = {"audio": row.has_audio, "midi": row.has_midi, "text": row.lyric_text}
        counts = found.setdefault(
            colour_of[row.track_id], Counter({"rows": 0, "audio": 0, "midi": 0, "text": 0})
        )
        counts.update({"rows": 1, **{name: int(bool(value)) for name, value in has.items()}})
    return {colour: dict(found[colour]) for colour in sorted(found)}


def with_total(counts: Mapping[str, Mapping[str, int]]) -> list[tuple[str, int, list[float]]]:
    """Lines of a coverage table, the last for all colours: name, rows, shares of the rest."""
    total: Counter[str] = Counter()
    for of in counts.values():
        total.update(of)
    return [
        (colour, of["rows"], [of[name] / max(1, of["rows"]) for name in ("audio", "midi", "text")])
        for colour, of in (*counts.items(), ("all", total))
    ]
