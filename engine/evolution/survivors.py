"""Survivors: the few individuals of a run shown to a person, with high totals and far apart."""

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

# Limits of the search for survivors after the first: best individuals considered, and steps.
MAX_ELIGIBLE = 600
MAX_STEPS = 20_000


@dataclass(frozen=True, slots=True)
class FirstPoolFacts:
    """Statistics of the first pool, which survivors are measured by.

    Attributes:
        spread: standard deviation of each term and of the total.
        median_distance: median distance of two individuals, 0 to 1.
        total_p95: 95th percentile of the totals.
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
    """Choose the best individual, then the best ones that are far enough from all chosen.

    Far enough is the first pool's median distance. Survivors after the first must also have a
    total above the first pool's 95th percentile. An individual is skipped if choosing it leaves
    fewer than ``keep`` survivors and another choice doesn't. Decided candidates are left out.
    Fewer than ``keep`` are returned if no more are far enough apart.
    """
    ordered = best_first([individual for individual in scored if individual.id not in decided])
    if not ordered:
        return []
    eligible = [i for i in ordered[1:] if i.score.passes and i.score.total > facts.total_p95]
    is_far = _far_enough([ordered[0], *eligible[:MAX_ELIGIBLE]], facts.median_distance, genomes)
    return [ordered[0], *(eligible[row - 1] for row in _choose_others(is_far, keep))]


def _far_enough(
    individuals: Sequence[Individual], median_distance: float, genomes: StageGenomes[Any]
) -> NDArray[np.bool_]:
    """Shape ``(n, n)``: whether each pair is far enough apart."""
    every = [individual.genome for individual in individuals]
    distances = genomes.distances(every, every)
    # With locks the median may be 0; equal individuals are never far enough apart.
    return np.asarray((distances >= median_distance) & (distances > 0))


def _choose_others(is_far: NDArray[np.bool_], keep: int) -> list[int]:
    """Rows to choose besides row 0: the first ``keep - 1`` in order that are pairwise far enough.

    A depth-first search: a row is dropped again if too few rows are left after it. If no such set
    is found within ``MAX_STEPS``, the largest set found is returned.
    """
    count = keep - 1
    chosen: list[int] = []
    largest: list[int] = []
    stack = [np.flatnonzero(is_far[0])]
    for _ in range(MAX_STEPS):
        if len(largest) == count or not stack:
            break
        remaining = stack.pop()
        if len(chosen) + len(remaining) <= len(largest):  # no larger set can follow
            chosen = chosen[:-1]
            continue
        first, later = int(remaining[0]), remaining[1:]
        chosen = [*chosen, first]
        largest = max(largest, chosen, key=len)
        stack += [later, later[is_far[first, later]]]
    return largest


def mutual_distances(
    survivors: Sequence[Individual], genomes: StageGenomes[Any]
) -> NDArray[np.float64]:
    """Distances of the survivors to each other, shape ``(n, n)``."""
    if not survivors:
        return np.zeros((0, 0))
    return genomes.distances([i.genome for i in survivors], [i.genome for i in survivors])
