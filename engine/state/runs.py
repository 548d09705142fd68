"""The state of a run: its settings, progress and survivors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from store import events
from store.records import Recorded

RUNNING, FINISHED, ABANDONED = "unfinished", "finished", "abandoned"
RUN_STREAM = "run/"


def run_stream(run: str) -> str:
    """The stream of a run's events."""
    return RUN_STREAM + run


def run_of(stream: str) -> str | None:
    """The run that a stream belongs to; None for a stream of another kind."""
    return stream.removeprefix(RUN_STREAM) if stream.startswith(RUN_STREAM) else None


def folder_of_run(stage: str, run: str) -> str:
    """Folder of a run's files, relative to its song's exports."""
    return f"{stage}/runs/{run}"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a run, with the fields of ``RunStarted``.

    Attributes:
        status: ``unfinished``, ``finished`` or ``abandoned``.
        generation: the last recorded generation; None before the first.
        resumed: number of times it was resumed.
        survivors: ids of its survivors, best first.
        scored: number of candidates it scored.
        passed: number of those that pass the model's gate.
        position: position of its first event in the log.
        started_at: time of its first event; ISO 8601, UTC.
        best: the highest total of its survivors, None without any; unset until it is finished.
        reason: why it was abandoned; unset if it wasn't.
        head_sha256: the preference head that its totals go by; None for the shipped total.
        stopped_for: generation of the judge's peak, if its fall ended the run; else None.
    """

    song_id: str
    stage: str
    section: events.Section
    parents: tuple[str, ...]
    seed: int
    settings: events.Plain
    model_sha256: str | None
    versions: dict[str, str]
    positions_read: tuple[int, ...]
    source: str | None
    locks: events.Locks | None
    follows: str | None
    lyrics: events.Plain | None
    singer: str | None
    position: int
    started_at: str
    status: str = RUNNING
    generation: int | None = None
    resumed: int = 0
    survivors: tuple[str, ...] = ()
    scored: int = 0
    passed: int = 0
    best: float | UnsetType | None = UNSET
    reason: str | UnsetType = UNSET
    head_sha256: str | None = None
    stopped_for: int | None = None

    @property
    def stop(self) -> str:
        """How the judge's fall ended it, for people; empty if it didn't."""
        if self.stopped_for is None:
            return ""
        return (
            f"stopped after generation {self.generation} of "
            f"{self.settings.get('generations', '?')}: the judge fell from generation "
            f"{self.stopped_for} on while the total climbed"
        )


class RunProjection:
    """One document per run."""

    name = "runs"
    version = 6
    document: type[Run] = Run

    def route(self, recorded: Recorded) -> str | None:
        """Id of the run that an event belongs to; None if it belongs to none."""
        return run_of(recorded.stream) if recorded.kind in RUN_KINDS else None

    def apply(self, document: Run | None, recorded: Recorded) -> Run | None:
        """The run after the event; None before its first event."""
        event = recorded.payload
        if isinstance(event, events.RunStarted):
            return _started(event, recorded)
        if document is None:
            return None
        return APPLY[recorded.kind](document, event)


def _started(event: events.RunStarted, recorded: Recorded) -> Run:
    return Run(
        song_id=event.song_id,
        stage=event.stage,
        section=event.section,
        parents=tuple(event.parents),
        seed=event.seed,
        settings=event.settings,
        model_sha256=event.model_sha256,
        versions=event.versions,
        positions_read=tuple(event.positions_read),
        source=event.source,
        locks=event.locks,
        follows=event.follows,
        lyrics=event.lyrics,
        singer=event.singer,
        position=recorded.position,
        started_at=recorded.recorded_at,
        head_sha256=event.head_sha256,
    )


def _scored(run: Run, event: events.GenerationScored) -> Run:
    scored = run.scored + len(event.offspring)
    passed = run.passed + sum(offspring.passes for offspring in event.offspring)
    return replace(run, generation=event.generation, scored=scored, passed=passed)


def _finished(run: Run, event: events.RunFinished) -> Run:
    survivors = tuple(survivor.id for survivor in event.survivors)
    best = max((survivor.total for survivor in event.survivors), default=None)
    return replace(
        run, status=FINISHED, survivors=survivors, best=best, stopped_for=event.stopped_for
    )


def _resumed(run: Run, _: events.RunResumed) -> Run:
    return replace(run, status=RUNNING, resumed=run.resumed + 1)


def _abandoned(run: Run, event: events.RunAbandoned) -> Run:
    return replace(run, status=ABANDONED, reason=event.reason)


APPLY: dict[str, Callable[[Run, Any], Run]] = {
    "GenerationScored": _scored,
    "RunFinished": _finished,
    "RunResumed": _resumed,
    "RunAbandoned": _abandoned,
}

RUN_KINDS = {"RunStarted", *APPLY}
