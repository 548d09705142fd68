"""Processes of this machine that do tasks, each with memory and threads of its own."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any, TypeVar

from engine.execution.executor import WorkerDied
from engine.execution.garbage import search_seldom

T = TypeVar("T")

# One thread each: as many processes as cores use all of them, and threads that wait for each other
# would only get in their way.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Slot:
    """One process, begun with its first task, and again after it died."""

    def __init__(self) -> None:
        self.pool: ProcessPoolExecutor | None = None
        self.last: Hashable = None
        self._tasks: list[Future[Any]] = []

    @property
    def waiting(self) -> int:
        """How many tasks it has."""
        self._tasks = [task for task in self._tasks if not task.done()]
        return len(self._tasks)

    def submit(
        self, near: Hashable, function: Callable[..., T], arguments: tuple[object, ...]
    ) -> Future[T]:
        self.last = near
        result: Future[T] = Future()
        try:
            begun = self._begin(function, arguments)
        except BrokenProcessPool as error:  # it died idle
            self.pool = None
            result.set_exception(WorkerDied(str(error)))
            return result
        self._tasks.append(result)
        begun.add_done_callback(lambda done: self._pass_on(done, result))
        return result

    def _begin(self, function: Callable[..., T], arguments: tuple[object, ...]) -> Future[T]:
        if self.pool is not None:
            return self.pool.submit(function, *arguments)
        # Spawned: a fork would have neither the parent's threads nor its database connections.
        self.pool = ProcessPoolExecutor(1, get_context("spawn"), _begin_worker)
        with inherited():
            return self.pool.submit(function, *arguments)

    def _pass_on(self, done: Future[T], result: Future[T]) -> None:
        if done.cancelled():
            result.set_exception(WorkerDied("it was ended"))
            return
        error = done.exception()
        if isinstance(error, BrokenProcessPool):
            self.pool = None
            result.set_exception(WorkerDied("its process ended"))
        elif error is not None:
            result.set_exception(error)
        else:
            result.set_result(done.result())

    def close(self) -> None:
        pool, self.pool = self.pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # in public since Python 3.14
            process.kill()
        pool.shutdown(wait=True, cancel_futures=True)


class Processes:
    """As many processes as are asked for; one that dies takes no other with it."""

    is_here = False
    is_local = True

    def __init__(self, count: int | None = None) -> None:
        """Use so many processes; by default as many as there are cores."""
        self._slots = [_Slot() for _ in range(count or cores())]
        self.name = f"processes:{len(self._slots)}"

    def slots(self) -> int:
        """As many as there are processes."""
        return len(self._slots)

    def submit(
        self, near: Hashable, function: Callable[..., T], /, *arguments: object
    ) -> Future[T]:
        """Begin a task in the process that did the last one of this name, or in another."""
        slot = min(self._slots, key=lambda each: (each.waiting, each.last != near))
        return slot.submit(near, function, arguments)

    def close(self) -> None:
        """End the processes at once."""
        for slot in self._slots:
            slot.close()


def _begin_worker() -> None:
    """End with the parent if that is killed."""
    search_seldom()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextmanager
def inherited() -> Iterator[None]:
    """What a process that begins meanwhile inherits: one thread, and no ear for Ctrl-C."""
    added = {name: value for name, value in ONE_THREAD.items() if name not in os.environ}
    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]
        if before is not None:
            signal.signal(signal.SIGINT, before)
