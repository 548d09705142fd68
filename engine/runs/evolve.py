"""Evolving a stage of a song, as one call."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.errors import refusing
from engine.evolution.settings import checked_seed
from engine.models.promotion import model_for_runs
from engine.reports.summary import Summary, summarise
from engine.runs.lifecycle import Report, carry_on, load, start
from engine.runs.requests import EvolveOptions, requests
from engine.runs.run import Run
from engine.state.studio import Studio


def new_seed(seed: int | None) -> int:
    """The seed that was asked for, checked; a random one, below 2**32, where none was."""
    return secrets.randbits(32) if seed is None else checked_seed(seed)


def start_runs(
    studio: Studio,
    song: str,
    options: EvolveOptions,
    *,
    seed: int,
    model: Path | None = None,
    use_model: bool = True,
) -> Iterator[Run]:
    """Start the runs that the options ask for, each when it is its turn.

    Raises:
        NotFound: if the song, a candidate or a section isn't there.
        Refused: if nothing is approved that the stage needs, or the options contradict each other.
    """
    with refusing():
        wanted = requests(studio.song(song), options, seed)
    sha256 = model_for_runs(studio, model) if use_model else None
    for request in wanted:
        yield load(studio, start(studio, replace(request, model_sha256=sha256)))


def evolve(
    studio: Studio,
    song: str,
    options: EvolveOptions,
    *,
    seed: int | None = None,
    model: Path | None = None,
    use_model: bool = True,
    report: Report = lambda point: None,  # noqa: ARG005 - nothing is reported by default
) -> list[Summary]:
    """Evolve a stage of a song, recording every generation; one run for each approved lineage.

    Args:
        studio: where the song is, and where everything is recorded.
        song: id of the song, title-like words or its beginning.
        options: stage, section, settings and the rest of what is asked for.
        seed: 0 to 2**64 - 1; the same seed gives an equal run. Drawn where it is None.
        model: file of the model that scores; by default the studio's.
        use_model: False scores by theory and prior alone.
        report: called after each generation with best and median total of the population.

    Returns:
        The summary of each run: its id, what it was asked, and its survivors, best first.

    Raises:
        NotFound, Refused: as ``start_runs``; ModelError: if the model can't be loaded.
    """
    runs = start_runs(studio, song, options, seed=new_seed(seed), model=model, use_model=use_model)
    summaries = []
    for run in runs:
        carry_on(studio, run, report)
        summaries.append(summarise(studio, run.id))
    return summaries
