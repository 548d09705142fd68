"""The life cycle of runs: start, continue, resume and abandon them, recording each generation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

import msgspec
import numpy as np

from engine.errors import Refused
from engine.evolution.settings import EVOLUTION_VERSION, Settings
from engine.execution.garbage import keep_everything
from engine.ids import digest, run_id
from engine.models.registry import ModelRegistry
from engine.preference.heads import HeadRegistry
from engine.runs.contexts import (
    INPUT,
    given_texts,
    inputs_of,
    read_by,
    recorded_locks,
    recorded_section,
    texts_of,
)
from engine.runs.run import Run
from engine.stages import find_stage
from engine.state.runs import ABANDONED, FINISHED, RUNNING, run_stream
from engine.state.runs import Run as RunState
from engine.state.songs import PENDING, Song
from engine.state.studio import Studio
from engine.version import __version__
from fitness.embedding import Embedder, Texts
from fitness.errors import EncoderMissing
from fitness.fusion import FusionModel
from fitness.judge.judge import JUDGE_VERSION
from fitness.preference.features import TASTE_VERSION
from fitness.preference.head import PreferenceHead
from fitness.total import Fitness
from genomes import Section
from genomes.locks import Locks
from genomes.lyrics import Lyrics
from store import events
from store.errors import StaleStream
from store.records import NewEvent, Recorded

ACTOR = "engine"

# What a run with a preference head depends on besides.
TASTE_VERSIONS = {"taste": TASTE_VERSION}

# The ids of a run's generations and of its end are hashes, as long as random ones.
EVENT_ID_CHARS = 32
END = "end"

Report = Callable[[events.CurvePoint], None]


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that a run is started with.

    Attributes:
        song: state of the song.
        stage: name of the stage.
        section: the section to compose.
        seed: 0 or more; the same seed with the same settings gives an equal run.
        settings: settings of the evolution.
        model_sha256: the model that scores; None to score by theory and prior only.
        parents: ids of the approved candidates to build on, in stage order.
        source: id of a candidate of the same stage to start from.
        locks: what to keep of the source.
        follows: id of the approved candidate of the same stage in the section before.
        lyrics: lyrics of the section.
        singer: a singer whose range is used instead of that of the song's singer.
        likeness: a candidate of the same stage that every part must be like, or unlike.
        under: id of the approved melody that the chords are for.
        head_sha256: the preference head that the totals go by; None for the shipped total.
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
    likeness: events.Likeness | None = None
    under: str | None = None
    head_sha256: str | None = None


def versions(stage: str) -> dict[str, str]:
    """Versions of everything that the results of a run of a stage depend on."""
    genomes = find_stage(stage).genomes
    return {
        "engine": __version__,
        "evolution": EVOLUTION_VERSION,
        "operators": genomes.operators_version,
        "renderer": genomes.renderer_version,
        "numpy": ".".join(np.__version__.split(".")[:2]),
        "judge": JUDGE_VERSION,
        **Fitness.versions(),
    }


def start(studio: Studio, request: Request) -> str:
    """Record the beginning of a run; returns its id.

    Raises:
        NotFound: if there is no such stage.
        Refused: if what encodes the song's texts for the model isn't here, or the file of the model
            or of the head was replaced.
        NotFound: if such a file is gone.
    """
    return begin(studio, started_by(request))


def begin(studio: Studio, started: events.RunStarted) -> str:
    """Record an event that begins a run, under the first id that is free; see ``start``."""
    _scored_by(studio, started)  # so that a damaged file is told before anything is begun
    started = _with_inputs(studio, started)
    for identifier in _ids(started):
        try:
            studio.append(run_stream(identifier), [NewEvent(started, actor=studio.actor)], 0)
        except StaleStream:  # an equal run exists, or another process starts one
            continue
        return identifier
    raise AssertionError("there is always another ordinal")


def start_or_find(studio: Studio, request: Request) -> str:
    """Find an equal run of the same song, or start one.

    Abandoned runs don't count, nor runs whose survivors all have a decision.

    Returns:
        id of the run, which may be finished or not.
    """
    for identifier in _ids(started_by(request)):
        run = studio.known_run(identifier)
        if run is None:
            return start(studio, request)
        if run.positions_read[0] == request.song.position and _is_open(request.song, run):
            return identifier
    raise AssertionError("there is always another ordinal")


def last_equal(studio: Studio, request: Request) -> str | None:
    """Id of the last run that was started as a request asks and wasn't abandoned; None without."""
    return last_begun(studio, started_by(request))


def last_begun(studio: Studio, started: events.RunStarted) -> str | None:
    """Id of the last run that an equal event began and that wasn't abandoned; None without."""
    found = None
    for identifier in _ids(started):
        run = studio.known_run(identifier)
        if run is None:
            return found
        if run.status != ABANDONED and run.positions_read[0] == started.positions_read[0]:
            found = identifier
    raise AssertionError("there is always another ordinal")


def load_or_resume(studio: Studio, identifier: str) -> Run:
    """Load a run that has no generations yet, or resume one that has."""
    is_new = studio.run(identifier)[1].generation is None
    return load(studio, identifier) if is_new else resume(studio, identifier)


def _is_open(song: Song, run: RunState) -> bool:
    """Whether a run is unfinished, or ended with survivors that have no decision."""
    if run.status != FINISHED:
        return run.status == RUNNING
    return any(song.candidates[each].status == PENDING for each in run.survivors)


def _ids(started: events.RunStarted) -> Iterator[str]:
    """The possible ids of a run, in order; a new run takes the first free one."""
    identity = (started.song_id, started.stage, started.parents, started.seed, started.settings)
    optional = {
        "source": started.source,
        "locks": msgspec.to_builtins(started.locks),
        "follows": started.follows,
        "lyrics": started.lyrics,
        "singer": started.singer,
        "likeness": msgspec.to_builtins(started.likeness),
        "under": started.under,
        "head": started.head_sha256,
    }
    further = {
        "section": msgspec.to_builtins(started.section),
        "model": started.model_sha256,
        **{name: value for name, value in optional.items() if value is not None},
    }
    return (run_id(*identity, further, ordinal) for ordinal in count())


def started_by(request: Request) -> events.RunStarted:
    """The event that begins the run of a request."""
    song = request.song
    return events.RunStarted(
        song_id=song.song_id,
        stage=request.stage,
        section=recorded_section(request.section),
        parents=list(request.parents),
        seed=request.seed,
        settings=request.settings.to_payload(),
        model_sha256=request.model_sha256,
        versions=versions(request.stage) | (TASTE_VERSIONS if request.head_sha256 else {}),
        positions_read=[song.position, *sorted(_positions(request))],
        source=request.source,
        locks=recorded_locks(request.locks) if request.locks else None,
        follows=request.follows,
        lyrics=request.lyrics.to_payload() if request.lyrics else None,
        singer=request.singer,
        likeness=request.likeness,
        under=request.under,
        head_sha256=request.head_sha256,
    )


def _with_inputs(studio: Studio, started: events.RunStarted) -> events.RunStarted:
    """The event naming what of the song's texts its model is given, and their encoders.

    They are encoded here once, so that a missing encoder is told before anything is recorded.
    """
    if started.model_sha256 is None:
        return started
    embedder = Embedder(ModelRegistry(studio).load(started.model_sha256))
    if not embedder.takes_texts:
        return started
    inputs = inputs_of(studio, started)
    texts = texts_of(inputs.song, inputs.context)
    try:
        embedder.embed_texts(texts)
    except EncoderMissing as error:
        raise Refused(str(error), "score with another model, see engine models") from error
    named = {f"{INPUT}{name}": version for name, version in embedder.names(texts).items()}
    return msgspec.structs.replace(started, versions=started.versions | named)


def texts_given(studio: Studio, identifier: str) -> Texts:
    """The texts that a run gave its model."""
    started = started_of(recorded_run(studio, identifier))
    return given_texts(started, inputs_of(studio, started))


def _positions(request: Request) -> set[int]:
    """Positions of the events that a run reads besides its song's proposal.

    These are the decisions on candidates of its stage, the approvals of its parents and of the
    melody over it, the events that added its source and what its parts must be like, and the
    transpositions of the candidates whose notes it reads.
    """
    candidates = request.song.candidates
    read = {
        candidate.decided_at
        for name, candidate in candidates.items()
        if candidate.decisions
        if candidate.stage == request.stage or name in {*request.parents, request.under}
    }
    like = request.likeness.candidate if request.likeness else None
    read |= {candidates[name].position for name in (request.source, like) if name}
    used = filter(None, (*request.parents, request.source, request.follows, request.under))
    moved = (candidates[name].transposed for name in used)
    return read | {transposition.position for transposition in moved if transposition}


def load(studio: Studio, identifier: str) -> Run:
    """Rebuild a run from the log, with the model that it names."""
    return _loaded(studio, identifier, recorded_run(studio, identifier))


def load_as_started(studio: Studio, identifier: str) -> Run:
    """Rebuild a run as it was before its first generation."""
    return _loaded(studio, identifier, recorded_run(studio, identifier)[:1])


def _loaded(studio: Studio, identifier: str, recorded: Sequence[Recorded]) -> Run:
    return rebuilt(studio, identifier, recorded, *_scored_by(studio, started_of(recorded)))


def rebuilt(
    studio: Studio,
    identifier: str,
    recorded: Sequence[Recorded],
    model: FusionModel | None = None,
    head: PreferenceHead | None = None,
) -> Run:
    """A run from its events, by default with neither its model nor its head: to be looked at."""
    read = read_by(studio, started_of(recorded))
    return Run(identifier, [each.payload for each in recorded], read, model, head)


def started_of(recorded: Sequence[Recorded]) -> events.RunStarted:
    """The first event of a run."""
    started = recorded[0].payload
    assert isinstance(started, events.RunStarted)  # noqa: S101 - the stream's first event
    return started


def _scored_by(
    studio: Studio, started: events.RunStarted
) -> tuple[FusionModel | None, PreferenceHead | None]:
    """The model and the preference head that a run names."""
    model = ModelRegistry(studio).load(started.model_sha256) if started.model_sha256 else None
    head = HeadRegistry(studio).load(started.head_sha256) if started.head_sha256 else None
    return model, head


def recorded_run(studio: Studio, identifier: str) -> list[Recorded]:
    """The events of a run."""
    return list(studio.log.read(stream=run_stream(identifier)))


def resume(studio: Studio, identifier: str) -> Run:
    """Load an unfinished run to continue after its last recorded generation.

    Raises:
        Refused: if it is finished or abandoned, or was made by other versions.
    """
    recorded = recorded_run(studio, identifier)
    _require_resumable(studio, identifier)  # knows all of them, or later ones that outdate the run
    run = _loaded(studio, identifier, recorded)
    run.version += _record_resumed(studio, identifier, recorded)
    return run


def take_up(studio: Studio, identifier: str) -> list[Recorded]:
    """The events of an unfinished run that goes on, with the one that says so.

    Raises:
        Refused: if it is finished or abandoned, or was made by other versions.
    """
    recorded = recorded_run(studio, identifier)
    _require_resumable(studio, identifier)
    resumed = _record_resumed(studio, identifier, recorded)
    return recorded_run(studio, identifier) if resumed else recorded


def _record_resumed(studio: Studio, identifier: str, recorded: Sequence[Recorded]) -> int:
    """Record that a run goes on; returns the number of events: 0 if it has no generations yet."""
    payloads = (each.payload for each in recorded)
    scored = [each.generation for each in payloads if isinstance(each, events.GenerationScored)]
    if not scored:
        return 0
    resumed = events.RunResumed(after_generation=scored[-1])
    append_to_run(studio, identifier, NewEvent(resumed, actor=ACTOR), len(recorded))
    return 1


def _require_resumable(studio: Studio, identifier: str) -> None:
    _, state = studio.run(identifier)
    if state.status == FINISHED:
        raise Refused(f"run {identifier} is finished", "see engine review")
    if state.status == ABANDONED:
        raise Refused(f"run {identifier} was abandoned", "start another with engine evolve")
    changed = changed_versions(state.stage, state.versions)
    if changed:
        raise Refused(f"run {identifier} was made by {changed}, not resumable here", "evolve again")


def changed_versions(stage: str, made_by: dict[str, str]) -> str:
    """The versions of a run that differ from the present ones, as text; empty if none differ."""
    here = versions(stage) | (TASTE_VERSIONS if TASTE_VERSIONS.keys() & made_by.keys() else {})
    # The model's manifest, and loading it, answer for what encodes a run's texts.
    names = sorted(
        name
        for name in made_by.keys() | here.keys()
        if name != "engine" and not name.startswith(INPUT)
    )
    listed = ", ".join(
        f"{name} {made_by.get(name, 'unrecorded')}"
        for name in names
        if made_by.get(name) != here.get(name)
    )
    return f"engine {made_by.get('engine', 'unrecorded')} ({listed})" if listed else ""


def abandon(studio: Studio, identifier: str, reason: str) -> None:
    """Abandon an unfinished run; its recorded generations stay in the log."""
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
    """Breed, score, select and record generations until the run is finished.

    Args:
        studio: the studio to record them in.
        run: the run.
        report: called after each recorded generation.
        is_stopped: called after each recorded generation; True stops the run, to be resumed later.

    Returns:
        whether the run is finished.

    Raises:
        Refused: if another process continues or abandoned the same run.
    """
    while True:
        event = run.next_event()
        record(studio, run.id, event, run.version)
        run.apply(event)
        if run.is_finished:
            return True
        keep_everything()
        report(run.pool.curve[-1])
        if is_stopped() and not run.is_over:
            return False


def record(
    studio: Studio, run: str, event: events.GenerationScored | events.RunFinished, version: int
) -> None:
    """Append what a run did next.

    The event's id is a hash of the run and the generation: recording it again, after an answer of
    the database that was lost, records nothing new.

    Args:
        studio: the studio.
        run: id of the run.
        event: the generation, or the end.
        version: number of events that the run's stream has.

    Raises:
        Refused: if another process appended to the run's stream in the meantime.
    """
    what = event.generation if isinstance(event, events.GenerationScored) else END
    identifier = digest(run, what)[:EVENT_ID_CHARS]
    append_to_run(studio, run, NewEvent(event, actor=ACTOR, event_id=identifier), version)


def append_to_run(studio: Studio, run: str, event: NewEvent, version: int) -> None:
    """Append an event to a run's stream, which has so many events.

    Raises:
        Refused: if another process appended to it in the meantime.
    """
    stream = run_stream(run)
    refused = Refused(f"run {run} is carried on or was given up elsewhere", "see engine runs")
    if studio.log.version(stream) != version:
        raise refused
    try:
        studio.append(stream, [event], version)
    except StaleStream as error:
        raise refused from error
