"""Executors: what does tasks, and how tasks under way are followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from engine.errors import EngineError, is_ours

T = TypeVar("T")
Item = TypeVar("Item")
Key = TypeVar("Key", bound=Hashable)

# How often a task is begun whose worker dies: one that ends its worker itself must come to an end.
MAX_ATTEMPTS = 8

# How long a wait lasts before the one who waits may look around, in seconds.
POLL_SECONDS = 0.2


class WorkerDied(Exception):
    """The process that did a task has ended; the task can be done again."""


class TaskFailed(EngineError):
    """A task can't be done, wherever it is tried."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What came of a task that can't be done.

    Attributes:
        error: for people.
    """

    error: Exception


class Executor(Protocol):
    """Does tasks.

    Attributes:
        name: as people type it.
        is_here: whether tasks are done in this process, one after the other, when they are handed
            in: then nothing can be seen or stopped before they are done.
        is_local: whether they are done on this machine, with its files and instruments.
    """

    name: str
    is_here: bool
    is_local: bool

    def slots(self) -> int:
        """How many tasks are done at once; it may change while workers come and go."""
        ...

    def submit(
        self, near: Hashable, function: Callable[..., T], /, *arguments: object
    ) -> Future[T]:
        """Begin a task; one that has no slot waits for one.

        Args:
            near: tasks with equal names are done by the same worker, where it is free.
            function: of a module, so that it can be named to another process.
            arguments: what it needs; they can be pickled.

        Returns:
            its result; ``WorkerDied`` if its process ended.
        """
        ...

    def close(self) -> None:
        """End the workers at once, whatever they do."""
        ...


class Serial:
    """Does every task in this process, when it is handed in."""

    name = "serial"
    is_here = True
    is_local = True

    def slots(self) -> int:
        """One."""
        return 1

    def submit(
        self, _near: Hashable, function: Callable[..., T], /, *arguments: object
    ) -> Future[T]:
        """Do a task."""
        done: Future[T] = Future()
        try:
            done.set_result(function(*arguments))
        except Exception as error:  # it is raised where the result is asked for
            done.set_exception(error)
        return done

    def close(self) -> None:
        """Nothing is left to do."""


SERIAL = Serial()


class _Task(Generic[T]):
    """A task, to be done again if its worker dies."""

    __slots__ = ("arguments", "attempts", "function")

    def __init__(self, function: Callable[..., T], arguments: tuple[object, ...]) -> None:
        self.function, self.arguments = function, arguments
        self.attempts = 0


class Tasks(Generic[Key, T]):
    """The tasks that an executor has under way, by names of their own."""

    def __init__(self, executor: Executor) -> None:
        """Use an executor."""
        self._executor = executor
        self._tasks: dict[Key, _Task[T]] = {}
        self._futures: dict[Future[T], Key] = {}

    @property
    def under_way(self) -> int:
        """How many tasks are begun and not done."""
        return len(self._futures)

    @property
    def free(self) -> int:
        """How many more can be begun."""
        return max(0, self._executor.slots() - self.under_way)

    def begin(self, key: Key, function: Callable[..., T], *arguments: object) -> None:
        """Begin a task; tasks of one name are done by the same worker where that is free."""
        self._tasks[key] = _Task(function, arguments)
        self._submit(key)

    def done(self, timeout_seconds: float = POLL_SECONDS) -> Iterator[tuple[Key, T]]:
        """Wait for tasks and give the results of those that are done; those of the dead go on.

        Raises:
            TaskFailed: naming what a task raised that isn't for people, or that it ends its worker
                every time. What is for people is raised as it is.
        """
        for key, result in self.ended(timeout_seconds):
            if isinstance(result, Failure):
                raise result.error from result.error.__cause__
            yield key, result

    def ended(self, timeout_seconds: float = POLL_SECONDS) -> Iterator[tuple[Key, T | Failure]]:
        """As ``done``, with what would be raised in the place of a result."""
        if not self._futures and not self.free:  # there is no worker yet
            time.sleep(timeout_seconds)
            return
        finished, _ = wait(self._futures, timeout_seconds, return_when=FIRST_COMPLETED)
        for future in sorted(finished, key=lambda each: list(self._futures).index(each)):
            key = self._futures.pop(future)
            ended = self._ended(key, future)
            if ended is not None:
                del self._tasks[key]
                yield key, ended[0]

    def _ended(self, key: Key, future: Future[T]) -> tuple[T | Failure] | None:
        """What came of a task; None where its worker died and it is begun again."""
        try:
            return (future.result(),)
        except WorkerDied as died:
            if self._tasks[key].attempts >= MAX_ATTEMPTS:
                message = f"{key} ended its worker {MAX_ATTEMPTS} times: {died}"
                advice = "there may be too little memory for so many workers"
                return (Failure(TaskFailed(message, advice)),)
            self._submit(key)
            return None
        except Exception as error:
            failure = _for_people(key, error)
            if failure is not error:
                failure.__cause__ = error
            return (Failure(failure),)

    def _submit(self, key: Key) -> None:
        task = self._tasks[key]
        task.attempts += 1
        self._futures[self._executor.submit(key, task.function, *task.arguments)] = key


def _for_people(key: object, error: Exception) -> Exception:
    """An error of a task: as it is where it is for people, else in one line."""
    if is_ours(error):
        return error
    kind = type(error).__name__
    reason = " ".join(str(error).split())
    return TaskFailed(f"{key}: {kind}: {reason}" if reason else f"{key}: {kind}")


def each(
    executor: Executor,
    function: Callable[[Item], T],
    items: Collection[Item],
    meanwhile: Callable[[], None] = lambda: None,
) -> Iterator[T]:
    """The results of a function for each item, in their order, several worked on at once.

    Args:
        executor: does it.
        function: of a module.
        items: what it is called with.
        meanwhile: called several times a second while others work.
    """
    tasks: Tasks[int, T] = Tasks(executor)
    waiting: Iterator[tuple[int, Item]] = enumerate(items)
    found: dict[int, T] = {}
    next_place = 0
    while next_place < len(items):
        for place, item in _first(tasks.free, waiting):
            tasks.begin(place, function, item)
        found |= dict(tasks.done())
        meanwhile()
        while next_place in found:
            yield found.pop(next_place)
            next_place += 1


def _first(count: int, waiting: Iterator[T]) -> Iterable[T]:
    return [item for _, item in zip(range(count), waiting, strict=False)]
