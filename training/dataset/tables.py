"""What earlier steps left in a training folder, as rows and vectors.

Every name of a file or a column that this package reads stands here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.colours import COLOURS, find_colour
from fitness.encoders import AUDIO_ENCODER, TEXT_ENCODER
from fitness.manifest import Encoders
from training.composed.examples import STAGES
from training.dataset.examples import DIMENSIONS, NO_STAGE
from training.embedding.tables import TEXT_TABLE, load_embedded
from training.parquet import read_parquet

SEGMENTS_FILE = "training_segments.parquet"
MANIFEST_FILE = "base_manifest.parquet"

# Of the segments, and where a file may lack it, what stands for it.
COLUMNS: dict[str, Any] = {
    "segment_id": None,
    "track_id": None,
    "track_group": "",
    "track_description": "",
    "is_drums": False,
    "midi_file": "",
    "has_midi": False,
    "has_audio": False,
    "lyric_text": "",
}
NAMES = ("track_group", "track_description")
COLOUR, MANIFEST_SONG = "rainbow_color", "id"
TRACK_MARK = "_track_"
DRUMS = STAGES.index("drums")

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
        encoders: what made them; None where the tables don't say.
    """

    vectors: Mapping[str, Floats]
    has: Mapping[str, NDArray[np.bool_]]
    encoders: Encoders | None


def read_rows(folder: Path) -> list[Row]:
    """Every track of every segment, in the order of their ids.

    Raises:
        ValueError: if there is no such table, a column is missing or a colour unknown.
    """
    path = folder / SEGMENTS_FILE
    table = read_parquet(path, "training segments makes it")
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
    manifest = read_parquet(folder / MANIFEST_FILE, "training manifest makes it")
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
        stage=DRUMS if cells["is_drums"] else stage_of(*(str(cells[name] or "") for name in NAMES)),
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
    vectors = {name: np.zeros((len(rows), size), np.float32) for name, size in DIMENSIONS.items()}
    has = {name: np.zeros(len(rows), np.bool_) for name in DIMENSIONS}
    if not (folder / TEXT_TABLE).exists():
        return Vectors(vectors, has, Encoders())
    embedded = load_embedded(folder)
    place_of = {name: place for place, name in enumerate(embedded.segment_ids)}
    places = np.array([place_of.get(row.segment_id, -1) for row in rows])
    there = np.flatnonzero(places >= 0)
    for name in DIMENSIONS:
        vectors[name][there] = getattr(embedded, name)[places[there]]
        has[name][there] = getattr(embedded, f"has_{name}")[places[there]]
    return Vectors(vectors, has, embedded.encoders)


def unnamed_encoders(encoders: Encoders | None) -> list[str]:
    """Encoders that aren't the pretrained ones: figures made with them say little."""
    if encoders is None:
        return ["encoders that nobody named"]
    specs = {name: getattr(encoders, name) for name in PRETRAINED}
    return sorted(
        {spec.name for name, spec in specs.items() if spec and spec.name != PRETRAINED[name]}
    )
