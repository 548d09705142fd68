"""Vectors as tables: written beside the segments, and read for fitting.

The columns are those of data sets that were published before: an embedding and a flag for each
modality. Where one is missing, ours is null; older tables may hold anything there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fitness.manifest import Encoders
from fitness.profiles import AUDIO_DIMENSIONS, TEXT_DIMENSIONS
from training.embedding.vectors import Floats, VectorStore
from training.parquet import read_parquet
from training.whole_files import replacing

TEXT_TABLE = "training_data_with_embeddings.parquet"
AUDIO_TABLE = "training_data_clap_embeddings.parquet"
NOTE = "embeddings.json"
ROWS_AT_ONCE = 2048

Booleans = NDArray[np.bool_]


class EmbeddingsNote(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What made the vectors of a folder.

    Attributes:
        encoders: as a model's manifest names them; None for an input that was left out.
        rows: of the tables.
        counts: rows that have each modality.
    """

    encoders: Encoders
    rows: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Vectors of every segment and track, zeros where a modality is missing.

    Attributes:
        segment_ids: in the order of the rows.
        concept: ``(n, 768)``.
        lyric: ``(n, 768)``.
        audio: ``(n, 512)``.
        has_concept: ``(n,)``.
        has_lyric: ``(n,)``.
        has_audio: ``(n,)``.
        encoders: that made them; None for tables that don't say, which no scorer can match.
    """

    segment_ids: tuple[str, ...]
    concept: Floats
    lyric: Floats
    audio: Floats
    has_concept: Booleans
    has_lyric: Booleans
    has_audio: Booleans
    encoders: Encoders | None


def with_vectors(
    table: Any, name: str, keys: Sequence[str | None], store: VectorStore | None, dimensions: int
) -> Any:
    """The table with the columns ``<name>_embedding`` and ``has_<name>_embedding``.

    Args:
        table: of pyarrow.
        name: of the modality.
        keys: of each row's vector; None where it is missing.
        store: that has them; None where all are missing.
        dimensions: of a vector.
    """
    import pyarrow

    distinct = sorted({key for key in keys if key is not None})
    place_of = {key: place for place, key in enumerate(distinct)}
    places = [None if key is None else place_of[key] for key in keys]
    flat = [store[key] for key in distinct] if store is not None else []
    numbers = np.concatenate(flat) if flat else np.zeros(0, dtype=np.float32)
    offsets = np.arange(len(distinct) + 1, dtype=np.int32) * dimensions
    vectors = pyarrow.ListArray.from_arrays(offsets, pyarrow.array(numbers, pyarrow.float32()))
    column = vectors.take(pyarrow.array(places, pyarrow.int32()))
    flags = pyarrow.array([key is not None for key in keys])
    named = f"{name}_embedding"
    return table.append_column(named, column).append_column(f"has_{named}", flags)


def write_table(table: Any, path: Path) -> None:
    """Write a table; vectors that come again take no room again."""
    import pyarrow
    from pyarrow import parquet

    plain = [field.name for field in table.schema if not pyarrow.types.is_nested(field.type)]
    with replacing(path) as waiting:
        parquet.write_table(
            table, waiting, compression="zstd", use_dictionary=plain, row_group_size=ROWS_AT_ONCE
        )


def write_note(note: EmbeddingsNote, folder: Path) -> None:
    """Write what made the vectors."""
    encoded = msgspec.json.format(msgspec.json.encode(note, order="sorted"), indent=2)
    with replacing(folder / NOTE) as waiting:
        waiting.write_bytes(encoded + b"\n")


def load_embedded(folder: Path) -> Embedded:
    """Read the vectors of a folder, ours or published before.

    Raises:
        ValueError: if a table isn't there or its vectors are of another width.
    """
    texts = read_parquet(folder / TEXT_TABLE, "training embed makes it")
    segment_ids = tuple(texts["segment_id"].to_pylist())
    concept, has_concept = _vectors(texts, "concept", TEXT_DIMENSIONS, folder / TEXT_TABLE)
    lyric, has_lyric = _vectors(texts, "lyric", TEXT_DIMENSIONS, folder / TEXT_TABLE)
    recordings = read_parquet(folder / AUDIO_TABLE, "training embed makes it")
    heard, has_heard = _vectors(recordings, "audio", AUDIO_DIMENSIONS, folder / AUDIO_TABLE)
    place_of = {name: place for place, name in enumerate(recordings["segment_id"].to_pylist())}
    audio = np.zeros((len(segment_ids), AUDIO_DIMENSIONS), dtype=np.float32)
    has_audio = np.zeros(len(segment_ids), dtype=np.bool_)
    for row, segment_id in enumerate(segment_ids):
        place = place_of.get(segment_id)
        if place is not None:
            audio[row], has_audio[row] = heard[place], has_heard[place]
    return Embedded(
        segment_ids, concept, lyric, audio, has_concept, has_lyric, has_audio, encoders_of(folder)
    )


def encoders_of(folder: Path) -> Encoders | None:
    """What made the vectors of a training folder; None where nothing says it.

    Raises:
        ValueError: if the file that says it can't be read.
    """
    path = folder / NOTE
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=EmbeddingsNote).encoders
    except msgspec.DecodeError as error:
        raise ValueError(f"{path}: {error}") from error


def _vectors(table: Any, name: str, dimensions: int, path: Path) -> tuple[Floats, Booleans]:
    """A modality's vectors, and which rows have one."""
    from pyarrow import compute

    column = table[f"{name}_embedding"]
    there = np.asarray(compute.is_valid(column))
    numbers = np.asarray(compute.list_flatten(column.drop_null()), dtype=np.float32)
    if len(numbers) != there.sum() * dimensions:
        raise ValueError(f"{path}: {name}_embedding: expected {dimensions} numbers a row")
    vectors = np.zeros((len(there), dimensions), dtype=np.float32)
    vectors[there] = numbers.reshape(-1, dimensions)
    flag = f"has_{name}_embedding"
    if flag in table.column_names:
        there = there & np.asarray(compute.fill_null(table[flag], False))
        vectors[~there] = 0
    return vectors, there
