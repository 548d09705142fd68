"""Progress with the time left, as a bar or line by line, and a clean stop on Ctrl-C."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from documents.terminal import print_line, visible
from store.events import CurvePoint

if TYPE_CHECKING:
    from engine.runs.run import Run

Report = Callable[[CurvePoint], None]

# Where there is no terminal, time between two lines of progress.
LINE_SECONDS = 5.0


class Display(Protocol):
    """Shows how many generations are done."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def update(self, done: int, best: float | None = None, description: str = "") -> None:
        """Show how many generations are done, the best total, and what is done."""

    def finish(self) -> None:
        """Show that what was done is all."""


class Bar:
    """A bar in a terminal."""

    def __init__(self, description: str, total: int, done: int, console: Console) -> None:
        """Begin with some generations done."""
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("best {task.fields[best]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._progress.add_task(description, total=total, completed=done, best="-")

    def __enter__(self) -> Self:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Leave the bar as it is."""
        self._progress.stop()

    def update(self, done: int, best: float | None = None, description: str = "") -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done)
        if best is not None:
            self._progress.update(self._task, best=f"{best:.3f}")
        if description:
            self._progress.update(self._task, description=description)

    def finish(self) -> None:
        """Fill the bar."""
        (task,) = self._progress.tasks
        self._progress.update(self._task, total=task.completed)


class Lines:
    """A line every few seconds, for files and other programs."""

    def __init__(
        self,
        description: str,
        total: int,
        done: int,
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with some generations done.

        Args:
            description: what is done.
            total: expected number of generations.
            done: how many are done already.
            say: prints a line.
            clock: gives seconds.
        """
        self._description, self._total = description, total
        self._first = self._done = done
        self._best: float | None = None
        self._say, self._clock = say, clock
        self._begun = self._said = clock()

    def __enter__(self) -> Self:
        """Count from now."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say how far it came."""
        self._say_line()

    def update(self, done: int, best: float | None = None, description: str = "") -> None:
        """Say a line if the last one is a while ago."""
        self._done = done
        self._best = self._best if best is None else best
        self._description = description or self._description
        if self._clock() - self._said >= LINE_SECONDS:
            self._say_line()

    def finish(self) -> None:
        """Take what was done for all."""
        self._total = self._done

    def _say_line(self) -> None:
        self._said = self._clock()
        best = "" if self._best is None else f", best {self._best:.3f}"
        self._say(f"{self._description}: {self._done} of {self._total}{best}{self._time_left()}")

    def _time_left(self) -> str:
        done, left = self._done - self._first, self._total - self._done
        if done <= 0 or left <= 0:
            return ""
        seconds = round((self._said - self._begun) / done * left)
        return f", about {seconds // 60}:{seconds % 60:02} left"


@contextmanager
def evolving(run: Run) -> Iterator[tuple[Report, Callable[[], bool]]]:
    """Show the generations of a run; yields a report function, and a function: stop now?

    The first Ctrl-C lets the generation finish; the second interrupts at once.
    """
    display = _display("generations", run.settings.generations + 1, run.next_generation)

    def report(point: CurvePoint) -> None:
        display.update(point.generation + 1, point.best)

    with display, _stopping() as is_stopped:
        yield report, is_stopped
        if run.is_over:
            display.finish()


class CompositionProgress:
    """One display for a whole composition; see ``engine.composing.composer.Observer``.

    Attributes:
        is_stopped: returns whether Ctrl-C was pressed.
        runs: number of runs so far.
        songs: how many songs are done, in words; empty for one.
    """

    def __init__(self, display: Display, done: int, is_stopped: Callable[[], bool]) -> None:
        """Use a display of generations, of which some are done."""
        self._display = display
        self._done = done
        self.is_stopped = is_stopped
        self.runs = 0
        self.songs = ""

    def begin(self, stage: str, section: str, runs: int) -> None:
        """Show the section and the stage that are composed now."""
        self.runs += runs
        lineages = f", {runs} lineages" if runs > 1 else ""
        self._display.update(
            self._done, description=visible(f"{self.songs}{section}, {stage}{lineages}")
        )

    def report(self, point: CurvePoint) -> None:
        """Count a generation."""
        self._done += 1
        self._display.update(self._done, point.best)

    def making(self, name: str, made: int, files: int) -> None:
        """Show how many files of a song are made."""
        description = visible(f"{self.songs}file {made + 1} of {files}, {name}")
        self._display.update(self._done, description=description)


@contextmanager
def composing(generations: int, done: int) -> Iterator[CompositionProgress]:
    """Show a whole composition.

    Args:
        generations: expected number of generations of all runs.
        done: number of generations that are recorded already.
    """
    display = _display("composing", max(generations, done), done)
    with display, _stopping() as is_stopped:
        yield CompositionProgress(display, done, is_stopped)
        if not is_stopped():
            display.finish()


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


@contextmanager
def counting(
    verb: str, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[str, int, int], None]]:
    """Show what is done, such as copying, to what, to how much of it, and how much there is.

    A bar on a terminal, of which nothing is left; else a line every few seconds.
    """
    console = Console(stderr=True)
    description = TextColumn("{task.description}", markup=False)
    columns = (description, BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = progress.add_task(verb, total=None)
    said = clock()

    def report(what: str, done: int, total: int) -> None:
        nonlocal said
        described = visible(f"{verb} {what}")
        progress.update(task, description=described, completed=done, total=total)
        if not console.is_terminal and clock() - said >= LINE_SECONDS:
            said = clock()
            print_line(f"{described}: {done} of {total}", err=True)

    with progress:
        yield report


def _display(description: str, total: int, done: int) -> Display:
    """A bar where there is a terminal, else lines."""
    console = Console(stderr=True)
    if console.is_terminal:
        return Bar(description, total, done, console)
    return Lines(description, total, done, lambda line: print_line(line, err=True))


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
