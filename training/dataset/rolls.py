"""Slices encoded as the scorer encodes parts: notes, piano roll and features.

``rolls.npz`` holds a row for every slice that is not silent, in the order of their ids. A row is
made again only if the SHA-256 of its slice changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.execution.choice import in_processes
from engine.state.files import file_sha256
from fitness.errors import SilentPart, UnreadablePart
from fitness.excerpts import Excerpt, as_excerpt, excerpt_features, excerpt_rolls
from fitness.features import FEATURES_VERSION
from fitness.profiles import fusion_profile
from fitness.roll import ROLL_VERSION
from genomes.midi import MIDI_READER_VERSION
from genomes.notes import NOTE_DTYPE, Notes, Part
from genomes.time import Meter, TempoMap
from training.arrays import read_arrays
from training.atomic_files import replacing
from training.dataset.rows import Row
from training.progress import Update, no_update

ROLLS_FILE, ROLLS_REPORT = "rolls.npz", "rolls.json"
MAX_VELOCITY = 127
SAVE_EVERY = 1000  # slices, so that little is lost where it is killed
WORTH_IT = 500  # slices that take as long as starting another process
AT_ONCE = 50  # slices that a process is given together
PROFILE = fusion_profile()
VERSIONS = {
    "roll_version": ROLL_VERSION,
    "features_version": FEATURES_VERSION,
    "midi_reader_version": MIDI_READER_VERSION,
}


@dataclass(frozen=True, slots=True, eq=False)
class EncodedSlice:
    """One slice, encoded.

    Attributes:
        sha256: of its bytes, as hex.
        excerpt: its notes, meter and tempo.
        roll: ``(128, 256)`` uint8, velocities: over 127 it is the scorer's roll, but for half a
            velocity where it halves an odd one.
        features: ``(F,)``.
    """

    sha256: str
    excerpt: Excerpt
    roll: NDArray[np.uint8]
    features: NDArray[np.float32]


Slices = dict[str, EncodedSlice]  # by segment id


def velocities(rolls: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The scorer's rolls, 0 to 1, as the velocities that they show."""
    return np.asarray(np.rint(rolls * MAX_VELOCITY), dtype=np.uint8)


def encode_slice(data: bytes, name: str) -> EncodedSlice:
    """A MIDI file as the scorer encodes it.

    Raises:
        UnreadablePart: if it is none; the message names it.
        SilentPart: if nothing sounds in the window.
    """
    excerpt = as_excerpt(data, name)
    roll = velocities(excerpt_rolls([excerpt], [name], PROFILE))[0, 0]
    return EncodedSlice(
        hashlib.sha256(data).hexdigest(), excerpt, roll, excerpt_features([excerpt])[0]
    )


def make_rolls(
    folder: Path, rows: Iterable[Row], update: Update = no_update, processes: int = 1
) -> dict[str, Any]:
    """Encode every slice that is new or changed, and write the table.

    Args:
        folder: of the table and the slices.
        rows: of the slices.
        update: is told of each slice.
        processes: how many encode; the table is the same with any.

    Returns:
        a summary of plain values: ``slices``, ``made`` now, ``silent`` and ``refused`` by reason.

    Raises:
        FileNotFoundError: if a slice that the table names isn't there.
    """
    with_midi = [row for row in rows if row.midi_file]
    known = read_rolls(folder) if (folder / ROLLS_FILE).exists() else {}
    done = {
        row.segment_id: known[row.segment_id]
        for row in with_midi
        if row.segment_id in known
        and known[row.segment_id].sha256 == file_sha256(folder / row.midi_file)
    }
    new = [row for row in with_midi if row.segment_id not in done]
    silent: list[str] = []
    refused: dict[str, str] = {}
    made = 0
    files = [(folder, row.midi_file) for row in new]
    encoded = in_processes(_encoded, files, min(processes, 1 + len(new) // WORTH_IT), AT_ONCE)
    for count, (row, found) in enumerate(zip(new, encoded, strict=True), start=len(done) + 1):
        if found is None:
            silent.append(row.segment_id)
        elif isinstance(found, str):
            refused[row.segment_id] = found
        else:
            done[row.segment_id] = found
            made += 1
            if made % SAVE_EVERY == 0:
                write_rolls(folder, known | done)
        update(count, len(with_midi), "")
    skipped = {"silent": silent, "refused": refused}
    if made or done.keys() != known.keys() or not (folder / ROLLS_REPORT).exists():
        write_rolls(folder, done)
        with replacing(folder / ROLLS_REPORT) as waiting:
            waiting.write_bytes(_report(done, skipped))
    return {"slices": len(done), "made": made, "silent": len(silent), "refused": refused}


def _encoded(file: tuple[Path, str]) -> EncodedSlice | str | None:
    """The slice in a file of a folder; why it is refused, if it is; None if it is silent."""
    folder, name = file
    try:
        return encode_slice((folder / name).read_bytes(), name)
    except SilentPart:
        return None
    except UnreadablePart as error:
        return str(error)


def write_rolls(folder: Path, slices: Mapping[str, EncodedSlice]) -> None:
    """Write the table whole; the same slices make the same bytes."""
    ids = sorted(slices)
    ordered = [slices[name] for name in ids]
    notes = [one.excerpt.part.notes for one in ordered]
    tempos = [one.excerpt.tempo_map.changes for one in ordered]
    with replacing(folder / ROLLS_FILE) as waiting, waiting.open("wb") as file:
        np.savez_compressed(
            file,
            allow_pickle=False,
            **{name: np.array(version) for name, version in VERSIONS.items()},
            segment_ids=np.array(ids, dtype=np.str_),
            sha256=np.array([one.sha256 for one in ordered], dtype=np.str_),
            rolls=np.stack([one.roll for one in ordered]) if ordered else np.zeros(0, np.uint8),
            features=np.array([one.features for one in ordered], dtype=np.float32),
            notes=np.frombuffer(b"".join(n.tobytes() for n in notes), np.uint8),
            note_counts=np.array([len(n) for n in notes], np.int64),
            tempos=np.array([pair for changes in tempos for pair in changes], np.int64),
            tempo_counts=np.array([len(changes) for changes in tempos], np.int64),
            meters=np.array([_meter(one.excerpt.meter) for one in ordered], np.int64),
            lengths_ticks=np.array([one.excerpt.part.length_ticks for one in ordered], np.int64),
        )


def read_rolls(folder: Path) -> Slices:
    """Every slice by its segment id; none where another version of the code made them.

    Raises:
        FileNotFoundError: if there is no such table; the message names the step that makes it.
        ValueError: if it can't be read.
    """
    path = folder / ROLLS_FILE
    if not path.exists():
        raise FileNotFoundError(f"{path}: not there; training rolls makes it")
    try:
        found = read_arrays(path)
        known = {name: str(found[name]) for name in VERSIONS if name in found}
        return _slices(found) if known == VERSIONS else {}
    except (LookupError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"{path}: not a table of rolls that can be read: {error}") from error


def _slices(arrays: Mapping[str, NDArray[Any]]) -> Slices:
    notes = arrays["notes"].view(NOTE_DTYPE)
    note_ends, tempo_ends = arrays["note_counts"].cumsum(), arrays["tempo_counts"].cumsum()
    slices: Slices = {}
    for place, name in enumerate(arrays["segment_ids"].tolist()):
        own = notes[note_ends[place] - arrays["note_counts"][place] : note_ends[place]]
        first = tempo_ends[place] - arrays["tempo_counts"][place]
        tempo_map = TempoMap(
            tuple(map(tuple, arrays["tempos"][first : tempo_ends[place]].tolist()))
        )
        part = _part(own, int(arrays["lengths_ticks"][place]))
        excerpt = Excerpt(part, tempo_map, Meter(*arrays["meters"][place].tolist()))
        slices[name] = EncodedSlice(
            str(arrays["sha256"][place]), excerpt, arrays["rolls"][place], arrays["features"][place]
        )
    return slices


def _part(notes: Notes, length_ticks: int) -> Part:
    own = notes.copy()
    own.flags.writeable = False
    return Part(own, length_ticks)


def _meter(meter: Meter) -> tuple[int, int]:
    return meter.numerator, meter.denominator


def data_hash(slices: Mapping[str, EncodedSlice]) -> str:
    """SHA-256 of which slices there are and of what they were made."""
    lines: Sequence[str] = [f"{name} {slices[name].sha256}" for name in sorted(slices)]
    return hashlib.sha256("\n".join([*VERSIONS.values(), *lines]).encode()).hexdigest()


def _report(slices: Slices, skipped: dict[str, Any]) -> bytes:
    report = {**VERSIONS, "data_hash": data_hash(slices), "slices": len(slices), **skipped}
    return json.dumps(report, indent=2, sort_keys=True).encode() + b"\n"
