"""Files: atomic writes, and marks that show whether a person edited a file."""

from __future__ import annotations

import hashlib
import os
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: a crash leaves the old file, the new one, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.name}.{os.getpid()}-"  # by which the doctor finds what a kill has left
    with NamedTemporaryFile(dir=path.parent, prefix=prefix, delete=False) as partial:
        try:
            partial.write(data)
            partial.flush()
            os.fsync(partial.fileno())
            Path(partial.name).chmod(0o644)
            Path(partial.name).replace(path)
        except BaseException:
            Path(partial.name).unlink(missing_ok=True)
            raise


def file_sha256(path: Path) -> str | None:
    """SHA-256 of a file as hex; None if there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def marked(text: str) -> str:
    """A text with a first line that holds its hash; see ``is_as_written``."""
    return f"{_mark(text)}\n{text}"


def is_as_written(text: str) -> bool:
    """Whether a text from ``marked`` is unchanged."""
    first, _, rest = text.partition("\n")
    return first == _mark(rest)


def set_aside(path: Path) -> Path:
    """Rename a file to the next free ``<name>.edited_<number>``; returns the new path."""
    names = (path.with_name(f"{path.stem}.edited_{number}{path.suffix}") for number in count(1))
    return path.rename(next(name for name in names if not name.exists()))


def _mark(text: str) -> str:
    return f"# as written {hashlib.sha256(text.encode()).hexdigest()}"
