"""Evolution is worth its time: on twenty songs, against chance with the same number of tries."""

from __future__ import annotations

from itertools import combinations

import pytest

from genomes.chords import ChordGenome
from tests.engine.runs.songs import FULL, Outcome, outcomes, songs

pytestmark = pytest.mark.xdist_group("quality")

FLAT = 1e-6


@pytest.fixture(scope="session")
def evolved_songs() -> list[Outcome]:
    return outcomes()


def test_twenty_songs_cover_the_meters_and_modes(evolved_songs: list[Outcome]) -> None:
    assert len(evolved_songs) == 20
    assert len({song.meter for song in songs()}) >= 10
    assert len({song.key.mode for song in songs()}) >= 9
    full = FULL.population * (FULL.generations + 1)
    assert [one.scored for one in evolved_songs] == pytest.approx([full] * 20, rel=0.02)


def test_every_term_varies_in_every_first_pool(evolved_songs: list[Outcome]) -> None:
    flat = [
        (one.song, term)
        for one in evolved_songs
        for term, spread in one.end.first_pool.spread.items()
        if spread < FLAT
    ]
    assert flat == []


def test_the_best_survivor_beats_the_best_of_as_many_random_ones(
    evolved_songs: list[Outcome],
) -> None:
    beaten = [one.end.survivors[0].total > one.best_random for one in evolved_songs]
    assert sum(beaten) >= 18


def test_three_survivors_that_lie_apart(evolved_songs: list[Outcome]) -> None:
    for one in evolved_songs:
        survivors, yardstick = one.end.survivors, one.end.first_pool
        assert len(survivors) == FULL.keep == 3
        genomes = [ChordGenome.from_payload(survivor.genome) for survivor in survivors]
        for first, second in combinations(genomes, 2):
            assert first.distance(second) >= yardstick.median_distance - 1e-12
        assert all(survivor.total > yardstick.total_p95 for survivor in survivors[1:])
        assert yardstick.median_distance > 0.3


def test_no_generation_is_worse_than_the_one_before(evolved_songs: list[Outcome]) -> None:
    for one in evolved_songs:
        best = [point.best for point in one.end.curve]
        assert best == sorted(best)
        assert best[-1] == one.end.survivors[0].total
        assert one.end.curve[-1].median > one.end.curve[0].median
