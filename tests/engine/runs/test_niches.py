from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.evolution.niches import best_first, niches, select_population
from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from tests.engine.runs.populations import LINE, PLACES, crowds, individual


@st.composite
def selections(draw):
    """A population, its children, settings and a radius, as a run has them."""
    size = draw(st.integers(4, 12))
    keep = draw(st.integers(1, size))
    everyone = draw(crowds(2, 2 * size))
    split = draw(st.integers(1, min(size, len(everyone))))
    settings = Settings(population=size, keep=keep)
    return everyone[:split], everyone[split : split + size], settings, draw(PLACES)


def leaders_of(chosen, settings, radius):
    """Down the list, whoever is far from the leaders so far."""
    leaders: list[Individual] = []
    for one in chosen:
        far = all(abs(one.genome.place - other.genome.place) >= radius for other in leaders)
        if far and len(leaders) < settings.niches:
            leaders.append(one)
    return leaders


def ids(chosen):
    return [one.id for one in chosen]


@given(crowds())
def test_best_first_is_by_gate_then_total_then_id(crowd):
    ordered = best_first(crowd)
    assert sorted(ids(ordered)) == sorted(ids(crowd))
    for better, worse in pairwise(ordered):
        assert better.passes >= worse.passes
        if better.passes == worse.passes:
            assert better.total >= worse.total
            if better.total == worse.total:
                assert better.id < worse.id
    assert ids(best_first(crowd[::-1])) == ids(ordered)


@given(selections(), st.randoms(use_true_random=False))
def test_selection(made, random):
    """The size stays, the best is never lost, and the order of newcomers decides nothing."""
    population, newcomers, settings, radius = made
    everyone = [*population, *newcomers]
    chosen = ids(select_population(population, newcomers, settings, radius, LINE))
    assert len(set(chosen)) == len(chosen) == min(settings.population, len(everyone))
    assert set(chosen) <= set(ids(everyone))
    assert best_first(everyone)[0].id in chosen
    shuffled = random.sample(newcomers, len(newcomers))
    assert ids(select_population(population, shuffled, settings, radius, LINE)) == chosen


@given(selections())
def test_niches_part_the_population_by_the_nearest_leader(made):
    population, newcomers, settings, radius = made
    chosen = select_population(population, newcomers, settings, radius, LINE)
    found = niches(chosen, settings, radius, LINE)
    leaders = leaders_of(chosen, settings, radius)

    distances = LINE.distances([x.genome for x in chosen], [x.genome for x in leaders])
    is_near = dict(zip(ids(chosen), (distances < radius).sum(axis=1), strict=True))
    single = [name for name in ids(chosen) if is_near[name] <= 1]
    assert sorted(name for niche in found for name in ids(niche)) == sorted(single)
    assert found
    assert all(found)
    assert len(found) <= len(leaders) <= settings.niches
    assert len(found) == len(leaders) or radius == 0
    nearest = dict(zip(ids(chosen), np.argmin(distances, axis=1), strict=True))
    assert all(len({nearest[one.id] for one in niche}) == 1 for niche in found)


@given(selections())
def test_leaders_come_first_and_lie_apart(made):
    """One step later the leaders are whoever led before, or better than the one they replace."""
    population, newcomers, settings, radius = made
    chosen = select_population(population, newcomers, settings, radius, LINE)
    before = leaders_of(population, settings, radius)
    after = leaders_of(chosen, settings, radius)
    assert all(
        abs(one.genome.place - other.genome.place) >= radius
        for one in after
        for other in after
        if one is not other
    )
    assert len(after) >= len(before) or radius == 0  # no idea is given up


def test_room_is_shared_among_the_ideas():
    """A crowd of better copies does not push a weaker idea out."""
    crowd = [individual(f"a{i}", 0.0 + i / 100, 0.9 - i / 100) for i in range(8)]
    idea = [individual(f"b{i}", 0.9 + i / 100, 0.2 - i / 100) for i in range(4)]
    chosen = select_population(crowd[:4], [*crowd[4:], *idea], Settings(8, keep=2), 0.5, LINE)
    assert ids(chosen)[:2] == ["a0", "b0"]
    assert sorted(ids(chosen)) == ["a0", "a1", "a2", "a3", "b0", "b1", "b2", "b3"]


def test_open_places_go_to_the_best_wherever_they_are():
    crowd = [individual(f"a{i}", 0.0 + i / 100, 0.9 - i / 100) for i in range(8)]
    idea = [individual(f"b{i}", 0.9 + i / 100, 0.2 - i / 100) for i in range(4)]
    between = [individual(f"c{i}", 0.45 + i / 100, 0.875 - i / 100) for i in range(2)]
    settings = Settings(8, keep=2, open_share=0.5)
    chosen = select_population(crowd[:4], [*crowd[4:], *between, *idea], settings, 0.5, LINE)
    assert ids(chosen)[:2] == ["a0", "b0"]
    assert sorted(ids(chosen)) == ["a0", "a1", "a2", "a3", "b0", "b1", "c0", "c1"]
    everything = replace(settings, open_share=1.0)
    chosen = select_population(crowd[:4], [*crowd[4:], *between, *idea], everything, 0.5, LINE)
    assert sorted(ids(chosen)) == ["a0", "a1", "a2", "a3", "a4", "b0", "c0", "c1"]


def test_a_better_one_between_two_ideas_is_not_lost():
    population = [individual("left", 0.2, 0.5), individual("right", 0.8, 0.4)]
    more = [individual(f"x{i}", 0.8, 0.3 - i / 100) for i in range(2)]
    between = individual("between", 0.5, 0.9)
    settings = Settings(4, keep=2)
    chosen = select_population([*population, *more], [between], settings, 0.5, LINE)
    assert ids(chosen) == ["left", "right", "between", "x0"]
    found = niches(chosen, settings, 0.5, LINE)
    assert [ids(niche) for niche in found] == [["left"], ["right", "x0"]]  # and breeds nothing


def test_as_many_ideas_as_individuals():
    population = [individual(f"a{i}", i / 4, 0.1 * i) for i in range(4)]
    settings = Settings(4, keep=4)
    best = individual("best", 0.375, 0.9)
    chosen = select_population(population, [best], settings, 0.25, LINE)
    assert len(chosen) == 4
    assert best in chosen
