"""Temporary folders: they go with the process that made them; if it is killed, with a later one."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.state.locks import IN_FOLDERS, hold, is_left

PREFIX = "composition-engine-"


class TemporaryFolder(TemporaryDirectory[str]):
    """A folder for files of this process, which is removed at the end of the block or with it.

    The first of a process removes those of processes that were killed.
    """

    def __init__(self) -> None:
        """Make the folder; nobody else can read it."""
        _remove_left()
        super().__init__(prefix=PREFIX, ignore_cleanup_errors=True)
        self.path = Path(self.name)
        self._lock = (self.path / IN_FOLDERS).open("wb")
        hold(self._lock)

    def cleanup(self) -> None:
        """Remove the folder."""
        self._lock.close()
        super().cleanup()


@cache
def _remove_left() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # One without a lock is just being made, or another program's.
        if (path / IN_FOLDERS).exists() and is_left(path):
            shutil.rmtree(path, ignore_errors=True)
