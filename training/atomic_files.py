"""Atomic writes: a file is there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAITING = ".part"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write a file to, which replaces the file when the block ends well.

    A process that is killed leaves at most the temporary file, which the next one overwrites.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(path.name + WAITING)
    yield waiting
    with waiting.open("rb+") as file:
        os.fsync(file.fileno())
    waiting.replace(path)
