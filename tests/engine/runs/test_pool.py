from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evolution.niches import best_first
from engine.evolution.packing import Packer
from engine.evolution.pool import Individual, Pool
from fitness.errors import ScoringFailed
from fitness.total import Score
from store.events import GenerationScored, Offspring
from tests.engine.runs.populations import LINE, TOTALS, Point, individual
from tests.genomes.stages import STAGES, every_stage, pool

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite)
def test_what_fails_the_gate_never_outranks_what_passes(good, bad):
    passing = Individual("z", Point(0), Score({}, good, passes=True), 0)
    failing = Individual("a", Point(0), Score({}, bad, passes=False), 0)
    assert passing.rank_key > failing.rank_key
    assert [one.id for one in best_first([failing, passing])] == ["z", "a"]


@given(finite, finite)
def test_totals_are_compared_exactly(one, other):
    keys = [Individual("i", Point(0), Score({}, total), 0).rank_key for total in (one, other)]
    assert (keys[0] > keys[1]) == (one > other)
    assert (keys[0] == keys[1]) == (one == other)
    assert keys[0] == (True, one)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_is_no_score(number):
    with pytest.raises(ScoringFailed, match=r"total is .*: expected a finite number"):
        Score({"theory": 0.5}, number)
    with pytest.raises(ScoringFailed, match="theory is"):
        Score({"theory": number}, 0.5)


def offspring(name, place, total):
    return Offspring(
        id=name,
        genome={"place": place},
        parents=[],
        operator="made",
        terms={"t": total},
        total=total,
        passes=True,
    )


def generation(number, bred, population):
    return GenerationScored(generation=number, offspring=bred, population=population, discarded=0)


def test_a_pool_is_what_its_events_say():
    pool = Pool(LINE)
    pool.apply_all(
        [
            generation(0, [offspring("a", 0, 0.25), offspring("b", 1, 0.75)], ["a", "b"]),
            generation(1, [offspring("c", 0.5, 0.5)], ["b", "c"]),
        ]
    )
    assert list(pool.scored) == ["a", "b", "c"]
    assert [one.id for one in pool.population] == ["b", "c"]
    assert [one.id for one in pool.first()] == ["a", "b"]
    assert pool.generation == 1
    assert [(p.generation, p.best, p.median) for p in pool.curve] == [
        (0, 0.75, 0.5),
        (1, 0.75, 0.625),
    ]
    assert pool.scored["c"].genome == Point(0.5)


def test_individuals_that_left_the_population_are_what_they_were():
    pool = Pool(LINE)
    pool.apply(generation(0, [offspring(name, 0.25, 0.5) for name in "abc"], ["a", "b", "c"]))
    before = {name: (one.genome, one.score, one.rank_key) for name, one in pool.scored.items()}
    pool.apply(generation(1, [offspring("d", 1, 0.75), offspring("e", 0, 0)], ["d", "a"]))
    pool.apply(generation(2, [], ["d"]))
    after = {name: (one.genome, one.score, one.rank_key) for name, one in pool.scored.items()}
    assert before.items() <= after.items()
    assert pool.scored["b"].genome is not pool.scored["b"].genome  # unpacked whenever it is read
    assert pool.scored["d"].genome is pool.scored["d"].genome
    assert after["e"][:2] == (Point(0), Score({"t": 0}, 0))


@every_stage
def test_packed_genomes_are_what_they_were(name):
    genomes = [made.genome for made in pool(name, 8)]
    packer = Packer(STAGES[name].genomes.genome_type)
    packed = list(map(packer.packed, genomes))
    assert list(map(packer.unpacked, packed)) == genomes
    assert sum(map(len, packed)) < sum(len(msgspec.json.encode(each)) for each in genomes) / 2


@given(st.lists(TOTALS, min_size=1, max_size=8))
def test_the_curve_is_plain_numbers(totals):
    pool = Pool(LINE)
    bred = [offspring(str(index), 0, total) for index, total in enumerate(totals)]
    pool.apply(generation(0, bred, [one.id for one in bred]))
    (point,) = pool.curve
    assert type(point.median) is float
    assert min(totals) <= point.median <= point.best == max(totals)


def test_individuals_are_compared_by_identity():
    assert individual("a", 0, 0) != individual("a", 0, 0)
