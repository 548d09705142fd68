"""Twenty songs across the meters, modes and tempos that people write in, evolved in full."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from engine.conductor import carry_on
from engine.evolution.settings import Settings
from engine.proposals import Proposal, demo_paths
from store.events import RunFinished
from tests.engine.runs.samples import begin, demo, ending, open_with, own_song

OWN = (
    ("Green", "E phrygian", "4/4", 90),
    ("Blue", "Db lydian", "6/8", 60),
    ("Red", "B locrian", "4/4", 140),
    ("Orange", "G harmonic minor", "7/8", 150),
    ("Violet", "F melodic minor", "5/4", 72),
    ("Black", "Ab major", "12/8", 66),
    ("White", "D dorian", "9/8", 88),
    ("Yellow", "C# minor", "2/4", 170),
    ("Indigo", "Eb mixolydian", "11/8", 112),
    ("Green", "G major", "13/8", 124),
    ("Blue", "F lydian", "5/8", 200),
)
FULL = Settings()
SEED = 1
RANDOM_SEED = 99


@dataclass(frozen=True)
class Outcome:
    """A full run and as many random genomes.

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


def songs() -> list[Proposal]:
    """The nine demos and our own."""
    return [*(demo(path.stem) for path in demo_paths()), *(own_song(*facts) for facts in OWN)]


def outcome(index: int) -> Outcome:
    """Evolve one of the songs in full."""
    song = songs()[index]
    with TemporaryDirectory() as folder, open_with(Path(folder), song) as studio:
        run = begin(studio, song=song.song_id, bars=8, seed=SEED, settings=FULL)
        carry_on(studio, run, lambda _: None)
        end, scored = ending(studio, run.id), len(run.pool.scored)
    rng = np.random.default_rng(RANDOM_SEED)
    genomes = (run.stage.genomes.random(run.context, rng)[0] for _ in range(scored))
    scores = run.fitness.score([genome.render(run.context) for genome in genomes], run.context)
    return Outcome(song.song_id, end, scored, max(score.total for score in scores))


def outcomes() -> list[Outcome]:
    """All of them, on all processors."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(outcome, range(len(songs()))))
