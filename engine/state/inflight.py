"""Commands that were ended between an event and the files that come of it.

A command that appends first leaves a small file with the position where the log ended, and removes
it when it is done. What is found of a process that doesn't run any more names the events whose
files may be missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import IO, NamedTuple
from uuid import uuid4

from engine.state.locks import hold, is_free, is_left

# As ``engine.state.files`` names what it writes: the file's name and the process that writes.
TEMPORARY = re.compile(r"\..+\.\d+-[a-z0-9_]{8}")

_NAME = ".deciding"

# What a command leaves that asks for several runs, until all are made.
EVOLVING = ".evolving-{}.json"


class InFlight:
    """The file of a command that appends, which is held; without one before the first event."""

    def __init__(self, folder: Path) -> None:
        """Take the studio's folder."""
        self._folder = folder
        self._file: IO[str] | None = None

    @property
    def is_begun(self) -> bool:
        """Whether the command tried to append."""
        return self._file is not None

    def begin(self, position: int) -> None:
        """Leave the file, if it isn't there yet; where the folder can't be written, there is none.

        Args:
            position: where the log ends.
        """
        if self._file is not None:
            return
        path = self._folder / f"{_NAME}.{os.getpid()}-{uuid4().hex[:8]}"
        with suppress(OSError):
            file = path.open("w", encoding="utf-8")
            hold(file)
            self._file = file
            file.write(str(position))
            file.flush()

    def doubt(self, event_ids: Iterable[str]) -> None:
        """Leave the ids of events of which it isn't known whether they were recorded."""
        if self._file is not None:
            with suppress(OSError):
                self._file.writelines(f"\n{event_id}" for event_id in event_ids)
                self._file.flush()

    def end(self, *, is_done: bool) -> None:
        """Let go of the file, and remove it if everything is done."""
        if self._file is None:
            return
        path = Path(self._file.name)
        with suppress(OSError):
            self._file.close()
        if is_done:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        self._file = None


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


def was_interrupted(folder: Path) -> bool:
    """Whether a command was ended in a studio, as far as a look at its folder tells."""
    names = (*folder.glob(f"{_NAME}.*"), *folder.glob(EVOLVING.format("*")))
    return any(map(is_free, names))


def was_restoring(folder: Path) -> list[Path]:
    """What is beside a studio's folder of restores that were begun, or are at work."""
    folder = folder.absolute()
    return sorted(folder.parent.glob(f"{escape(restoring_prefix(folder))}*"))


def restoring_prefix(folder: Path) -> str:
    """How the folder is called in which a studio is made ready; its process follows."""
    return f".{folder.name}.restoring."


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
        # It may have ended since, or only just begun.
        with suppress(OSError, ValueError, IndexError):
            began.append(int(path.read_text("utf-8").split()[0]))
    return min(began, default=None)


def _of_others(folder: Path) -> list[Path]:
    ours = f"{_NAME}.{os.getpid()}-"
    others = (path for path in folder.glob(f"{_NAME}.*") if not path.name.startswith(ours))
    return [path for path in others if not is_left_over(path)]


def is_left_over(path: Path) -> bool:
    """Whether a file or folder is a temporary one whose command isn't at work any more."""
    return TEMPORARY.fullmatch(path.name) is not None and is_left(path)
