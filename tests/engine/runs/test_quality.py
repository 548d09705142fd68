"""Evolution is worth its time: on twenty songs, against chance with the same number of tries."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from benchmarks.songs import songs
from engine.evolution.settings import Settings
from engine.runs.lifecycle import carry_on
from fitness.fusion import DEFAULT_MODEL
from genomes.chords import CHORDS, ChordGenome
from store.events import RunFinished
from tests.engine.runs.short_runs import begin, ending, open_with

FLAT = 1e-6
FULL = Settings()
SHORT = Settings(population=30, generations=8)
IN_FULL = (0, 12)  # songs that are evolved in full too
SEED = 1
RANDOM_SEED = 99


@dataclass(frozen=True)
class Outcome:
    """A run and as many random genomes.

    Attributes:
        song: which one.
        end: how the run ended.
        scored: how many candidates it scored.
        best_random: the best total of as many random genomes, of those that pass the gate.
    """

    song: str
    end: RunFinished
    scored: int
    best_random: float


def outcome(index, settings, model=None):
    """Evolve one of the songs."""
    song = songs()[index]
    with TemporaryDirectory() as folder, open_with(Path(folder), song) as studio:
        run = begin(studio, song=song.song_id, bars=8, seed=SEED, settings=settings, model=model)
        carry_on(studio, run, lambda _: None)
        end, scored = ending(studio, run.id), len(run.pool.scored)
    rng = np.random.default_rng(RANDOM_SEED)
    genomes = (run.stage.genomes.random(run.context, rng)[0] for _ in range(scored))
    scores = run.fitness.score(
        [run.genomes.render(genome, run.context) for genome in genomes], run.context
    )
    best = max(score.total for score in scores if score.passes)
    return Outcome(song.song_id, end, scored, best)


def outcomes():
    """All of them for a few generations by theory and prior, and some in full with the model."""
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        short = pool.map(partial(outcome, settings=SHORT), range(len(songs())))
        full = pool.map(partial(outcome, settings=FULL, model=DEFAULT_MODEL), IN_FULL)
        return list(short), list(full)


def test_twenty_songs(subtests):
    """One test, so that the songs are evolved once, whichever processes share the work."""
    short, full = outcomes()
    for claim, evolved in (
        (they_cover_meters_and_modes, short),
        (every_term_varies_in_every_first_pool, [*short, *full]),
        (the_best_survivor_beats_the_best_of_as_many_random_ones, full),
        (three_survivors_lie_apart, full),
        (no_generation_is_worse_than_the_one_before, [*short, *full]),
    ):
        with subtests.test(claim.__name__):
            claim(evolved)


def they_cover_meters_and_modes(evolved):
    assert len(evolved) == 20
    assert len({song.meter for song in songs()}) >= 10
    assert len({song.key.mode for song in songs()}) >= 9
    budget = SHORT.population * (SHORT.generations + 1)
    assert [one.scored for one in evolved] == pytest.approx([budget] * 20, rel=0.02)


def every_term_varies_in_every_first_pool(evolved):
    flat = [
        (one.song, term)
        for one in evolved
        for term, spread in one.end.first_pool.spread.items()
        if spread < FLAT
    ]
    assert flat == []


def the_best_survivor_beats_the_best_of_as_many_random_ones(evolved):
    beaten = [one.end.survivors[0].total > one.best_random for one in evolved]
    assert all(beaten)


def three_survivors_lie_apart(evolved):
    for one in evolved:
        survivors, yardstick = one.end.survivors, one.end.first_pool
        assert len(survivors) == FULL.keep == 3
        genomes = [ChordGenome.from_payload(survivor.genome) for survivor in survivors]
        for first, second in combinations(genomes, 2):
            assert CHORDS.distance(first, second) >= yardstick.median_distance - 1e-12
        assert all(survivor.total > yardstick.total_p95 for survivor in survivors[1:])
        assert yardstick.median_distance > 0.3


def no_generation_is_worse_than_the_one_before(evolved):
    for one in evolved:
        best = [point.best for point in one.end.curve]
        assert best == sorted(best)
        assert one.end.survivors[0].total in best
        assert one.end.stopped_for is not None or best[-1] == one.end.survivors[0].total
        assert one.end.curve[-1].median > one.end.curve[0].median
