"""Tasks that need the results of other tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from weakref import finalize

from engine.execution.executor import Executor, Tasks
from engine.state.temporary import TemporaryFolder

# How many tasks each worker is given: it begins the second while the result of the first is
# written.
AHEAD = 2


@dataclass(frozen=True, slots=True)
class Step:
    """A task, and what it needs.

    Attributes:
        function: of a module.
        arguments: what it is called with.
        needs: names of steps whose results it is called with after these.
        cost: about how long it takes, in any unit that all steps share.
    """

    function: Callable[..., Any]
    arguments: tuple[object, ...]
    needs: tuple[str, ...] = ()
    cost: float = 1.0


class Graph:
    """Steps that an executor does, those on the longest way to the end first.

    Where tasks are done in this process, only what is asked for is done, when it is asked for;
    elsewhere all steps are begun as soon as one result is.
    """

    def __init__(self, executor: Executor) -> None:
        """Begin without steps."""
        self._executor = executor
        self._tasks: Tasks[str, Any] = Tasks(executor)
        self._steps: dict[str, Step] = {}
        self._waiting: dict[str, Step] = {}
        self._begun: set[str] = set()
        self._results: dict[str, Any] = {}

    @cached_property
    def folder(self) -> Path:
        """A folder of this machine for what steps leave to others; it goes with the graph."""
        folder = TemporaryFolder()
        finalize(self, folder.cleanup)
        return folder.path

    def add(self, name: str, step: Step) -> None:
        """Add a step, unless there is one of this name; those that it needs have been added."""
        if name not in self._steps:
            self._steps[name] = self._waiting[name] = step

    def take(self, name: str) -> Any:
        """The result of a step, which is then forgotten; asked for again, it is made again.

        Raises:
            TaskFailed: if a step can't be done; what it raises for people is raised as it is.
        """
        if name not in self._results and name not in self._begun:
            self._waiting[name] = self._steps[name]
        while name not in self._results:
            self._begin(name)
            for done, result in self._tasks.done():
                self._begun.remove(done)
                self._results[done] = result
        return self._results.pop(name)

    def _begin(self, wanted: str) -> None:
        """Begin what can be begun."""
        names = set(self._with_needed(wanted)) if self._executor.is_here else set(self._steps)
        rest = self._longest_ways()
        for name in sorted(names & set(self._waiting), key=lambda each: (-rest[each], each)):
            if self._tasks.under_way >= AHEAD * self._executor.slots():
                return
            step = self._waiting[name]
            if all(each in self._results for each in step.needs):
                del self._waiting[name]
                self._begun.add(name)
                results = [self._results[each] for each in step.needs]
                self._tasks.begin(name, step.function, *step.arguments, *results)

    def _longest_ways(self) -> dict[str, float]:
        """Cost of each step and of the most costly row of steps that need it."""
        rest: dict[str, float] = {}
        after = dict.fromkeys(self._steps, 0.0)
        for name in reversed(self._steps):  # what needs a step was added later
            step = self._steps[name]
            rest[name] = step.cost + after[name]
            for each in step.needs:
                after[each] = max(after[each], rest[name])
        return rest

    def _with_needed(self, name: str) -> Iterator[str]:
        yield name
        for each in self._steps[name].needs:
            yield from self._with_needed(each)
