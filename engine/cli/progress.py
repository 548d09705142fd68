"""Progress bars with the time left, and a clean stop on Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from documents.terminal import visible
from store.events import CurvePoint

if TYPE_CHECKING:
    from engine.runs.run import Run

Report = Callable[[CurvePoint], None]


@contextmanager
def evolving(run: Run) -> Iterator[tuple[Report, Callable[[], bool]]]:
    """Show the generations of a run; yields a report function, and a function: stop now?

    The first Ctrl-C lets the generation finish; the second interrupts at once.
    """
    progress = _progress()
    total = run.settings.generations + 1
    task = progress.add_task("generations", total=total, completed=run.next_generation, best="-")

    def report(point: CurvePoint) -> None:
        progress.update(task, completed=point.generation + 1, best=f"{point.best:.3f}")

    with progress, _stopping() as is_stopped:
        yield report, is_stopped


class CompositionProgress:
    """One display for a whole composition; see ``engine.composing.composer.Observer``.

    Attributes:
        is_stopped: returns whether Ctrl-C was pressed.
        runs: number of runs so far.
    """

    def __init__(self, progress: Progress, task: TaskID, is_stopped: Callable[[], bool]) -> None:
        """Use a task of a progress bar."""
        self._progress = progress
        self._task = task
        self.is_stopped = is_stopped
        self.runs = 0

    def begin(self, stage: str, section: str, runs: int) -> None:
        """Show the section and the stage that are composed now."""
        self.runs += runs
        lineages = f", {runs} lineages" if runs > 1 else ""
        self._progress.update(self._task, description=visible(f"{section}: {stage}{lineages}"))

    def report(self, point: CurvePoint) -> None:
        """Count a generation."""
        self._progress.update(self._task, advance=1, best=f"{point.best:.3f}")


@contextmanager
def composing(generations: int, done: int) -> Iterator[CompositionProgress]:
    """Show a whole composition.

    Args:
        generations: expected number of generations of all runs.
        done: number of generations that are recorded already.
    """
    progress = _progress()
    total = max(generations, done)
    task = progress.add_task("composing", total=total, completed=done, best="-")
    with progress, _stopping() as is_stopped:
        yield CompositionProgress(progress, task, is_stopped)
        if not is_stopped():
            progress.update(task, total=progress.tasks[task].completed)


@contextmanager
def reading_files() -> Iterator[Callable[[int, str], None]]:
    """Show which file is read and how many were, on a terminal; nothing is left of it."""
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.completed} files read"),
        TextColumn("{task.fields[file]}", markup=False),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    task = progress.add_task("reading", total=None, file="")
    with progress:
        yield lambda count, file: progress.update(task, completed=count, file=visible(file))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("best {task.fields[best]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    is_requested = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal is_requested
        if is_requested:
            raise KeyboardInterrupt
        is_requested = True

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: is_requested
    finally:
        signal.signal(signal.SIGINT, before)
