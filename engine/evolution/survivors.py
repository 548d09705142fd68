"""Survivors: the few individuals of a run shown to a person: the best of different cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.evolution.behaviour import Cell
from engine.evolution.niches import best_first
from engine.evolution.pool import Individual
from genomes.stage import StageGenomes

TOTAL = "total"

# Limits of the search for survivors after the first: best individuals considered, and steps.
MAX_ELIGIBLE = 600
MAX_STEPS = 20_000

ROWS_AT_ONCE = 256  # of the distances in a first pool

# How far apart survivors are, as shares of the first pool's median distance: each is tried where
# fewer than are wanted keep the one before.
APART = (1.0, 0.75, 0.5)

# Of fewer survivors none is an explorer: a person wants to see the best, and something else.
MIN_TO_EXPLORE = 3


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
    columns[TOTAL] = [individual.total for individual in first]
    spread = {name: float(np.std(values)) for name, values in columns.items()}
    pairs = _pair_distances([individual.genome for individual in first], genomes)
    median = float(np.median(pairs, overwrite_input=True)) if len(pairs) else 0.0
    return FirstPoolFacts(spread, median, float(np.percentile(columns[TOTAL], 95)))


def _pair_distances(every: Sequence[Any], genomes: StageGenomes[Any]) -> NDArray[np.float64]:
    """The distance of each pair, measured for some rows at a time."""
    count = len(every)
    pairs = np.empty(count * (count - 1) // 2)
    filled = 0
    for start in range(0, count, ROWS_AT_ONCE):
        rows = every[start : start + ROWS_AT_ONCE]
        distances = genomes.distances(rows, every[start:])
        found = distances[np.triu_indices(len(rows), k=1, m=count - start)]
        pairs[filled : filled + len(found)] = found
        filled += len(found)
    return pairs


# How unsure a preference head is of each of some individuals.
Doubts = Callable[[Sequence[Individual]], Sequence[float]]


def choose_survivors(
    scored: Collection[Individual],
    keep: int,
    facts: FirstPoolFacts,
    decided: Collection[str],
    genomes: StageGenomes[Any],
    cells: Mapping[str, Cell],
    doubts: Doubts | None = None,
) -> list[Individual]:
    """Choose the best individual, then the best ones of other cells, far enough from all chosen.

    Far enough is the first pool's median distance, or where fewer are, the next of ``APART``.
    Survivors after the first must also pass the gate and have a total above the first pool's 95th
    percentile. Chosen are, until there are as many as wanted: the best of each cell; others of
    cells of their own; any. An individual is skipped if choosing it leaves fewer than ``keep``
    survivors and another choice doesn't. Decided candidates are left out. Fewer than ``keep`` are
    returned if no more are far enough apart.

    Args:
        scored: all individuals of the run.
        keep: how many to choose.
        facts: of the run's first pool.
        decided: ids of candidates with a decision.
        genomes: measures the distances.
        cells: id -> cell of the behaviour space.
        doubts: of the preference head, if the run has one: then the last of three or more
            survivors is an explorer, the one of the bests of other cells that it is least sure of.
            Without a head there is none: the best of the least visited cell is a part that the
            search left, and no head learns from the decision.
    """
    ordered = best_first([individual for individual in scored if individual.id not in decided])
    if not ordered:
        return []
    eligible = [i for i in ordered[1:] if i.passes and i.total > facts.total_p95]
    elites = _bests_of_other_cells(ordered[0], eligible, cells)
    distances = [share * facts.median_distance for share in APART]
    few, all_of_them = (
        _Choice([ordered[0], *pool[:MAX_ELIGIBLE]], genomes) for pool in (elites, eligible)
    )
    choices: tuple[tuple[_Choice, Mapping[str, Cell]], ...]
    choices = ((few, cells), (all_of_them, cells), (all_of_them, {}))
    chosen, distance = [ordered[0]], distances[0]
    for apart, (choice, own_cells) in product(distances, choices):
        found = _largest_set(choice, keep, apart, own_cells)
        if len(found) > len(chosen):
            chosen, distance = found, apart
        if len(chosen) == keep:
            break
    if doubts is None or len(chosen) < MIN_TO_EXPLORE:
        return chosen
    others = chosen[:-1]
    return others + (_explorer(others, elites, distance, genomes, doubts) or chosen[-1:])


def _bests_of_other_cells(
    best: Individual, eligible: Sequence[Individual], cells: Mapping[str, Cell]
) -> list[Individual]:
    """The first eligible individual of each cell but that of the best of all."""
    firsts: dict[Cell, Individual] = {}
    for individual in eligible:
        firsts.setdefault(cells[individual.id], individual)
    firsts.pop(cells[best.id], None)
    return list(firsts.values())


@dataclass(frozen=True)
class _Choice:
    """The best individual and those that may be shown beside it, whose distances are measured once.

    Attributes:
        individuals: of them, the best one first.
        genomes: measures the distances.
    """

    individuals: Sequence[Individual]
    genomes: StageGenomes[Any]

    @cached_property
    def distances(self) -> NDArray[np.float64]:
        """Of each to each, shape ``(n, n)``."""
        every = [individual.genome for individual in self.individuals]
        return self.genomes.distances(every, every)

    def far_enough(self, apart: float) -> NDArray[np.bool_]:
        """Whether each pair is far enough apart, shape ``(n, n)``."""
        # With locks the median may be 0; equal individuals are never far enough apart.
        return np.asarray((self.distances >= apart) & (self.distances > 0))


def _largest_set(
    choice: _Choice, keep: int, apart: float, cells: Mapping[str, Cell]
) -> list[Individual]:
    """The best, and those that go with it; in cells of their own if cells are given."""
    fits = choice.far_enough(apart)
    if cells:
        own = np.array([cells[individual.id] for individual in choice.individuals])
        fits &= (own[:, None] != own[None]).any(axis=2)
    return [choice.individuals[row] for row in (0, *_choose_others(fits, keep))]


def _explorer(
    chosen: Sequence[Individual],
    elites: Sequence[Individual],
    apart: float,
    genomes: StageGenomes[Any],
    doubts: Doubts,
) -> list[Individual]:
    """The best of a cell that the head is least sure of, far from all chosen; empty if none is."""
    fits = _Choice([*chosen, *elites], genomes).far_enough(apart)
    is_far = fits[: len(chosen), len(chosen) :].all(axis=0)
    far = [elites[place] for place in np.flatnonzero(is_far).tolist()]
    rated = zip(doubts(far) if far else (), (-rank for rank in range(len(far))), far, strict=True)
    best = max(rated, key=lambda row: row[:2], default=None)
    return [] if best is None else [best[2]]


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
