"""Progress of long work: how it is reported, and bars on stderr that show it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from documents.terminal import visible

# Called with the steps done, the steps in all and a short note.
Update = Callable[[int, int, str], None]
# Begins a task by its description.
Progress = Callable[[str], Update]


def no_update(_done: int, _steps: int, _note: str = "") -> None:
    """Report nothing."""


class ProgressBars:
    """A bar on stderr for each task, used with ``with``; calling it begins the next task."""

    def __init__(self) -> None:
        self._task: TaskID | None = None
        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def __call__(self, description: str) -> Update:
        """Begin a task, and complete the one before; returns what to call after each step."""
        if self._task is not None:
            self._bars.update(self._task, total=1, completed=1)
        task = self._task = self._bars.add_task(visible(description), total=None, note="")

        def update(done: int, steps: int, note: str = "") -> None:
            self._bars.update(task, completed=done, total=steps, note=visible(note))

        return update
