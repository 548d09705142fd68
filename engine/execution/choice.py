"""Which executor does the tasks: as it is typed, or the usual one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from engine.errors import Refused
from engine.execution.executor import SERIAL, Executor, each
from engine.execution.processes import Processes, cores

T = TypeVar("T")
Item = TypeVar("Item")

# Scored parts from which starting processes, a second or two of each, is worth it.
MANY_PARTS = 5000
MAX_PROCESSES = 256

_COUNTED = re.compile(r"(processes|dask)(?::(\d{1,3}))?")
_DASK_ADDRESS = re.compile(r"dask://([^\s/]+:\d{1,5})")
_EXPECTED = "expected serial, processes, processes:4, dask, dask:4 or dask://HOST:PORT"


@contextmanager
def open_executor(typed: str | None, parts: int = 0, tasks: int = 2) -> Iterator[Executor]:
    """The executor that was asked for, or the usual one; its workers end with the block.

    Args:
        typed: as a person types it; None for processes, one a core, where they are worth it.
        parts: how many parts are to be scored in all.
        tasks: how many tasks there are at most.

    Raises:
        Refused: if there is no such executor, or no scheduler answers at its address.
    """
    executor = usual(parts, tasks) if typed is None else executor_of(typed)
    try:
        yield executor
    finally:
        executor.close()


def usual(parts: int, tasks: int) -> Executor:
    """Processes where there are cores and tasks for them and enough to do; else this process."""
    count = min(cores(), tasks)
    return Processes(count) if count > 1 and parts >= MANY_PARTS else SERIAL


def executor_of(typed: str) -> Executor:
    """The executor with this name.

    Raises:
        Refused: if there is none, or no scheduler answers at its address.
    """
    if typed == SERIAL.name:
        return SERIAL
    address, counted = _DASK_ADDRESS.fullmatch(typed), _COUNTED.fullmatch(typed)
    if address is None and counted is None:
        raise Refused(f"--executor {typed}", _EXPECTED)
    if counted is not None and counted[1] == "processes":
        return Processes(_checked(typed, counted[2]))
    from engine.execution.dask_cluster import DaskCluster  # noqa: PLC0415 - an extra

    if address is not None:
        return DaskCluster.at(f"tcp://{address[1]}", typed)
    assert counted is not None  # noqa: S101 - one of both matched
    return DaskCluster.local(_checked(typed, counted[2]))


def in_processes(
    function: Callable[[Item], T], items: Sequence[Item], count: int, at_once: int = 1
) -> Iterator[T]:
    """The results of a function for each item, in their order, by so many processes.

    Args:
        function: of a module.
        items: what it is called with.
        count: how many processes; 1 for this one.
        at_once: how many items a process is given together; more are quicker where each is short.
    """
    chunks = [items[start : start + at_once] for start in range(0, len(items), at_once)]
    most = min(count, len(chunks))
    with open_executor(f"processes:{most}" if most > 1 else SERIAL.name) as executor:
        for results in each(executor, partial(_all_of, function), chunks):
            yield from results


def _all_of(function: Callable[[Item], T], items: Sequence[Item]) -> list[T]:
    return [function(item) for item in items]


def _checked(typed: str, count: str | None) -> int:
    if count is None:
        return cores()
    if not 1 <= int(count) <= MAX_PROCESSES:
        raise Refused(f"--executor {typed}", f"expected 1 to {MAX_PROCESSES} processes")
    return int(count)
