"""What is to be embedded: a row per segment and track, with its concept, lyric and recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fitness.hashed_text import has_words
from training.catalogue.tables import FULL_FILE, MANIFEST_FILE, SEGMENTS_FILE
from training.parquet import read_parquet

# What the song is called: in the join of both tables, and in the segments alone.
SONG_COLUMNS = ("song_id", "track_id")
NEEDED = ("segment_id", "lyric_text", "segment_audio_file")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The table and what is read of it.

    Attributes:
        table: of pyarrow, with a ``concept`` column.
        concepts: of each row's song; None where there are no words.
        lyrics: of each row; None where there are no words.
        recordings: of each row, relative to the folder; None where there is none.
    """

    table: Any
    concepts: list[str | None]
    lyrics: list[str | None]
    recordings: list[str | None]


def read_rows(folder: Path) -> Rows:
    """Read what ``training manifest`` and ``training segments`` left in a folder.

    Raises:
        ValueError: if a table or a column isn't there; the message says which command makes it.
    """
    full = folder / FULL_FILE
    path = full if full.exists() else folder / SEGMENTS_FILE
    table = read_parquet(path, "training segments makes it")
    columns = set(table.column_names)
    song_column = next((name for name in SONG_COLUMNS if name in columns), SONG_COLUMNS[0])
    for name in (*NEEDED, song_column):
        if name not in columns:
            raise ValueError(f"{path}: no column {name!r}; training segments writes one")
    songs = table[song_column].to_pylist()
    if "concept" not in columns:
        concept_of = read_concepts(folder)
        concepts = [concept_of.get(song) for song in songs]
        table = table.append_column("concept", [_strings(concepts)])
    return Rows(
        table,
        _with_words(table["concept"].to_pylist()),
        _with_words(table["lyric_text"].to_pylist()),
        [name or None for name in table["segment_audio_file"].to_pylist()],
    )


def read_concepts(folder: Path) -> dict[str, str]:
    """The concept of each song of the manifest's table."""
    table = read_parquet(folder / MANIFEST_FILE, "training manifest makes it")
    for name in ("id", "concept"):
        if name not in table.column_names:
            raise ValueError(f"{folder / MANIFEST_FILE}: no column {name!r}")
    return dict(zip(table["id"].to_pylist(), table["concept"].to_pylist(), strict=True))


def _with_words(texts: list[str | None]) -> list[str | None]:
    return [text if text and has_words(text) else None for text in texts]


def _strings(values: list[str | None]) -> Any:
    import pyarrow

    return pyarrow.array(values, pyarrow.string())
