"""Progress of long work, as bars on stderr."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

# Told of steps done, steps in all, and a word on how it goes.
Step = Callable[[int, int, str], None]


class Teller:
    """Shows what goes on, one bar below the other."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def __call__(self, what: str) -> Step:
        """Begin something; hands back what to tell of its steps."""
        if self._task is not None:
            self._bars.update(self._task, total=1, completed=1)
        task = self._task = self._bars.add_task(what, total=None, said="")

        def step(done: int, steps: int, said: str = "") -> None:
            self._bars.update(task, completed=done, total=steps, said=said)

        return step


def bars() -> Bars:
    """An empty set of bars."""
    return Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
