"""Locks on files, by which others tell whether the command that made a file is still at work.

A lock ends with its process, however that ends. Where files can't be locked, none is ever taken for
one that was left.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

# The file in a folder by which that is held.
IN_FOLDERS = "lock"

# Between making a file and locking it, and between unlocking and renaming it, nobody holds it: what
# is found then is looked at again after so long.
AGAIN_S = 0.2

if sys.platform == "win32":  # pragma: no cover
    import msvcrt

    # A byte behind the end of any file: what is locked can't be read there.
    _FAR = 2**30

    def _lock(file: IO[Any]) -> None:
        at = file.tell()
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        finally:
            file.seek(at)

else:
    import fcntl

    def _lock(file: IO[Any]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def hold(file: IO[Any]) -> None:
    """Hold an open file until it is closed, or this process ends."""
    with suppress(OSError):
        _lock(file)


def held(path: Path) -> IO[bytes] | None:
    """An open file that this process holds now; None if it is gone, or another process holds it."""
    try:
        file = path.open("rb+")
    except OSError:
        return None
    try:
        _lock(file)
    except OSError:
        file.close()
        return None
    return file


def is_left(path: Path) -> bool:
    """Whether a file or a folder is there that no process holds."""
    lock = path / IN_FOLDERS if path.is_dir() else path
    if not path.exists() or not is_free(lock):
        return False
    time.sleep(AGAIN_S)
    return path.exists() and is_free(lock)


def is_free(lock: Path) -> bool:
    """Whether no process holds a file at this moment; also where it is gone."""
    try:
        with lock.open("rb") as file:
            _lock(file)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
