"""Segments as rows with the labels that a model learns, and their split by song or by row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fitness.colours import COLOURS, find_colour
from fitness.encoders import AUDIO_ENCODER, TEXT_ENCODER
from fitness.manifest import Encoders
from training.composed.examples import STAGES, Split, parted
from training.dataset.examples import NO_STAGE
from training.schemas import MANIFEST_FILE, SEGMENTS_FILE, read_parquet

NAMES = ("track_group", "track_description")
COLOUR = "rainbow_color"
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
        section: label of the part of the song that it lies in; empty where nobody said.
        start_seconds: where it begins in the song.
    """

    segment_id: str
    song_id: str
    colour: int
    stage: int
    midi_file: str
    has_audio: bool
    lyric_text: str
    section: str = ""
    start_seconds: float = 0.0

    @property
    def segment(self) -> str:
        """What all tracks of a segment share."""
        return self.segment_id.rpartition(TRACK_MARK)[0] or self.segment_id


def read_rows(folder: Path) -> list[Row]:
    """Every track of every segment, in the order of their ids.

    Raises:
        ValueError: if there is no such table, a column is missing or a colour unknown.
    """
    path = folder / SEGMENTS_FILE
    table = read_parquet(path, ("segment_id", "track_id"))
    cells = table.to_pylist()
    colour_of: dict[str, str] = {}
    if COLOUR not in table.column_names:
        manifest = read_parquet(folder / MANIFEST_FILE, ("id", COLOUR)).to_pylist()
        colour_of = {str(track["id"]): str(track[COLOUR]) for track in manifest}
    rows = [
        _row(cell, cell.get(COLOUR) or colour_of.get(str(cell["track_id"])), path) for cell in cells
    ]
    return sorted(rows, key=lambda row: row.segment_id)


def _row(cells: Mapping[str, Any], colour: str | None, path: Path) -> Row:
    """A row of a table that may lack what isn't needed."""
    try:
        place = COLOURS.index(find_colour(str(colour or "")))
    except ValueError as error:
        raise ValueError(f"{path}: {cells['segment_id']}: {error}") from error
    names = (str(cells.get(name) or "") for name in NAMES)
    return Row(
        segment_id=str(cells["segment_id"]),
        song_id=str(cells["track_id"]),
        colour=place,
        stage=DRUMS if cells.get("is_drums") else stage_of(*names),
        midi_file=str(cells.get("midi_file") or "") if cells.get("has_midi") else "",
        has_audio=bool(cells.get("has_audio")),
        lyric_text=str(cells.get("lyric_text") or ""),
        section=str(cells.get("structure_section") or ""),
        start_seconds=float(cells.get("start_seconds") or 0.0),
    )


def sung_in_sections(rows: Sequence[Row]) -> list[str]:
    """What is sung in the section of each row, a line on a line: prosody compares lines.

    A row without a section's label, or without a lyric of its own, has its own lyric alone.
    """
    lines: dict[tuple[str, str], dict[str, tuple[float, str]]] = {}
    for row in rows:
        if row.section and row.lyric_text:
            of_section = lines.setdefault((row.song_id, row.section), {})
            of_section[row.segment] = (row.start_seconds, row.lyric_text)
    sung = {
        key: "\n".join(text for _, text in sorted(segments.values()))
        for key, segments in lines.items()
    }
    return [
        sung.get((row.song_id, row.section), row.lyric_text) if row.lyric_text else ""
        for row in rows
    ]


def stage_of(group: str, description: str) -> int:
    """The stage whose words a track's group, or else its description, holds; -1 where none."""
    for text in (group.casefold(), description.casefold()):
        found = re.findall("[a-z]+", text)
        for stage, beginnings in STAGE_WORDS:
            if any(word.startswith(beginnings) for word in found):
                return STAGES.index(stage)
    return NO_STAGE


def by_song(rows: Sequence[Row]) -> Split:
    """No song on two sides; every colour in the same shares.

    A song's side depends on the ids of its colour's songs, and on nothing else.
    """
    songs: dict[int, set[str]] = {}
    for row in rows:
        songs.setdefault(row.colour, set()).add(row.song_id)
    validation: set[str] = set()
    test: set[str] = set()
    for ids in songs.values():
        validated, tested = parted(ids)
        validation |= validated
        test |= tested
    return _split([row.song_id for row in rows], validation, test)


def by_row(rows: Sequence[Row]) -> Split:
    """A split by row: tracks of one song may be in training and in test, in the same shares.

    Rows of one song share its concept, and its words and bars from track to track: a model that is
    tested on them has seen the answers.
    """
    ids = [row.segment_id for row in rows]
    validation, test = parted(ids)
    return _split(ids, validation, test)


def _split(ids: Sequence[str], validation: set[str], test: set[str]) -> Split:
    validated = np.array([one in validation for one in ids], np.bool_)
    tested = np.array([one in test for one in ids], np.bool_)
    return Split(~(validated | tested), validated, tested)


def unnamed_encoders(encoders: Encoders | None) -> list[str]:
    """Encoders that aren't the pretrained ones: figures made with them say little."""
    if encoders is None:
        return ["encoders that nobody named"]
    specs = {name: getattr(encoders, name) for name in PRETRAINED}
    return sorted(
        {spec.name for name, spec in specs.items() if spec and spec.name != PRETRAINED[name]}
    )
