"""Tables of vectors, their inputs, and a cache of vectors by the SHA-256 of what they encode.

Tables have an embedding and a flag for each modality, as published data sets do; a missing
embedding is null here and may be anything in older tables. While the cache is filled, every few
vectors go to a file of their own, so that a kill loses little; at the end they become one file in
the order of their keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from fitness.manifest import Encoders, EncoderSpec
from fitness.profiles import TEXT_DIMENSIONS
from training.arrays import UNREADABLE, read_arrays
from training.atomic_files import WAITING, replacing
from training.dataset.examples import DIMENSIONS
from training.schemas import (
    AUDIO_EMBEDDINGS_FILE,
    EMBEDDINGS_NOTE_FILE,
    FULL_FILE,
    MANIFEST_FILE,
    SEGMENTS_FILE,
    TEXT_EMBEDDINGS_FILE,
    VARIANTS_FILE,
    read_parquet,
)
from training.text.variants import TEXT_VARIANTS_VERSION

Floats = NDArray[np.float32]

ALL = "vectors.npy"
KEY_CHARS = 64
Booleans = NDArray[np.bool_]


def content_key(data: bytes) -> str:
    """What content is known by: its SHA-256 as hex."""
    return hashlib.sha256(data).hexdigest()


class VectorStore:
    """Vectors of one encoder in one folder."""

    def __init__(self, folder: Path, dimensions: int) -> None:
        self.folder = folder
        self._row = np.dtype([("key", f"S{KEY_CHARS}"), ("vector", "<f4", (dimensions,))])
        self._vectors: dict[str, Floats] = {}
        for path in sorted(folder.glob("*.npy")):
            self._vectors |= self._read(path)

    def __contains__(self, key: str) -> bool:
        return key in self._vectors

    def __len__(self) -> int:
        return len(self._vectors)

    def __getitem__(self, key: str) -> Floats:
        return self._vectors[key]

    def add(self, keys: Sequence[str], vectors: Sequence[Floats]) -> None:
        """Keep some more; they are on disk when this returns."""
        named = content_key("".join(keys).encode())[:16]
        new = dict(zip(keys, vectors, strict=True))
        self._write(self.folder / f"some-{named}.npy", new)
        self._vectors |= new

    def gather(self) -> None:
        """Bring everything into one file, in the order of the keys."""
        whole = self.folder / ALL
        others = [path for path in self.folder.glob("*.npy") if path != whole]
        if others or not whole.exists():
            self._write(whole, self._vectors)
        for path in (*others, *self.folder.glob(f"*{WAITING}")):
            path.unlink(missing_ok=True)

    def _read(self, path: Path) -> dict[str, Floats]:
        """Its vectors; none of a file that is broken, which is made again."""
        try:
            rows = np.load(path, allow_pickle=False)
        except UNREADABLE:
            rows = np.zeros(0)
        if rows.dtype != self._row:
            path.unlink()
            return {}
        return {row["key"].decode(): np.asarray(row["vector"]) for row in rows}

    def _write(self, path: Path, vectors: dict[str, Floats]) -> None:
        rows = np.zeros(len(vectors), dtype=self._row)
        for place, key in enumerate(sorted(vectors)):
            rows[place] = (key.encode(), vectors[key])
        with replacing(path) as waiting, waiting.open("wb") as file:
            np.save(file, rows)


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
class ConceptVariants:
    """Concepts as they are varied in training (``training.text.variants``).

    Attributes:
        vectors: ``(concepts, variants, 768)``.
        of: ``(n,)`` the concept of each row; -1 where it has no variants.
    """

    vectors: Floats
    of: NDArray[np.int64]

    def __len__(self) -> int:
        """How many variants each concept has."""
        return self.vectors.shape[1] if len(self.vectors) else 0

    @classmethod
    def none(cls, rows: int) -> Self:
        """No variants of any row."""
        return cls(np.zeros((0, 0, TEXT_DIMENSIONS), np.float32), np.full(rows, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Vectors of segments, one row each.

    Attributes:
        vectors: by modality, ``(n, d)``; zeros where there is none.
        has: by modality, ``(n,)``.
        encoders: that made them; None where the tables don't say, which no scorer can match.
        variants: of the rows' concepts.
    """

    vectors: Mapping[str, Floats]
    has: Mapping[str, Booleans]
    encoders: Encoders | None
    variants: ConceptVariants = field(default_factory=lambda: ConceptVariants.none(0))


def read_inputs(folder: Path) -> Any:
    """The segments of a folder as a ``pyarrow.Table`` with a ``concept`` column.

    Raises:
        ValueError: if a table or a column isn't there; the message says which command makes it.
    """
    import pyarrow

    path = folder / FULL_FILE if (folder / FULL_FILE).exists() else folder / SEGMENTS_FILE
    table = read_parquet(path, ("segment_id", "lyric_text", "segment_audio_file"))
    if "concept" in table.column_names:
        return table
    song = "song_id" if "song_id" in table.column_names else "track_id"
    songs = read_parquet(path, (song,))[song].to_pylist()
    concept_of = read_concepts(folder)
    concepts = pyarrow.array([concept_of.get(name) for name in songs], pyarrow.string())
    return table.append_column("concept", concepts)


def read_concepts(folder: Path) -> dict[str, str]:
    """The concept of each song of the manifest's table.

    Raises:
        ValueError: if the table or a column isn't there.
    """
    table = read_parquet(folder / MANIFEST_FILE, ("id", "concept"))
    return dict(zip(table["id"].to_pylist(), table["concept"].to_pylist(), strict=True))


def with_vectors(
    table: Any, name: str, keys: Sequence[str | None], store: VectorStore | None
) -> Any:
    """The table with the columns ``<name>_embedding`` and ``has_<name>_embedding``.

    Args:
        table: of pyarrow.
        name: of the modality.
        keys: of each row's vector; None where it is missing.
        store: that has them; None where all are missing.
    """
    import pyarrow

    distinct = sorted({key for key in keys if key is not None})
    place_of = {key: place for place, key in enumerate(distinct)}
    places = [None if key is None else place_of[key] for key in keys]
    flat = [store[key] for key in distinct] if store is not None else []
    numbers = np.concatenate(flat) if flat else np.zeros(0, dtype=np.float32)
    offsets = np.arange(len(distinct) + 1, dtype=np.int32) * DIMENSIONS[name]
    vectors = pyarrow.ListArray.from_arrays(offsets, pyarrow.array(numbers, pyarrow.float32()))
    column = vectors.take(pyarrow.array(places, pyarrow.int32()))
    flags = pyarrow.array([key is not None for key in keys])
    named = f"{name}_embedding"
    return table.append_column(named, column).append_column(f"has_{named}", flags)


def write_note(note: EmbeddingsNote, folder: Path) -> None:
    """Write what made the vectors."""
    encoded = msgspec.json.format(msgspec.json.encode(note, order="sorted"), indent=2)
    with replacing(folder / EMBEDDINGS_NOTE_FILE) as waiting:
        waiting.write_bytes(encoded + b"\n")


def read_vectors(
    folder: Path, segment_ids: Sequence[str], audio_file: str = AUDIO_EMBEDDINGS_FILE
) -> Vectors:
    """The vectors of segments, in the order of their ids; all absent where nothing was embedded.

    Args:
        folder: the training folder.
        segment_ids: of the rows.
        audio_file: the table of recordings' vectors.

    Raises:
        ValueError: if a table is missing or its vectors are of another width.
    """
    count = len(segment_ids)
    vectors = {name: np.zeros((count, size), np.float32) for name, size in DIMENSIONS.items()}
    has = {name: np.zeros(count, np.bool_) for name in DIMENSIONS}
    if not (folder / TEXT_EMBEDDINGS_FILE).exists():
        return Vectors(vectors, has, Encoders())
    for file, names in ((TEXT_EMBEDDINGS_FILE, ("concept", "lyric")), (audio_file, ("audio",))):
        table = read_parquet(folder / file, ("segment_id",))
        place_of = {name: place for place, name in enumerate(table["segment_id"].to_pylist())}
        places = np.array([place_of.get(name, -1) for name in segment_ids], np.int64)
        rows = np.flatnonzero(places >= 0)
        for name in names:
            found, there = _vectors(table, name, folder / file)
            vectors[name][rows], has[name][rows] = found[places[rows]], there[places[rows]]
    encoders = encoders_of(folder)
    return Vectors(vectors, has, encoders, _variants(folder, segment_ids, encoders))


def write_variants(folder: Path, concepts: Sequence[str], vectors: Floats, made_by: str) -> None:
    """Write variants of concepts.

    Args:
        folder: the training folder.
        concepts: each once.
        vectors: ``(concepts, variants, 768)``.
        made_by: the encoder and the version of the variants.
    """
    keys = np.array([content_key(text.encode()) for text in concepts], np.str_)
    with replacing(folder / VARIANTS_FILE) as waiting, waiting.open("wb") as file:
        np.savez(file, allow_pickle=False, keys=keys, vectors=vectors, made_by=np.array(made_by))


def _variants(
    folder: Path, segment_ids: Sequence[str], encoders: Encoders | None
) -> ConceptVariants:
    """The variants of the rows' concepts; none of another encoder than the concepts have."""
    nothing = ConceptVariants.none(len(segment_ids))
    path = folder / VARIANTS_FILE
    if not path.exists() or encoders is None or encoders.concept is None:
        return nothing
    found = read_arrays(path)
    try:
        keys, vectors, made_by = found["keys"].tolist(), found["vectors"], str(found["made_by"])
    except KeyError as error:
        raise ValueError(f"{path}: {error} is missing") from error
    if made_by != variants_made_by(encoders.concept):
        return nothing
    place_of = {key: place for place, key in enumerate(keys)}
    concept_of = read_segment_concepts(folder)
    own = (content_key(concept_of.get(name, "").encode()) for name in segment_ids)
    return ConceptVariants(vectors, np.array([place_of.get(key, -1) for key in own]))


def read_segment_concepts(folder: Path) -> dict[str, str]:
    """The concept of each embedded segment; none where the table has no concepts."""
    path = folder / TEXT_EMBEDDINGS_FILE
    if not path.exists():
        return {}
    table = read_parquet(path, ("segment_id",))
    if "concept" not in table.column_names:
        return {}
    texts = (text or "" for text in table["concept"].to_pylist())
    return dict(zip(table["segment_id"].to_pylist(), texts, strict=True))


def variants_made_by(spec: EncoderSpec) -> str:
    """What tells variants of one encoder from those of another."""
    return f"{TEXT_VARIANTS_VERSION} {spec.pooling} {spec.sha256 or spec.name}"


def encoders_of(folder: Path) -> Encoders | None:
    """What made the vectors of a training folder; None where nothing says it.

    Raises:
        ValueError: if the file that says it can't be read.
    """
    path = folder / EMBEDDINGS_NOTE_FILE
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=EmbeddingsNote).encoders
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"{path}: {error}") from error


def _vectors(table: Any, name: str, path: Path) -> tuple[Floats, Booleans]:
    """A modality's vectors, and which rows have one."""
    from pyarrow import compute

    dimensions = DIMENSIONS[name]
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
