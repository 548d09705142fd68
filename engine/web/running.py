"""How far unfinished runs are: read from the log, also those that a terminal began."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from engine.state.runs import RUNNING, Run, run_stream
from engine.state.studio import Studio
from engine.web.jobs import Job
from store import events

# A run of another process is taken to be at work if its last event is younger than this, or than
# some of its generations take.
PATIENCE_S = 30.0
PATIENCE_GENERATIONS = 5

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Point:
    """A generation of a run.

    Attributes:
        generation: its number.
        best: the highest total of its population.
        median: the median total.
        at: when it was recorded.
    """

    generation: int
    best: float
    median: float
    at: datetime


@dataclass(slots=True)
class RunProgress:
    """What the log tells of an unfinished run.

    Attributes:
        points: its generations, oldest first.
        begun_at: when it was started, or resumed last.
        last_at: when its last event was recorded.
    """

    points: list[Point] = field(default_factory=list)
    begun_at: datetime = LONG_AGO
    last_at: datetime = LONG_AGO
    position: int = 0
    totals: dict[str, float] = field(default_factory=dict)

    @property
    def seconds_each(self) -> float | None:
        """How long a generation takes since it began or was resumed; None before there is one."""
        since = [point for point in self.points if point.at > self.begun_at]
        if not since:
            return None
        return (since[-1].at - self.begun_at).total_seconds() / len(since)

    def seconds_left(self, run: Run) -> float | None:
        """About how long the generations that are left take; None before there is one."""
        each = self.seconds_each
        done = len(self.points)
        return None if each is None else each * max(0, run.settings["generations"] + 1 - done)

    def is_recent(self, now: datetime) -> bool:
        """Whether its last event is so young that some process works on it."""
        patience_s = max(PATIENCE_S, PATIENCE_GENERATIONS * (self.seconds_each or 0.0))
        return (now - self.last_at).total_seconds() < patience_s


class RunWatch:
    """Reads what is new of runs; threads share it."""

    def __init__(self, studio: Studio) -> None:
        """Know no run yet."""
        self._studio = studio
        self._lock = threading.Lock()
        self._runs: dict[str, RunProgress] = {}

    def of(self, identifier: str) -> RunProgress:
        """How far an unfinished run is."""
        with self._lock:
            known = self._runs.setdefault(identifier, RunProgress())
            stream = run_stream(identifier)
            for recorded in self._studio.log.read(after=known.position, stream=stream):
                known.position = recorded.position
                known.last_at = datetime.fromisoformat(recorded.recorded_at)
                event = recorded.payload
                if isinstance(event, events.GenerationScored):
                    known.points.append(_point(known, event))
                elif isinstance(event, events.RunStarted | events.RunResumed):
                    known.begun_at = known.last_at
            return known

    def keep_only(self, identifiers: Sequence[str]) -> None:
        """Forget all runs but these."""
        with self._lock:
            self._runs = {name: self._runs[name] for name in identifiers if name in self._runs}


def _point(known: RunProgress, event: events.GenerationScored) -> Point:
    known.totals |= {child.id: child.total for child in event.offspring}
    totals = [known.totals[each] for each in event.population]
    known.totals = dict(zip(event.population, totals, strict=True))
    return Point(event.generation, max(totals), median(totals), known.last_at)


def job_on(jobs: Sequence[Job], identifier: str, run: Run, progress: RunProgress) -> Job | None:
    """The job that worked on a run last; None if another process did.

    Args:
        jobs: those of the server, the newest first.
        identifier: of the run.
        run: the run.
        progress: how far it is.
    """
    for job in jobs:
        if job.song != run.song_id or not job.worked_at(progress.last_at):
            continue
        command = job.words[0]
        if command == "compose" or (command == "resume" and identifier in job.words):
            return job
        if command == "evolve" and f"--seed={run.seed}" in job.words:
            return job
    return None


def is_at_work(run: Run, progress: RunProgress, job: Job | None) -> bool:
    """Whether a process works on a run now."""
    if run.status != RUNNING:
        return False
    if job is not None:
        return job.status == "works"
    return progress.is_recent(datetime.now(UTC))


def polyline(points: Sequence[Point], attribute: str, width: float, height: float) -> str:
    """Points of an SVG line of a curve's values, from the lowest median to the highest best."""
    lowest = min(point.median for point in points)
    span = (max(point.best for point in points) - lowest) or 1.0
    step = width / max(1, len(points) - 1)
    return " ".join(
        f"{index * step:.1f},{height * (1 - (getattr(point, attribute) - lowest) / span):.1f}"
        for index, point in enumerate(points)
    )
