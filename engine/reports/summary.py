"""The summary of a finished run: facts from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import Refused
from engine.reports.readings import with_most_likely
from engine.state.runs import FINISHED, RUNNING, run_stream
from engine.state.studio import Studio
from store import events


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run.

    Attributes:
        run: its id.
        song: its song as the run read it.
        started: how it began.
        finished: what came out.
        scored: how many candidates it scored.
        passed: how many of them pass the model's gate; all of them without a model.
    """

    run: str
    song: dict[str, Any]
    started: events.RunStarted
    finished: events.RunFinished
    scored: int
    passed: int

    @property
    def folder_name(self) -> str:
        """Where its files go, below the song's exports."""
        return f"{self.started.stage}/runs/{self.run}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        finished = msgspec.to_builtins(self.finished)
        for survivor in finished["survivors"]:
            del survivor["genome"], survivor["part"]
            survivor["heard"] = with_most_likely(survivor["heard"])
        return {
            "run": self.run,
            "song": self.started.song_id,
            "stage": self.started.stage,
            "seed": self.started.seed,
            "settings": self.started.settings,
            "model": self.started.model_sha256,
            "scored": self.scored,
            "passed": self.passed,
            **finished,
        }


def summarise(studio: Studio, prefix: str) -> Summary:
    """The summary of a run.

    Raises:
        Refused: if the run is not finished.
    """
    identifier, document = studio.run(prefix)
    if document["status"] != FINISHED:
        is_running = document["status"] == RUNNING
        advice = f"run engine resume {identifier}" if is_running else "start another"
        raise Refused(f"run {identifier} is {document['status']}", advice)
    recorded = list(studio.log.read(stream=run_stream(identifier)))
    started, finished = recorded[0].payload, recorded[-1].payload
    assert isinstance(started, events.RunStarted)  # noqa: S101 - the state says so
    assert isinstance(finished, events.RunFinished)  # noqa: S101
    song = msgspec.to_builtins(studio.event(started.positions_read[0]).payload)
    return Summary(identifier, song, started, finished, document["scored"], document["passed"])
