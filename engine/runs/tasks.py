"""Runs as tasks: what a worker needs to carry a run on, and what it gives back.

A worker reads no studio. It is given a run's first event, the events that the run reads, and the
generations that are recorded, and gives the next ones back. It keeps the run for the next task; a
worker that doesn't know a run says so, and is given all of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.errors import Refused
from engine.execution.garbage import keep_everything, search_seldom
from engine.models.registry import ModelRegistry
from engine.preference.heads import HeadRegistry
from engine.runs.contexts import read_by
from engine.runs.lifecycle import changed_versions, started_of
from engine.runs.run import Run
from engine.state.files import content_of, file_sha256, write_whole
from engine.state.studio import Studio
from engine.state.temporary import TemporaryFolder
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.manifest import manifest_path
from fitness.preference.head import PreferenceHead
from store import events
from store.records import Recorded

# How many runs a worker keeps: one that it carries on, and those that others may give it back.
MOST_KEPT = 4

_kept: dict[tuple[str, int], Run] = {}  # by id and number of generations


class Lacks(Enum):
    """What a worker has to be given before it can carry a run on."""

    RUN = "the run"
    MODEL = "the file of the model"


class Step(NamedTuple):
    """What a run did next.

    Attributes:
        event: a generation, or the end.
        point: the population's totals after the generation; None at the end.
    """

    event: events.GenerationScored | events.RunFinished
    point: events.CurvePoint | None


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model, for a worker that may be on another machine.

    Attributes:
        sha256: of its file.
        path: where the studio keeps it.
        data: the file and its manifest, where one belongs to it; None unless a worker lacks them.
    """

    sha256: str
    path: Path
    data: tuple[bytes, bytes | None] | None = None

    def with_data(self) -> ModelSource:
        """The same with its files."""
        manifest = manifest_path(self.path)
        read = content_of(manifest)
        return ModelSource(self.sha256, self.path, (self.path.read_bytes(), read))


@dataclass(frozen=True, slots=True)
class RunSource:
    """A run with everything that carrying it on needs.

    Attributes:
        payloads: the events of its stream so far.
        read: the events that it reads.
        model: the model that scores; None without one.
        head: the file of its preference head; None without one.
    """

    payloads: tuple[events.Payload, ...]
    read: tuple[events.Payload, ...]
    model: ModelSource | None
    head: bytes | None


def source_of(studio: Studio, recorded: Sequence[Recorded]) -> RunSource:
    """What a worker needs of a run with these events."""
    started = started_of(recorded)
    model, head = started.model_sha256, started.head_sha256
    return RunSource(
        tuple(each.payload for each in recorded),
        tuple(read_by(studio, started)),
        ModelSource(model, ModelRegistry(studio).path(model)) if model else None,
        HeadRegistry(studio).path(head).read_bytes() if head else None,
    )


def carry_on_for(
    run: str, generation: int, seconds: float, threads: int, source: RunSource | None
) -> list[Step] | Lacks:
    """Carry a run on for about some seconds, at least by one generation.

    Args:
        run: its id.
        generation: the next one.
        seconds: how long, before the one who asked hears of it.
        threads: that score side by side, 0 for one a core.
        source: the run; None where this process should know it.

    Returns:
        what it did, the last of which may be its end; or what this process lacks.
    """
    known = _kept.pop((run, generation), None)
    if known is None:
        if source is None:
            return Lacks.RUN
        model = None if source.model is None else _loaded(source.model, threads)
        if source.model is not None and model is None:
            return Lacks.MODEL
        known = _rebuilt(run, source, model)
    search_seldom()
    steps = []
    until = time.monotonic() + seconds
    while not known.is_finished:
        event = known.next_event()
        known.apply(event)
        keep_everything()
        steps.append(Step(event, None if known.is_finished else known.pool.curve[-1]))
        if time.monotonic() >= until and not known.is_over:
            break
    if not known.is_finished:
        _kept[run, known.next_generation] = known
        while len(_kept) > MOST_KEPT:
            del _kept[next(iter(_kept))]
    return steps


def _rebuilt(run: str, source: RunSource, model: FusionModel | None) -> Run:
    started = source.payloads[0]
    assert isinstance(started, events.RunStarted)  # noqa: S101 - the stream's first event
    changed = changed_versions(started.stage, started.versions)
    if changed:
        raise Refused(
            f"run {run} was made by {changed}, a worker has others", "install the same on all"
        )
    head = None if source.head is None else PreferenceHead.from_bytes(source.head, "the head")
    return Run(run, source.payloads, source.read, model, head)


def _loaded(model: ModelSource, threads: int) -> FusionModel | None:
    """The model from wherever this machine has it; None if it hasn't."""
    own = _own_models().path / f"{model.sha256}.onnx"
    if model.data is not None and not own.exists():
        data, manifest = model.data
        if manifest is not None:
            write_whole(manifest_path(own), manifest)
        write_whole(own, data)
    for path in (own, model.path, DEFAULT_MODEL):
        if file_sha256(path) == model.sha256:
            return FusionModel.load(path, workers=threads)
    return None


@cache
def _own_models() -> TemporaryFolder:
    """A folder for models that were sent to this process, and go with it."""
    return TemporaryFolder()
