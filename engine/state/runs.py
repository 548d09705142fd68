"""The state of a run: its settings, how far it came, and what came out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from store.events import GenerationScored, RunAbandoned, RunFinished, RunResumed, RunStarted
from store.records import Recorded

Document = dict[str, Any]

RUNNING, FINISHED, ABANDONED = "unfinished", "finished", "abandoned"
RUN_STREAM = "run/"


def run_stream(run: str) -> str:
    """The stream of a run's events."""
    return RUN_STREAM + run


def run_of(stream: str) -> str | None:
    """The run that a stream belongs to; None for a stream of another sort."""
    return stream.removeprefix(RUN_STREAM) if stream.startswith(RUN_STREAM) else None


class Runs:
    """One document per run."""

    name = "runs"
    version = 2

    def route(self, recorded: Recorded) -> str | None:
        """The run that an event belongs to, if any."""
        return run_of(recorded.stream)

    def apply(self, document: Document | None, recorded: Recorded) -> Document:
        """The run after the event."""
        return APPLY[recorded.kind](document or {}, recorded, recorded.payload)


def _started(_: Document, recorded: Recorded, event: RunStarted) -> Document:
    facts: Document = msgspec.to_builtins(event)
    begun: Document = {
        "status": RUNNING,
        "generation": None,
        "resumed": 0,
        "survivors": [],
        "scored": 0,
        "passed": 0,
    }
    return facts | begun | {"position": recorded.position, "started_at": recorded.recorded_at}


def _scored(run: Document, _: Recorded, event: GenerationScored) -> Document:
    scored = run["scored"] + len(event.offspring)
    passed = run["passed"] + sum(offspring.passes for offspring in event.offspring)
    return run | {"generation": event.generation, "scored": scored, "passed": passed}


def _finished(run: Document, _: Recorded, event: RunFinished) -> Document:
    survivors = [survivor.id for survivor in event.survivors]
    best = max((survivor.total for survivor in event.survivors), default=None)
    return run | {"status": FINISHED, "survivors": survivors, "best": best}


def _resumed(run: Document, _: Recorded, event: RunResumed) -> Document:
    del event
    return run | {"status": RUNNING, "resumed": run["resumed"] + 1}


def _abandoned(run: Document, _: Recorded, event: RunAbandoned) -> Document:
    return run | {"status": ABANDONED, "reason": event.reason}


APPLY: dict[str, Callable[[Document, Recorded, Any], Document]] = {
    "RunStarted": _started,
    "GenerationScored": _scored,
    "RunFinished": _finished,
    "RunResumed": _resumed,
    "RunAbandoned": _abandoned,
}
