"""A queue for what only one process at a time may do, in the order in which they asked.

SQLite keeps none: who finds its write lock taken sleeps, for longer the longer it has waited, and
who comes just as the lock is free gets it. With several writers one may so wait for ever.

Here each who waits locks a byte of a file that is never written, behind those of all who asked
before, and goes on when it could lock everything before its byte. When a process ends, however
that happens, the system frees what it had locked. Windows locks no range so far into a file: there
all try for the same byte, in no order.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOOKS_EVERY_S = 0.002
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


class Queue:
    """The queue that a file stands for. It only gives order: nothing is safe by it alone.

    Where the file can't be made or locked there is no order, and nobody waits. A turn within a
    turn of the same thread is that turn.
    """

    def __init__(self, path: Path) -> None:
        """Take the file; call ``Queue.of`` instead: a process has one for each file.

        The locks are the process's, and all are gone when it closes the file once.
        """
        self._path = path
        self._threads = threading.Lock()
        self._owner: int | None = None

    @staticmethod
    @cache
    def of(path: Path) -> Queue:
        """The queue of a file, which must be named by the same path each time."""
        return Queue(path)

    @contextmanager
    def turn(self, patience_s: float) -> Iterator[bool]:
        """Run the block when it is its turn, or when patience is over; gives which of the two."""
        if self._owner == threading.get_ident():
            yield True
            return
        deadline = time.monotonic() + patience_s
        if not self._threads.acquire(timeout=max(0.0, patience_s)):
            yield False
            return
        try:
            self._owner = threading.get_ident()
            with self._opened() as file:
                yield file is None or _has_come(file, deadline)
        finally:
            self._owner = None
            self._threads.release()

    @contextmanager
    def _opened(self) -> Iterator[int | None]:
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:
            yield None
            return
        try:
            yield file
        finally:
            os.close(file)


def _has_come(file: int, deadline: float) -> bool:
    """Take a place in the queue, and wait until nobody is before it; whether that came."""
    place = _place(file)
    while not _is_free_before(file, place):
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOKS_EVERY_S)
    return True


if sys.platform == "win32":

    def _place(_file: int) -> int:
        return 1

    def _is_free_before(file: int, place: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, place)
        except OSError as error:
            return error.errno not in _TAKEN
        return True

else:

    def _place(file: int) -> int:
        while True:
            place = time.monotonic_ns()  # which all processes of the machine have in common
            if _is_locked(file, place, 1):
                return place

    def _is_free_before(file: int, place: int) -> bool:
        return _is_locked(file, 0, place)

    def _is_locked(file: int, start: int, length: int) -> bool:
        """Whether the bytes could be locked, or can't be on this file system."""
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except OSError as error:
            return error.errno not in _TAKEN
        return True
