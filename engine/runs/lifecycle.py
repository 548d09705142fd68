"""The conductor: starts runs, carries them on and lets them go, recording every generation."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import msgspec
import numpy as np

from engine.errors import Refused
from engine.evolution.settings import EVOLUTION_VERSION, Settings
from engine.ids import run_id
from engine.models.registry import ModelRegistry
from engine.runs.contexts import recorded_locks, recorded_section
from engine.runs.run import Run
from engine.stages import find_stage
from engine.state.runs import ABANDONED, FINISHED, RUNNING, run_stream
from engine.state.runs import Run as RunState
from engine.state.songs import PENDING, Song
from engine.state.studio import Studio
from engine.version import __version__
from fitness.total import Fitness
from genomes import Section
from genomes.locks import Locks
from genomes.lyrics import Lyrics
from store import events
from store.errors import StaleStream
from store.records import NewEvent, Recorded

ACTOR = "engine"

Report = Callable[[events.CurvePoint], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asks of a run.

    Attributes:
        song: the song's state.
        stage: name of the stage.
        section: what is composed.
        seed: 0 or more; the same seed with the same settings gives an equal run.
        settings: how it evolves.
        model_sha256: the model that scores, None for theory and prior alone.
        parents: approved candidates that it stands on, in the order of their stages.
        source: a candidate of the same stage to start from.
        locks: what of the source stays.
        follows: the approved candidate of the same stage that ends the section before.
        lyrics: words to sing.
        singer: whose range, instead of the song's.
    """

    song: Song
    stage: str
    section: Section
    seed: int
    settings: Settings
    model_sha256: str | None
    parents: tuple[str, ...] = ()
    source: str | None = None
    locks: Locks | None = None
    follows: str | None = None
    lyrics: Lyrics | None = None
    singer: str | None = None


def versions(stage: str) -> dict[str, str]:
    """Versions of everything that decides what a run of a stage does."""
    genomes = find_stage(stage).genomes
    return {
        "engine": __version__,
        "evolution": EVOLUTION_VERSION,
        "operators": genomes.operators_version,
        "renderer": genomes.renderer_version,
        "numpy": ".".join(np.__version__.split(".")[:2]),
        **Fitness.versions(),
    }


def start(studio: Studio, request: Request) -> str:
    """Record the beginning of a run; returns its id.

    Raises:
        NotFound: if there is no such stage.
    """
    started = _started(request)
    for identifier in _ids(started):
        try:
            studio.append(run_stream(identifier), [NewEvent(started, actor=studio.actor)], 0)
        except StaleStream:  # the same was asked before, or is being asked by another process
            continue
        return identifier
    raise AssertionError("there is always another ordinal")


def start_or_find(studio: Studio, request: Request) -> str:
    """The run of the same song, asked the same; a new one if there is none.

    Those that were given up don't count, nor those of whose candidates all are decided about.

    Returns:
        its id, whether it is finished or not.
    """
    known = studio.runs()
    for identifier in _ids(_started(request)):
        run = known.get(identifier)
        if run is None:
            return start(studio, request)
        if run.positions_read[0] == request.song.position and _is_open(request.song, run):
            return identifier
    raise AssertionError("there is always another ordinal")


def _is_open(song: Song, run: RunState) -> bool:
    """Whether a run is unfinished, or ended with survivors that have no decision."""
    if run.status != FINISHED:
        return run.status == RUNNING
    return any(song.candidates[each].status == PENDING for each in run.survivors)


def _ids(started: events.RunStarted) -> Iterator[str]:
    """The ids that a run asked like this can have, the first of them that is free being its own."""
    asked = (started.song_id, started.stage, started.parents, started.seed, started.settings)
    also = {
        "source": started.source,
        "locks": msgspec.to_builtins(started.locks),
        "follows": started.follows,
        "lyrics": started.lyrics,
        "singer": started.singer,
    }
    more = {
        "section": msgspec.to_builtins(started.section),
        "model": started.model_sha256,
        **{name: value for name, value in also.items() if value is not None},
    }
    return (run_id(*asked, more, ordinal) for ordinal in count())


def _started(request: Request) -> events.RunStarted:
    song = request.song
    return events.RunStarted(
        song_id=song.song_id,
        stage=request.stage,
        section=recorded_section(request.section),
        parents=list(request.parents),
        seed=request.seed,
        settings=request.settings.to_payload(),
        model_sha256=request.model_sha256,
        versions=versions(request.stage),
        positions_read=[song.position, *sorted(_positions(request))],
        source=request.source,
        locks=recorded_locks(request.locks) if request.locks else None,
        follows=request.follows,
        lyrics=request.lyrics.to_payload() if request.lyrics else None,
        singer=request.singer,
    )


def _positions(request: Request) -> set[int]:
    """Where the log says what a run reads besides its song.

    That is what was decided in its stage, the approvals of what it stands on, and the end of the
    run that brought its source.
    """
    candidates = request.song.candidates
    read = {
        candidate.decided_at
        for name, candidate in candidates.items()
        if candidate.decisions
        if candidate.stage == request.stage or name in request.parents
    }
    return read | ({candidates[request.source].position} if request.source else set())


def load(studio: Studio, identifier: str) -> Run:
    """Rebuild a run from the log, with the model that it names."""
    return _loaded(studio, identifier, recorded_run(studio, identifier))


def load_as_started(studio: Studio, identifier: str) -> Run:
    """The run as it was before its first generation."""
    return _loaded(studio, identifier, recorded_run(studio, identifier)[:1])


def _loaded(studio: Studio, identifier: str, recorded: list[Recorded]) -> Run:
    started = recorded[0].payload
    assert isinstance(started, events.RunStarted)  # noqa: S101 - the stream's first event
    model = ModelRegistry(studio).load(started.model_sha256) if started.model_sha256 else None
    return Run(identifier, recorded, studio, model)


def recorded_run(studio: Studio, identifier: str) -> list[Recorded]:
    """The events of a run."""
    return list(studio.log.read(stream=run_stream(identifier)))


def resume(studio: Studio, identifier: str) -> Run:
    """Take up a run where its last recorded generation left it.

    Raises:
        Refused: if it is finished or abandoned, or was made by other versions.
    """
    recorded = recorded_run(studio, identifier)
    _, state = studio.run(identifier)  # knows all of them, or later ones that outdate the run
    if state.status == FINISHED:
        raise Refused(f"run {identifier} is finished", "see engine review")
    if state.status == ABANDONED:
        raise Refused(f"run {identifier} was abandoned", "start another with engine evolve")
    changed = changed_versions(state.stage, state.versions)
    if changed:
        raise Refused(f"run {identifier} was made by {changed}, not resumable here", "evolve again")
    run = _loaded(studio, identifier, recorded)
    after = run.next_generation - 1
    if after >= 0:
        _record(studio, run, events.RunResumed(after_generation=after))
    return run


def changed_versions(stage: str, made_by: dict[str, str]) -> str:
    """What a run was made by that is otherwise here, for people; empty if nothing that matters."""
    here = versions(stage)
    names = sorted((made_by.keys() | here.keys()) - {"engine"})
    listed = ", ".join(
        f"{name} {made_by.get(name, 'unrecorded')}"
        for name in names
        if made_by.get(name) != here.get(name)
    )
    return f"engine {made_by.get('engine', 'unrecorded')} ({listed})" if listed else ""


def abandon(studio: Studio, identifier: str, reason: str) -> None:
    """Give up an unfinished run; what it scored stays in the log."""
    identifier, _ = studio.run(identifier)

    def giving_up() -> list[NewEvent]:
        _, state = studio.run(identifier)
        if state.status != RUNNING:
            raise Refused(f"run {identifier} is {state.status}")
        return [NewEvent(events.RunAbandoned(reason=reason), actor=studio.actor)]

    studio.decide(run_stream(identifier), giving_up)


def carry_on(
    studio: Studio, run: Run, report: Report, is_stopped: Callable[[], bool] = lambda: False
) -> bool:
    """Breed, score and record until the run is finished; each generation before the next is bred.

    Args:
        studio: where it is recorded.
        run: the run.
        report: called after each recorded generation.
        is_stopped: asked after each; true stops the run cleanly, to be resumed later.

    Returns:
        whether the run is finished.

    Raises:
        Refused: if another process carries the same run on, or gave it up.
    """
    while run.next_generation <= run.settings.generations:
        generation = run.evolve()
        _record(studio, run, generation.event)
        run.pool.apply(*generation)
        # A run remembers all that it scored, and looking through it again and again for what can
        # be thrown away took about a tenth of its time.
        gc.freeze()
        report(run.pool.curve[-1])
        if is_stopped() and run.next_generation <= run.settings.generations:
            return False
    _record(studio, run, run.finish())
    return True


def _record(studio: Studio, run: Run, event: events.Payload) -> None:
    """Append what comes after the events that the run was built from, and after no others."""
    try:
        studio.append(run_stream(run.id), [NewEvent(event, actor=ACTOR)], run.version)
    except StaleStream as error:
        raise Refused(
            f"run {run.id} is carried on or was given up elsewhere", "see engine runs"
        ) from error
    run.version += 1
