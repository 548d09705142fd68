"""Evolution is worth its time: on twenty songs, against chance with the same number of tries."""

from __future__ import annotations

from itertools import combinations

import pytest

from benchmarks.songs import songs
from genomes.chords import ChordGenome
from tests.engine.runs.songs import FULL, SHORT, Outcome, outcomes

FLAT = 1e-6


def test_twenty_songs(subtests: pytest.Subtests) -> None:
    """One test, so that the songs are evolved once, whichever processes share the work."""
    short, full = outcomes()
    for claim, evolved in (
        (they_cover_meters_and_modes, short),
        (every_term_varies_in_every_first_pool, [*short, *full]),
        (the_best_survivor_beats_the_best_of_as_many_random_ones, short),
        (three_survivors_lie_apart, full),
        (no_generation_is_worse_than_the_one_before, [*short, *full]),
    ):
        with subtests.test(claim.__name__):
            claim(evolved)


def they_cover_meters_and_modes(evolved: list[Outcome]) -> None:
    assert len(evolved) == 20
    assert len({song.meter for song in songs()}) >= 10
    assert len({song.key.mode for song in songs()}) >= 9
    budget = SHORT.population * (SHORT.generations + 1)
    assert [one.scored for one in evolved] == pytest.approx([budget] * 20, rel=0.02)


def every_term_varies_in_every_first_pool(evolved: list[Outcome]) -> None:
    flat = [
        (one.song, term)
        for one in evolved
        for term, spread in one.end.first_pool.spread.items()
        if spread < FLAT
    ]
    assert flat == []


def the_best_survivor_beats_the_best_of_as_many_random_ones(evolved: list[Outcome]) -> None:
    beaten = [one.end.survivors[0].total > one.best_random for one in evolved]
    assert sum(beaten) >= 18


def three_survivors_lie_apart(evolved: list[Outcome]) -> None:
    for one in evolved:
        survivors, yardstick = one.end.survivors, one.end.first_pool
        assert len(survivors) == FULL.keep == 3
        genomes = [ChordGenome.from_payload(survivor.genome) for survivor in survivors]
        for first, second in combinations(genomes, 2):
            assert first.distance(second) >= yardstick.median_distance - 1e-12
        assert all(survivor.total > yardstick.total_p95 for survivor in survivors[1:])
        assert yardstick.median_distance > 0.3


def no_generation_is_worse_than_the_one_before(evolved: list[Outcome]) -> None:
    for one in evolved:
        best = [point.best for point in one.end.curve]
        assert best == sorted(best)
        assert best[-1] == one.end.survivors[0].total
        assert one.end.curve[-1].median > one.end.curve[0].median
