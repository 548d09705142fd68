"""Commands that were ended between an event and the files that come of it.

A command that appends first leaves a small file with the position where the log ended, and removes
it when it is done. What is found of a process that doesn't run any more names the events whose
files may be missing.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

# As ``engine.state.files`` names what it writes: the file's name and the process that writes.
TEMPORARY = re.compile(r"\..+\.(\d+)-[a-z0-9_]{8}")

# Where it can't be asked whether a process still runs, what is older is nobody's; in seconds.
_OLD_S = 3600.0

_NAME = ".deciding"


class InFlight:
    """The file of a command that appends; without one before the first event."""

    def __init__(self, folder: Path) -> None:
        """Take the studio's folder."""
        self._folder = folder
        self._path: Path | None = None

    def begin(self, position: int) -> None:
        """Leave the file, if it isn't there yet; where the folder can't be written, there is none.

        Args:
            position: where the log ends.
        """
        if self._path is not None:
            return
        path = self._folder / f"{_NAME}.{os.getpid()}-{uuid4().hex[:8]}"
        with suppress(OSError):
            path.write_text(str(position), "ascii")
            self._path = path

    def doubt(self, event_ids: Iterable[str]) -> None:
        """Leave the ids of events of which it isn't known whether they were recorded."""
        if self._path is not None:
            with suppress(OSError), self._path.open("a", encoding="utf-8") as file:
                file.writelines(f"\n{event_id}" for event_id in event_ids)

    def end(self) -> None:
        """Remove the file: everything is done."""
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            self._path = None


class Interrupted(NamedTuple):
    """A command that was ended.

    Attributes:
        path: the file that it left.
        position: where the log ended before it.
        doubted: ids of events of which it didn't learn whether they were recorded.
    """

    path: Path
    position: int
    doubted: list[str]


def interrupted(folder: Path) -> Iterator[Interrupted]:
    """The commands that were ended."""
    for path in sorted(folder.glob(f"{_NAME}.*")):
        if is_left_over(path):
            with suppress(OSError, ValueError):
                position, *doubted = path.read_text("utf-8").splitlines() or ["0"]
                yield Interrupted(path, int(position), doubted)


def others_at_work(folder: Path) -> bool:
    """Whether another process is between its first event and its end in a studio."""
    return bool(_of_others(folder))


def others_began(folder: Path) -> int | None:
    """Where the log ended before the first of the other processes that are at work.

    What came of later events may be theirs to write. None if none is at work.
    """
    began = []
    for path in _of_others(folder):
        with suppress(OSError, ValueError):  # it has ended since, or has only just begun
            began.append(int(path.read_text("utf-8").split()[0]))
    return min(began, default=None)


def _of_others(folder: Path) -> list[Path]:
    ours = f"{_NAME}.{os.getpid()}-"
    others = (path for path in folder.glob(f"{_NAME}.*") if not path.name.startswith(ours))
    return [path for path in others if not is_left_over(path)]


def is_left_over(path: Path) -> bool:
    """Whether a file or folder is a temporary one whose process doesn't run any more."""
    named = TEMPORARY.fullmatch(path.name)
    return named is not None and path.exists() and not _runs(int(named[1]), path)


def _runs(process: int, path: Path) -> bool:
    if os.name == "nt":  # there a signal 0 would end it
        return time.time() - path.stat().st_mtime < _OLD_S
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
