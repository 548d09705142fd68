"""The learners of the preference table: each learns from what a simulated person decided."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.preference_people import LEARNERS, ROUND, JudgedPool, Person, live
from benchmarks.preference_random import heard_by, random_taste
from benchmarks.preference_tastes import LINEAR, TASTES
from fitness.preference.head import head_columns
from fitness.preference.scales import PoolStatistics

TASTE = next(taste for taste in TASTES if taste.tuning and taste.stage == "chords")


def pool(song: str, rng: np.random.Generator, count: int = 40) -> JudgedPool:
    """Candidates of random columns; what the person hears is two of them."""
    values = rng.normal(size=(count, len(head_columns(TASTE.stage))))
    first = np.arange(count) < count // 2
    distances = np.ones((count, count), dtype=np.float32) - np.eye(count, dtype=np.float32)
    cells = np.arange(count)[:, None]
    heard = {TASTE.name: values[:, 5 : 5 + len(TASTE.variables)]}
    statistics = PoolStatistics.of(values[first])
    passes = np.ones(count, dtype=bool)
    return JudgedPool(
        song, TASTE.stage, values, statistics, first, passes, distances, 0.5, cells, heard
    )


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_of_the_table_learns_and_is_judged(name):
    rng = np.random.default_rng(1)
    pools = [pool(f"{number}", rng) for number in range(4)]
    person = Person.of(TASTE, pools)
    found = live(person, LEARNERS[name](person), pools[:3], pools[3:], 0, (3 * ROUND,))
    (outcome,) = found[3 * ROUND]
    assert outcome.accuracy > 0.9 if name == "oracle" else 0 <= outcome.accuracy <= 1
    assert 0 <= outcome.best <= 1


def test_drawn_tastes_are_the_same_again_and_half_are_linear():
    rng = np.random.default_rng(2)
    pools = [pool(f"{number}", rng) for number in range(3)]
    tastes = [random_taste(number, pools) for number in range(0, 24, 2)]  # of chords
    heard = [np.concatenate([p.heard[t.name] for p in heard_by(t, pools)]) for t in tastes]
    again = heard_by(random_taste(22, pools), pools)
    assert np.array_equal(np.concatenate([p.heard["random 22"] for p in again]), heard[-1])
    assert sum(taste.kind == LINEAR for taste in tastes) == len(tastes) // 2
    values = np.concatenate([each.values for each in pools])
    for taste, columns in zip(tastes, heard, strict=True):
        assert columns.shape == (len(values), len(taste.weights))
        alike = np.abs(np.corrcoef(columns.T, values.T))[: columns.shape[1], columns.shape[1] :]
        assert (alike.max(axis=1) > 0.9).all() or taste.kind != LINEAR
