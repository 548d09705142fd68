"""Files: atomic writes, and marks that show whether a person edited a file."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from engine.state.inflight import is_left_over
from engine.state.locks import hold


def write_whole(path: Path, data: bytes, *, is_lasting: bool = True) -> None:
    """Write a file atomically: a crash leaves the old file, the new one, or none.

    Args:
        path: where.
        data: all of it.
        is_lasting: wait until it outlives a power failure, after which what didn't is damaged.
    """
    with whole_file(path, is_lasting=is_lasting) as partial:
        partial.write(data)


@contextmanager
def whole_file(path: Path, *, is_lasting: bool = True) -> Iterator[IO[bytes]]:
    """A file to write that gets its name at the end of the block, once it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_lasting:
        remove_left(path)
    prefix = f".{path.name}.{os.getpid()}-"  # by which the doctor finds what a kill has left
    with NamedTemporaryFile(dir=path.parent, prefix=prefix, delete=False) as file:
        partial = Path(file.name)
        hold(file)
        try:
            yield file
            file.flush()
            if is_lasting:
                os.fsync(file.fileno())
            if os.name == "nt":  # what is open isn't renamed there
                file.close()
            partial.chmod(0o644)
            partial.replace(path)
        except BaseException:
            file.close()
            partial.unlink(missing_ok=True)
            raise


def remove_left(path: Path) -> None:
    """Remove what commands that were killed have left of a file that they were writing."""
    for partial in path.parent.glob(f".{escape(path.name)}.*"):
        if is_left_over(partial):
            with suppress(OSError):  # another command has removed it
                partial.unlink()


def write_lines(path: Path, lines: Iterable[str]) -> int:
    """Write lines to a file atomically; returns how many."""
    with whole_file(path) as partial:
        return sum(1 for line in lines if partial.write(line.encode() + b"\n"))


def file_sha256(path: Path) -> str | None:
    """SHA-256 of a file as hex; None if there is none."""
    data = content_of(path)
    return None if data is None else hashlib.sha256(data).hexdigest()


def content_of(path: Path) -> bytes | None:
    """What is in a file; None if there is none, or another command removes it just now."""
    if path.is_file():
        with suppress(FileNotFoundError):
            return path.read_bytes()
    return None


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
