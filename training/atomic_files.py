"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WAITING = ".part"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place beside a file to write it to; it takes the file's place when all went well.

    A process that is killed leaves at most the waiting file, which the next one writes over.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = path.with_name(path.name + WAITING)
    yield waiting
    with waiting.open("rb+") as file:
        os.fsync(file.fileno())
    waiting.replace(path)
