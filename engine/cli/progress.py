"""Progress of long work: a bar with the time left, and a clean stop on Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from store.events import CurvePoint

if TYPE_CHECKING:
    from engine.runs import Run

Report = Callable[[CurvePoint], None]


@contextmanager
def evolving(run: Run) -> Iterator[tuple[Report, Callable[[], bool]]]:
    """Show a run's generations; gives what to report to, and what says whether to stop.

    The first Ctrl-C lets the generation finish; the second interrupts at once.
    """
    progress = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("best {task.fields[best]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    total = run.settings.generations + 1
    task = progress.add_task("generations", total=total, completed=run.next_generation, best="-")

    def report(point: CurvePoint) -> None:
        progress.update(task, completed=point.generation + 1, best=f"{point.best:.3f}")

    with progress, _stopping() as is_stopped:
        yield report, is_stopped


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
