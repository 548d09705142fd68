"""Studios with songs in them, short runs, and what a run's stream says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from engine.evolution.settings import Settings
from engine.models.registry import ModelRegistry
from engine.proposals import Proposal, demo_paths, read
from engine.proposals.songs import add_songs
from engine.runs.lifecycle import Request, carry_on, load, recorded_run, start
from engine.runs.run import Run
from engine.state.studio import Studio
from genomes import Section
from store import events
from store.records import NewEvent

SHORT = Settings(population=10, generations=4)
GREEN = "meadow-after-us-v1"

Fact = tuple[str, int, Any]


def demo(name: str) -> Proposal:
    """The demo song of a colour."""
    return read([path for path in demo_paths() if path.stem == name]).proposals[0]


def open_with(folder: Path, *proposals: Proposal) -> Studio:
    """A studio in which these songs were accepted; Green's demo if none are named."""
    studio = Studio.open(folder)
    add_songs(studio, proposals or (demo("green"),))
    return studio


def begin(
    studio: Studio,
    *,
    song: str = GREEN,
    bars: int = 4,
    seed: int = 1,
    settings: Settings = SHORT,
    model: Path | None = None,
) -> Run:
    """A run that has only started."""
    sha256 = None if model is None else ModelRegistry(studio).register(model)
    section = Section("verse", bars)
    request = Request(studio.song(song), "chords", section, seed, settings, sha256)
    return load(studio, start(studio, request))


def evolved(studio: Studio, **wanted: Any) -> str:
    """The id of a finished run."""
    run = begin(studio, **wanted)
    assert carry_on(studio, run, lambda _: None)
    return run.id


def facts(studio: Studio, run: str) -> list[Fact]:
    """What equal runs have in common: (kind, version, payload) of the stream, as stored."""
    return [
        (event.kind, event.kind_version, msgspec.to_builtins(event.payload))
        for event in recorded_run(studio, run)
        if event.kind != "RunResumed"
    ]


def generations(studio: Studio, run: str) -> list[events.GenerationScored]:
    """The generations of a run."""
    payloads = [event.payload for event in recorded_run(studio, run)]
    return [payload for payload in payloads if isinstance(payload, events.GenerationScored)]


def ending(studio: Studio, run: str) -> events.RunFinished:
    """The end of a finished run."""
    payload = recorded_run(studio, run)[-1].payload
    assert isinstance(payload, events.RunFinished)
    return payload


def copy_log(source: Studio, target: Studio, payloads: Sequence[events.Payload]) -> None:
    """Record other payloads in the places of a log's events: a sound log that says other things."""
    for event, payload in zip(source.log.read(), payloads, strict=True):
        new = NewEvent(payload, actor=event.actor, event_id=event.event_id)
        target.append(event.stream, [new], target.log.version(event.stream))


def count_events(studio: Studio) -> int:
    """How many events the log holds."""
    return studio.log.head().position
