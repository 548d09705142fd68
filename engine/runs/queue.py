"""Several runs at once: workers carry them on, and what comes is recorded here, by one writer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import count

from engine.errors import Refused
from engine.execution.executor import Executor, Failure, Tasks
from engine.runs.lifecycle import Report, record, take_up
from engine.runs.tasks import Lacks, RunSource, Step, carry_on_for, source_of
from engine.state.studio import Studio
from fitness.fusion import ALL_CORES
from store import events

# How long a worker carries a run on before it gives back what it has: what is lost at most when it
# dies, and how old the progress is that people see, in seconds. The result doesn't depend on it.
STEP_SECONDS = 1.0


@dataclass(slots=True)
class _Open:
    """A run that is carried on.

    Attributes:
        version: number of events of its stream.
        generation: the next one.
        payloads: the events of its stream, for a worker that doesn't know it.
        source: the run as it was when it was taken up.
        end: its last event, which isn't recorded yet.
    """

    version: int
    generation: int
    source: RunSource
    payloads: list[events.Payload]
    end: events.RunFinished | None = None

    def whole(self, *, with_model: bool = False) -> RunSource:
        """All of it, as it is now."""
        model = self.source.model
        if model is not None and with_model:
            model = model.with_data()
        return replace(self.source, payloads=tuple(self.payloads), model=model)


class RunQueue:
    """Runs that an executor carries on.

    Generations are recorded as they come; the end of a run when ``finish`` is called, so that
    the one who adds runs decides in which order they end, whichever worker was faster.
    """

    def __init__(
        self,
        studio: Studio,
        executor: Executor,
        report: Report,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Begin with no runs.

        Args:
            studio: the studio to record in.
            executor: carries them on.
            report: called after each recorded generation.
            is_stopped: asked after each task; where it is true, no other is begun.
        """
        self._studio, self._executor = studio, executor
        self._report, self._is_stopped = report, is_stopped
        self._tasks: Tasks[str, list[Step] | Lacks] = Tasks(executor)
        self._waiting: list[tuple[int, int, str]] = []  # a heap: rank, how many came before, id
        self._added = count()
        self._open: dict[str, _Open] = {}

    @property
    def has_room(self) -> bool:
        """Whether more could be done at once than is asked for."""
        return not self._waiting and self._tasks.free > 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to carry on."""
        return not self._waiting and not self._tasks.under_way

    def add(self, identifier: str, rank: int = 0) -> None:
        """Add a run, begun or not.

        Args:
            identifier: its id.
            rank: those of a lower rank are carried on first, then those that came first.

        Raises:
            Refused: if it is finished or abandoned, or was made by other versions.
        """
        recorded = take_up(self._studio, identifier)
        payloads = [each.payload for each in recorded]
        scored = sum(isinstance(each, events.GenerationScored) for each in payloads)
        source = source_of(self._studio, recorded)
        self._open[identifier] = _Open(len(recorded), scored, source, payloads)
        heappush(self._waiting, (rank, next(self._added), identifier))

    def drop(self, identifiers: Iterable[str]) -> None:
        """Carry runs on no more; what is recorded of them stays, and what is under way is lost."""
        for identifier in identifiers:
            self._open.pop(identifier, None)
        self._waiting = [each for each in self._waiting if each[-1] in self._open]
        heapify(self._waiting)

    def ended(self) -> Iterator[tuple[str, Exception | None]]:
        """Wait for what the workers did.

        Returns:
            the runs that came to their ends, and those that can't be carried on, with the reason:
            ``TaskFailed``, or ``Refused`` where another process continues or abandoned one.
        """
        while self._waiting and self._tasks.free and not self._is_stopped():
            *_, identifier = heappop(self._waiting)
            self._begin(identifier, self._open[identifier].whole())
        for identifier, steps in self._tasks.ended():
            run = self._open.get(identifier)
            if run is None:  # it was dropped
                continue
            if isinstance(steps, Failure):
                yield identifier, steps.error
                continue
            try:
                self._receive(identifier, run, steps)
            except Refused as error:
                yield identifier, error
                continue
            if run.end is not None:
                yield identifier, None

    def _receive(self, identifier: str, run: _Open, steps: list[Step] | Lacks) -> None:
        """Record what a worker did, and let it go on; or give it what it lacks."""
        if isinstance(steps, Lacks):
            self._begin(identifier, run.whole(with_model=steps is Lacks.MODEL))
            return
        for event, point in steps:
            self._record(identifier, run, event, point)
        if run.end is None and not self._is_stopped():
            self._begin(identifier, None)

    def finish(self, identifier: str) -> None:
        """Record the end of a run that came to it."""
        run = self._open.pop(identifier)
        assert run.end is not None  # noqa: S101 - ``work`` gave it
        record(self._studio, identifier, run.end, run.version)

    def _begin(self, identifier: str, source: RunSource | None) -> None:
        here = self._executor.is_here
        seconds, threads = (0.0, ALL_CORES) if here else (STEP_SECONDS, 1)
        generation = self._open[identifier].generation
        self._tasks.begin(
            identifier, carry_on_for, identifier, generation, seconds, threads, source
        )

    def _record(
        self,
        identifier: str,
        run: _Open,
        event: events.GenerationScored | events.RunFinished,
        point: events.CurvePoint | None,
    ) -> None:
        if isinstance(event, events.RunFinished):
            run.end = event
            return
        record(self._studio, identifier, event, run.version)
        run.version += 1
        run.generation += 1
        run.payloads.append(event)
        if point is not None:
            self._report(point)


def carry_ahead(
    studio: Studio,
    runs: Sequence[str],
    executor: Executor,
    report: Report,
    is_stopped: Callable[[], bool] = lambda: False,
) -> bool:
    """Carry runs on side by side up to their ends, which are not recorded.

    Returns:
        whether it wasn't stopped.

    Raises:
        Refused: if another process continues or abandoned one of them.
        TaskFailed: if one can't be carried on.
    """
    queue = RunQueue(studio, executor, report, is_stopped)
    for run in runs:
        queue.add(run)
    while not queue.is_idle and not is_stopped():
        for _, error in queue.ended():
            if error is not None:
                raise error
    return queue.is_idle
