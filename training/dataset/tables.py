"""What earlier steps left in a training folder, as rows and vectors.

Every name of a file or a column that this package reads stands here and nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.colours import COLOURS, find_colour
from fitness.encoders import AUDIO_ENCODER, TEXT_ENCODER
from fitness.manifest import Encoders, EncoderSpec
from training.composed.examples import STAGES
from training.dataset.examples import DIMENSIONS, NO_STAGE

SEGMENTS_FILE = "training_segments.parquet"
MANIFEST_FILE = "base_manifest.parquet"
EMBEDDINGS_FOLDER = "embeddings"
EMBEDDINGS_FILE = "embeddings.parquet"
ENCODERS_FILE = "embeddings.json"

# Of the segments, and where a file may lack it, what stands for it.
COLUMNS: dict[str, Any] = {
    "segment_id": None,
    "track_id": None,
    "track_group": "",
    "track_description": "",
    "midi_file": "",
    "has_midi": False,
    "has_audio": False,
    "lyric_text": "",
}
COLOUR, MANIFEST_SONG = "rainbow_color", "id"
EMBEDDED = {name: (f"{name}_embedding", f"has_{name}_embedding") for name in DIMENSIONS}
TRACK_MARK = "_track_"

# The pretrained encoders that figures are worth something with.
PRETRAINED = {"concept": TEXT_ENCODER, "lyric": TEXT_ENCODER, "audio": AUDIO_ENCODER}

# How a word of a track's group or description begins, and what stage it is then; the first wins.
STAGE_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("drums", ("drum", "percussion", "kick", "snare", "hat", "hihat", "cymbal", "tom")),
    ("bass", ("bass",)),
    ("melody", ("vocal", "voice", "lead", "melody", "solo", "singer")),
    ("harmony", ("harmon", "choir", "backing", "string", "quartet", "counter")),
    ("chords", ("chord", "guitar", "piano", "keys", "organ", "pad", "rhodes", "strum")),
)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Row:
    """One track of one segment.

    Attributes:
        segment_id: such as ``"02_01_seg_0001_track_03"``.
        song_id: such as ``"02_01"``.
        colour: index in ``fitness.colours.COLOURS``.
        stage: index in ``STAGES``; -1 where its names don't say.
        midi_file: of the slice, relative to the training folder; empty where there is none.
        has_audio: whether its recording sounds.
        lyric_text: what is sung in the segment; empty where nothing is.
    """

    segment_id: str
    song_id: str
    colour: int
    stage: int
    midi_file: str
    has_audio: bool
    lyric_text: str

    @property
    def segment(self) -> str:
        """What all tracks of a segment share."""
        return self.segment_id.rpartition(TRACK_MARK)[0] or self.segment_id


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """What was embedded, row by row of the segments.

    Attributes:
        vectors: by modality, ``(n, d)``; zeros where there is none.
        has: by modality, ``(n,)``.
        encoders: what made them.
    """

    vectors: Mapping[str, Floats]
    has: Mapping[str, NDArray[np.bool_]]
    encoders: Encoders


def read_rows(folder: Path) -> list[Row]:
    """Every track of every segment, in the order of their ids.

    Raises:
        FileNotFoundError: if there is no table of segments; the message names the step before.
        ValueError: if a column is missing or a colour unknown.
    """
    path = folder / SEGMENTS_FILE
    table = _table(path, "training segments")
    missing = [
        name for name, blank in COLUMNS.items() if blank is None and name not in table.column_names
    ]
    if missing:
        raise ValueError(f"{path}: no column {', '.join(missing)}; found {table.column_names}")
    count = table.num_rows
    columns = {
        name: table[name].to_pylist() if name in table.column_names else [blank] * count
        for name, blank in COLUMNS.items()
    }
    colours = _colours(folder, table, columns["track_id"])
    rows = [
        _row({name: column[place] for name, column in columns.items()}, colours[place], path)
        for place in range(count)
    ]
    return sorted(rows, key=lambda row: row.segment_id)


def _colours(folder: Path, table: Any, songs: Sequence[str]) -> list[str]:
    if COLOUR in table.column_names:
        return [str(name) for name in table[COLOUR].to_pylist()]
    manifest = _table(folder / MANIFEST_FILE, "training manifest")
    named = zip(manifest[MANIFEST_SONG].to_pylist(), manifest[COLOUR].to_pylist(), strict=True)
    by_song = {str(song): str(colour) for song, colour in named}
    return [by_song.get(str(song), "") for song in songs]


def _row(cells: dict[str, Any], colour: str, path: Path) -> Row:
    try:
        place = COLOURS.index(find_colour(colour))
    except ValueError as error:
        raise ValueError(f"{path}: {cells['segment_id']}: {error}") from error
    return Row(
        segment_id=str(cells["segment_id"]),
        song_id=str(cells["track_id"]),
        colour=place,
        stage=stage_of(str(cells["track_group"] or ""), str(cells["track_description"] or "")),
        midi_file=str(cells["midi_file"] or "") if cells["has_midi"] else "",
        has_audio=bool(cells["has_audio"]),
        lyric_text=str(cells["lyric_text"] or ""),
    )


def stage_of(group: str, description: str) -> int:
    """The stage whose words a track's group, or else its description, holds; -1 where none."""
    for text in (group.casefold(), description.casefold()):
        found = re.findall("[a-z]+", text)
        for stage, beginnings in STAGE_WORDS:
            if any(word.startswith(beginnings) for word in found):
                return STAGES.index(stage)
    return NO_STAGE


def read_vectors(folder: Path, rows: Sequence[Row]) -> Vectors:
    """The vectors of rows, in their order; none at all where nothing was embedded."""
    place = {row.segment_id: index for index, row in enumerate(rows)}
    vectors = {name: np.zeros((len(rows), size), np.float32) for name, size in DIMENSIONS.items()}
    has = {name: np.zeros(len(rows), np.bool_) for name in DIMENSIONS}
    path = folder / EMBEDDINGS_FOLDER / EMBEDDINGS_FILE
    if not path.exists():
        return Vectors(vectors, has, Encoders())
    table = _table(path, "training embed")
    where = [place.get(segment, -1) for segment in table["segment_id"].to_pylist()]
    for name, (column, flag) in EMBEDDED.items():
        if column not in table.column_names:
            continue
        there = table[flag].to_pylist() if flag in table.column_names else None
        for index, vector in zip(where, table[column].to_pylist(), strict=True):
            if index >= 0 and vector is not None:
                vectors[name][index] = vector
                has[name][index] = True
        for index, flagged in zip(where, there or (), strict=bool(there)):
            if index >= 0 and not flagged:
                vectors[name][index], has[name][index] = 0, False
    return Vectors(vectors, has, read_encoders(folder))


def read_encoders(folder: Path) -> Encoders:
    """What made the vectors; raises ValueError where the file doesn't say."""
    path = folder / EMBEDDINGS_FOLDER / ENCODERS_FILE
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["encoders"]
        specs = {
            name: EncoderSpec(str(spec["name"]), str(spec["pooling"]))
            for name, spec in told.items()
            if spec is not None
        }
        return Encoders(**specs)
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: expected encoders with a name and a pooling each") from error


def unnamed_encoders(encoders: Encoders) -> list[str]:
    """Encoders that aren't the pretrained ones: figures made with them say little."""
    specs = {name: getattr(encoders, name) for name in PRETRAINED}
    return sorted(
        {spec.name for name, spec in specs.items() if spec and spec.name != PRETRAINED[name]}
    )


def _table(path: Path, step: str) -> Any:
    import pyarrow
    import pyarrow.parquet

    if not path.exists():
        raise FileNotFoundError(f"{path}: not there; {step} makes it")
    try:
        return pyarrow.parquet.read_table(path)
    except pyarrow.ArrowException as error:
        raise ValueError(f"{path}: not a table that can be read: {error}") from error
