"""The summary of a finished run: facts from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from engine.errors import Refused
from engine.evolution.watch import Fall, find_fall
from engine.reports.readings import with_most_likely
from engine.runs.contexts import parent_parts
from engine.state.runs import FINISHED, RUNNING, folder_of_run, run_stream
from engine.state.studio import Studio
from genomes import Part
from store import events


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished run.

    Attributes:
        run: id of the run.
        song: the song's proposal that the run read.
        started: its first event.
        finished: its last event, with the survivors.
        scored: number of candidates it scored.
        passed: number of them that pass the model's gate; all of them without a model.
        parents: stage and part of what it was built on, in stage order.
    """

    run: str
    song: events.SongProposed
    started: events.RunStarted
    finished: events.RunFinished
    scored: int
    passed: int
    parents: tuple[tuple[str, Part], ...] = ()

    @property
    def fall(self) -> Fall | None:
        """The judge's fall that ended the run before its last generation; None if none did."""
        return None if self.finished.stopped_for is None else find_fall(self.finished.curve)

    @property
    def stood_still(self) -> bool:
        """Whether it ended before its last generation because those before gained little."""
        is_short = len(self.finished.curve) <= self.started.settings["generations"]
        return is_short and self.finished.stopped_for is None

    @property
    def folder_name(self) -> str:
        """Folder of its files, relative to the song's exports."""
        return folder_of_run(self.started.stage, self.run)

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        finished = msgspec.to_builtins(self.finished)
        for plain, survivor in zip(finished["survivors"], self.finished.survivors, strict=True):
            del plain["genome"], plain["part"]
            plain["heard"] = with_most_likely(survivor.heard)
        return {
            "run": self.run,
            "song": self.started.song_id,
            "stage": self.started.stage,
            "seed": self.started.seed,
            "settings": self.started.settings,
            "model": self.started.model_sha256,
            "scored": self.scored,
            "passed": self.passed,
            "stopped": self.fall.sentence if self.fall else None,
            "stood_still": self.stood_still,
            **finished,
        }


def summarise(studio: Studio, prefix: str) -> Summary:
    """The summary of a run.

    Raises:
        Refused: if the run is not finished.
    """
    identifier, state = studio.run(prefix)
    if state.status != FINISHED:
        is_running = state.status == RUNNING
        advice = f"run engine resume {identifier}" if is_running else "start another"
        raise Refused(f"run {identifier} is {state.status}", advice)
    recorded = list(studio.log.read(stream=run_stream(identifier)))
    started, finished = recorded[0].payload, recorded[-1].payload
    assert isinstance(started, events.RunStarted)  # noqa: S101 - the state says so
    assert isinstance(finished, events.RunFinished)  # noqa: S101
    song, *others = (studio.event(position).payload for position in started.positions_read)
    assert isinstance(song, events.SongProposed)  # noqa: S101
    parents = tuple(parent_parts(started, [song, *others]))
    return Summary(identifier, song, started, finished, state.scored, state.passed, parents)
