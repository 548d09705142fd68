"""A cache of vectors by the content they were made of.

While it is filled, every few vectors go to a file of their own, so that a kill loses little; at
the end all are one file in the order of their keys, the same whatever happened on the way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.whole_files import WAITING, replacing

Floats = NDArray[np.float32]

ALL = "vectors.npy"
KEY_CHARS = 64


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
        except (ValueError, EOFError):
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
