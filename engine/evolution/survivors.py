"""Survivors: the few of a run that a person sees, good and different from each other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from genomes.base import StageGenomes

TOTAL = "total"


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
    above the first pool's 95th percentile. What a person decided before takes no place. Fewer
    than ``keep`` come back where no more fit.
    """
    ordered = best_first([individual for individual in scored if individual.id not in decided])
    chosen: list[Individual] = []
    for individual in ordered:
        if len(chosen) == keep:
            break
        if not chosen or _may_join(individual, chosen, facts, genomes):
            chosen.append(individual)
    return chosen


def _may_join(
    individual: Individual,
    chosen: Sequence[Individual],
    facts: FirstPoolFacts,
    genomes: StageGenomes[Any],
) -> bool:
    if not individual.score.passes or individual.score.total <= facts.total_p95:
        return False
    distances = genomes.distances([individual.genome], [other.genome for other in chosen])
    return bool(distances.min() >= facts.median_distance)


def mutual_distances(
    survivors: Sequence[Individual], genomes: StageGenomes[Any]
) -> NDArray[np.float64]:
    """Distances of the survivors to each other, shape ``(n, n)``."""
    if not survivors:
        return np.zeros((0, 0))
    return genomes.distances([i.genome for i in survivors], [i.genome for i in survivors])
