"""Survivors: the few of a run that a person sees, good and different from each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from genomes.stage import StageGenomes

TOTAL = "total"

# As far down the order as survivors after the first are looked for, and how long.
MAX_ELIGIBLE = 600
MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class FirstPoolFacts:
    """The yardstick for survivors.

    Attributes:
        spread: standard deviation of each term, and of the total, over the first pool.
        median_distance: median distance of two different individuals of it, 0 to 1.
        total_p95: the total that one in twenty of them exceeds.
    """

    spread: dict[str, float]
    median_distance: float
    total_p95: float


def first_pool_facts(first: Sequence[Individual], genomes: StageGenomes[Any]) -> FirstPoolFacts:
    """Measure the first pool (two individuals at least)."""
    columns = {name: [i.score.terms[name] for i in first] for name in first[0].score.terms}
    columns[TOTAL] = [individual.score.total for individual in first]
    spread = {name: float(np.std(values)) for name, values in columns.items()}
    distances = genomes.distances([i.genome for i in first], [i.genome for i in first])
    pairs = distances[np.triu_indices(len(first), k=1)]
    median = float(np.median(pairs)) if len(pairs) else 0.0
    return FirstPoolFacts(spread, median, float(np.percentile(columns[TOTAL], 95)))


def choose_survivors(
    scored: Collection[Individual],
    keep: int,
    facts: FirstPoolFacts,
    decided: Collection[str],
    genomes: StageGenomes[Any],
) -> list[Individual]:
    """The best first, then always the best that is far enough from those chosen.

    Far enough is the first pool's median distance; every survivor after the first must also lie
    above the first pool's 95th percentile. Where the next best would leave no room for all that
    are wanted, one that does is taken instead. What a person decided before takes no place. Fewer
    than ``keep`` come back where no more fit.
    """
    ordered = best_first([individual for individual in scored if individual.id not in decided])
    if not ordered:
        return []
    eligible = [i for i in ordered[1:] if i.score.passes and i.score.total > facts.total_p95]
    apart = _apart([ordered[0], *eligible[:MAX_ELIGIBLE]], facts.median_distance, genomes)
    return [ordered[0], *(eligible[row - 1] for row in _company(apart, keep))]


def _apart(
    individuals: Sequence[Individual], median_distance: float, genomes: StageGenomes[Any]
) -> NDArray[np.bool_]:
    """Of each pair, whether they are far enough from each other."""
    every = [individual.genome for individual in individuals]
    distances = genomes.distances(every, every)
    # Where locks leave little to change, the median may be 0: what is no different is never apart.
    return np.asarray((distances >= median_distance) & (distances > 0))


def _company(apart: NDArray[np.bool_], keep: int) -> list[int]:
    """Who goes with the first: the earliest rows that are all apart, as many as are wanted.

    Rows are tried in order, and one is given up again where it leaves too few. What is found is
    the first in that order; or the largest met, when there are not so many or looking takes long.
    """
    wanted = keep - 1
    chosen: list[int] = []
    largest: list[int] = []
    waiting = [np.flatnonzero(apart[0])]
    for _ in range(MAX_STEPS):
        if len(largest) == wanted or not waiting:
            break
        free = waiting.pop()
        if len(chosen) + len(free) <= len(largest):  # this way leads to no more
            chosen = chosen[:-1]
            continue
        first, later = int(free[0]), free[1:]
        chosen = [*chosen, first]
        largest = max(largest, chosen, key=len)
        waiting += [later, later[apart[first, later]]]
    return largest


def mutual_distances(
    survivors: Sequence[Individual], genomes: StageGenomes[Any]
) -> NDArray[np.float64]:
    """Distances of the survivors to each other, shape ``(n, n)``."""
    if not survivors:
        return np.zeros((0, 0))
    return genomes.distances([i.genome for i in survivors], [i.genome for i in survivors])
