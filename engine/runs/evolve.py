"""Evolving a stage of a song, as one call."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from engine.errors import refusing
from engine.evolution.settings import checked_seed
from engine.models.promotion import model_for_runs
from engine.preference.heads import head_for_runs
from engine.reports.summary import Summary, summarise
from engine.runs.lifecycle import (
    Report,
    Request,
    carry_on,
    changed_versions,
    last_equal,
    load,
    load_or_resume,
    start,
    started_by,
)
from engine.runs.personal_axes import axes_for
from engine.runs.requests import EvolveOptions, requests
from engine.runs.run import Run
from engine.runs.together import keep
from engine.state.inflight import others_at_work
from engine.state.runs import FINISHED, RUNNING
from engine.state.runs import Run as RunState
from engine.state.songs import PENDING
from engine.state.studio import Studio

# Carries runs on up to their ends, or until it is stopped.
Ahead = Callable[[list[str]], None]


def new_seed(seed: int | None) -> int:
    """A seed that is checked if given; else a random one below 2**32."""
    return secrets.randbits(32) if seed is None else checked_seed(seed)


def start_runs(
    studio: Studio,
    song: str,
    options: EvolveOptions,
    *,
    seed: int,
    model: Path | None = None,
    use_model: bool = True,
    use_head: bool = True,
    ahead: Ahead | None = None,
) -> Iterator[Run]:
    """Start the runs of the options, each one when the iterator reaches it.

    Where an equal command was ended before all were finished, this one goes on with what is left.
    With ``ahead`` all runs are started first, and given as far as it carried them; their ends
    aren't recorded yet.

    What they show is spread over the axes along which the person's choices vary, once there are
    enough; see ``engine.runs.personal_axes``.
    They go by the preference head that the studio uses for the stage, unless ``use_head`` is False.

    Raises:
        NotFound: if the song, a candidate or a section doesn't exist.
        Refused: if no part that the stage needs is approved, or the options contradict each other.
    """
    wanted = _wanted(studio, song, options, seed)
    sha256 = model_for_runs(studio, model) if use_model else None
    head = head_for_runs(studio, options.stage) if use_head else None
    wanted = [replace(each, model_sha256=sha256, head_sha256=head) for each in wanted]
    begun = _begun(studio, wanted)
    several = keep(studio, list(map(started_by, wanted))) if len(wanted) > 1 else nullcontext()
    with several:
        runs = _started(studio, wanted, begun)
        if ahead is None:
            yield from (load_or_resume(studio, run) for run in runs)
        else:
            ahead(all_runs := list(runs))
            yield from (load(studio, run) for run in all_runs)


def _started(
    studio: Studio, wanted: Sequence[Request], begun: Sequence[str | None]
) -> Iterator[str]:
    """Ids of the runs that aren't finished, each started when it is reached."""
    for request, identifier in zip(wanted, begun, strict=True):
        if identifier is None:
            yield start(studio, request)
        elif studio.run(identifier)[1].status != FINISHED:
            yield identifier


def start_or_take_up(studio: Studio, song: str, options: EvolveOptions, *, seed: int) -> Run:
    """Start a run, or take up the last equal one if nothing was decided of it; it may be finished.

    The model and the head are the studio's.

    Raises:
        NotFound, Refused: as ``start_runs``.
    """
    (wanted,) = _wanted(studio, song, options, seed)
    model, head = model_for_runs(studio, None), head_for_runs(studio, options.stage)
    wanted = replace(wanted, model_sha256=model, head_sha256=head)
    last = last_equal(studio, wanted)
    if last is not None:
        state = studio.run(last)[1]
        found = [wanted.song.candidates[each].status for each in state.survivors]
        if state.status == FINISHED and found and set(found) == {PENDING}:
            return load(studio, last)
        if state.status == RUNNING and not _is_made_otherwise(state):
            return load_or_resume(studio, last)
    return load(studio, start(studio, wanted))


def _wanted(studio: Studio, song: str, options: EvolveOptions, seed: int) -> list[Request]:
    """The runs that options ask for, with the person's axes; the model isn't known yet."""
    settings = options.settings
    if not settings.axes:
        axes = axes_for(studio, options.stage)
        options = replace(options, settings=replace(settings, axes=axes))
    with refusing():
        return requests(studio.song(song), options, seed)


def _begun(studio: Studio, wanted: Sequence[Request]) -> list[str | None]:
    """The runs of an equal command that was ended, which this one goes on with; None: to start.

    Those that are finished are not started again either. If all of them are, or none was ever
    begun, or another command is at work, all are to be started.
    """
    known = [last_equal(studio, request) for request in wanted]
    states = [None if each is None else studio.run(each)[1] for each in known]
    begun = [state for state in states if state is not None]
    is_open = any(state.status == RUNNING for state in begun)
    missing = [each for each, state in zip(wanted, states, strict=True) if state is None]
    first = min((state.position for state in begun), default=0)
    was_ended = is_open or (missing and all(_stood_before(each, first) for each in missing))
    if not begun or not was_ended or others_at_work(studio.folder):
        return [None] * len(known)
    return [
        None if state is not None and _is_made_otherwise(state) else identifier
        for identifier, state in zip(known, states, strict=True)
    ]


def _stood_before(request: Request, position: int) -> bool:
    """Whether what a run builds on was approved before an event: the run could have been begun."""
    candidates = request.song.candidates
    return all(candidates[parent].decided_at < position for parent in request.parents)


def _is_made_otherwise(state: RunState) -> bool:
    """Whether a run that isn't finished was made by other versions, so that it can't go on."""
    return state.status == RUNNING and bool(changed_versions(state.stage, state.versions))


def evolve(
    studio: Studio,
    song: str,
    options: EvolveOptions,
    *,
    seed: int | None = None,
    model: Path | None = None,
    use_model: bool = True,
    use_head: bool = True,
    report: Report = lambda point: None,  # noqa: ARG005 - nothing is reported by default
) -> list[Summary]:
    """Evolve a stage of a song, recording every generation; one run for each approved lineage.

    Args:
        studio: the studio of the song, in which the runs are recorded.
        song: id of the song, or its beginning.
        options: stage, section, settings and other options.
        seed: 0 to 2**64 - 1; the same seed gives an equal run. Drawn at random if None.
        model: file of the model that scores; by default the studio's.
        use_model: False to score by theory and prior only.
        use_head: False for the shipped total, whatever was learned from the studio's decisions.
        report: called after each generation with best and median total of the population.

    Returns:
        The summary of each run: its id, its first event, and its survivors, best first.

    Raises:
        NotFound, Refused: as ``start_runs``; ModelError: if the model can't be loaded.
    """
    runs = start_runs(
        studio,
        song,
        options,
        seed=new_seed(seed),
        model=model,
        use_model=use_model,
        use_head=use_head,
    )
    summaries = []
    for run in runs:
        carry_on(studio, run, report)
        summaries.append(summarise(studio, run.id))
    return summaries
