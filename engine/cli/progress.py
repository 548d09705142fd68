"""Progress of long work: a bar with the time left, and a clean stop on Ctrl-C."""

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

from store.events import CurvePoint

if TYPE_CHECKING:
    from engine.runs.run import Run

Report = Callable[[CurvePoint], None]


@contextmanager
def evolving(run: Run) -> Iterator[tuple[Report, Callable[[], bool]]]:
    """Show a run's generations; gives what to report to, and what says whether to stop.

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
        is_stopped: says whether to stop.
        runs: how many runs there were so far.
    """

    def __init__(self, progress: Progress, task: TaskID, is_stopped: Callable[[], bool]) -> None:
        """Take the bar that shows it, and what says whether to stop."""
        self._progress = progress
        self._task = task
        self.is_stopped = is_stopped
        self.runs = 0

    def begin(self, stage: str, section: str, runs: int) -> None:
        """Say what is composed now."""
        self.runs += runs
        lineages = f", {runs} lineages" if runs > 1 else ""
        self._progress.update(self._task, description=f"{section}: {stage}{lineages}")

    def report(self, point: CurvePoint) -> None:
        """Count a generation."""
        self._progress.update(self._task, advance=1, best=f"{point.best:.3f}")


@contextmanager
def composing(generations: int, done: int) -> Iterator[CompositionProgress]:
    """Show a whole composition.

    Args:
        generations: of all of its runs together, as far as can be known at the beginning.
        done: how many of them are recorded already.
    """
    progress = _progress()
    total = max(generations, done)
    task = progress.add_task("composing", total=total, completed=done, best="-")
    with progress, _stopping() as is_stopped:
        yield CompositionProgress(progress, task, is_stopped)
        if not is_stopped():
            progress.update(task, total=progress.tasks[task].completed)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("best {task.fields[best]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


@contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    asked = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
