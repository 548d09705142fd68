"""The benchmarks' twenty songs, evolved for a few generations, and some of them in full."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.songs import songs
from engine.evolution.settings import Settings
from engine.runs.lifecycle import carry_on
from store.events import RunFinished
from tests.engine.runs.samples import begin, ending, open_with

FULL = Settings()
SHORT = Settings(population=30, generations=8)
IN_FULL = (0, 6, 12, 18)  # songs that are evolved in full too
SEED = 1
RANDOM_SEED = 99


@dataclass(frozen=True)
class Outcome:
    """A run and as many random genomes.

    Attributes:
        song: which one.
        end: how the run ended.
        scored: how many candidates it scored.
        best_random: the best total of as many random genomes.
    """

    song: str
    end: RunFinished
    scored: int
    best_random: float


def outcome(index: int, settings: Settings) -> Outcome:
    """Evolve one of the songs."""
    song = songs()[index]
    with TemporaryDirectory() as folder, open_with(Path(folder), song) as studio:
        run = begin(studio, song=song.song_id, bars=8, seed=SEED, settings=settings)
        carry_on(studio, run, lambda _: None)
        end, scored = ending(studio, run.id), len(run.pool.scored)
    rng = np.random.default_rng(RANDOM_SEED)
    genomes = (run.stage.genomes.random(run.context, rng)[0] for _ in range(scored))
    scores = run.fitness.score([genome.render(run.context) for genome in genomes], run.context)
    return Outcome(song.song_id, end, scored, max(score.total for score in scores))


def outcomes() -> tuple[list[Outcome], list[Outcome]]:
    """All of them for a few generations, and some in full; on all processors."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        short = pool.map(partial(outcome, settings=SHORT), range(len(songs())))
        full = pool.map(partial(outcome, settings=FULL), IN_FULL)
        return list(short), list(full)
