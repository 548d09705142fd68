"""Niching: the population is divided among several leaders that stay far apart.

A run must end with survivors that differ. So leaders are at least a radius apart, each niche has
the same number of places whatever its fitness, and individuals near two leaders don't breed in any.
But good parts may lie between leaders: a share of the places and of the parents is open to the best
of all, wherever they are. Compare clearing: A. Petrowski, "A clearing procedure as a niching method
for genetic algorithms" (1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from deap import tools
from numpy.typing import NDArray

from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from genomes.stage import StageGenomes

Distances = NDArray[np.float64]

BEST = 0  # index of the best among ranked individuals
MEASURED_AHEAD = 16  # probable leaders, to all of which distances are measured at once


def best_first(individuals: Sequence[Individual]) -> list[Individual]:
    """Individuals sorted by score, best first; those of equal score by id."""
    by_id = sorted(individuals, key=lambda individual: individual.id)
    # Tuples take less time and memory than DEAP's own fitness, and compare the same.
    return list(tools.selBest(by_id, len(by_id), fit_attr="rank_key"))


def niches(
    population: Sequence[Individual],
    settings: Settings,
    radius: float,
    genomes: StageGenomes[Any],
) -> list[list[Individual]]:
    """The population by nearest leader; at least one niche.

    An individual within the radius of several leaders is in no niche, so that it breeds only among
    the open share: its children would merge two niches into one.

    Args:
        population: leaders first, as ``select_population`` orders it.
        settings: how many leaders there are at most.
        radius: distance that leaders keep from each other, 0 to 1.
        genomes: measures the distances.
    """
    distances = _Distances(population, genomes)
    leaders = _first_leaders(distances, range(len(population)), settings.niches, radius)
    to_leaders = distances.to(leaders)
    nearest = np.argmin(to_leaders, axis=1)
    found: dict[int, list[Individual]] = {}
    for index in np.flatnonzero(~_is_near_several(to_leaders, radius)).tolist():
        found.setdefault(int(nearest[index]), []).append(population[index])
    return [found[niche] for niche in sorted(found)]


def select_population(
    population: Sequence[Individual],
    newcomers: Sequence[Individual],
    settings: Settings,
    radius: float,
    genomes: StageGenomes[Any],
) -> list[Individual]:
    """The next population: the leaders, then the best of each niche, then the best of the rest.

    A newcomer beyond the radius of all leaders becomes one while there are fewer than the settings
    allow; one within the radius of a single leader and better than it replaces it. An individual
    within the radius of several leaders is kept where places are open or left. The best of all is
    always kept.

    Args:
        population: the one before, leaders first.
        newcomers: their children.
        settings: how many stay, and how many leaders there are at most.
        radius: distance that leaders keep from each other, 0 to 1.
        genomes: measures the distances.
    """
    ranked = best_first([*population, *newcomers])
    distances = _Distances(ranked, genomes)
    place = {individual.id: index for index, individual in enumerate(ranked)}
    order = [place[individual.id] for individual in population]
    before = _first_leaders(distances, order, settings.niches, radius)
    leaders = _better_leaders(before, distances, len(ranked), settings.niches, radius)
    kept = _members(leaders, distances.to(leaders), settings, radius)
    followers = sorted(set(kept) - set(leaders))[: settings.population - len(leaders)]
    return [ranked[index] for index in (*leaders, *followers)]


class _Distances:
    """Distances of individuals to some of them, each measured when it is first asked for.

    Those of all to all would take eight hundred megabytes for a population of 5,000.
    """

    def __init__(self, individuals: Sequence[Individual], genomes: StageGenomes[Any]) -> None:
        self._every = [individual.genome for individual in individuals]
        self._genomes = genomes
        self._columns: dict[int, NDArray[np.float64]] = {}

    def to(self, indices: Sequence[int]) -> Distances:
        """Of all individuals to some of them, ``(n, len(indices))``."""
        missing = [index for index in dict.fromkeys(indices) if index not in self._columns]
        if missing:
            measured = self._genomes.distances(self._every, [self._every[i] for i in missing])
            self._columns |= zip(missing, measured.T, strict=True)
        return np.stack([self._columns[index] for index in indices], axis=1)

    def between(self, index: int, leader: int) -> float:
        """Of one individual to another."""
        if leader not in self._columns:
            self.to([leader])
        return float(self._columns[leader][index])


def _is_near_several(to_leaders: Distances, radius: float) -> NDArray[np.bool_]:
    """For each row, whether it lies within the radius of more than one leader."""
    return np.asarray((to_leaders < radius).sum(axis=1) > 1)


def _first_leaders(
    distances: _Distances, order: Sequence[int], max_leaders: int, radius: float
) -> list[int]:
    """In the given order, everyone at least a radius away from the leaders chosen before."""
    distances.to(order[: min(max_leaders, MEASURED_AHEAD)])  # leaders stand first in a population
    leaders: list[int] = []
    for index in order:
        if len(leaders) == max_leaders:
            break
        if all(distances.between(index, leader) >= radius for leader in leaders):
            leaders.append(index)
    return leaders


def _better_leaders(
    leaders: list[int], distances: _Distances, count: int, max_leaders: int, radius: float
) -> list[int]:
    """The leaders after each individual was considered, best first; index 0 is the best."""
    for index in range(count):
        if index in leaders:
            continue
        near = [leader for leader in leaders if distances.between(index, leader) < radius]
        if not near and len(leaders) < max_leaders:
            leaders = [*leaders, index]
        elif len(near) == 1 and index < near[0]:
            leaders = [index if leader == near[0] else leader for leader in leaders]
    return sorted(leaders)


def _members(
    leaders: list[int], to_leaders: Distances, settings: Settings, radius: float
) -> list[int]:
    """The best of each niche in equal numbers, then the best of the rest.

    Without open places the rest begins with those that are within the radius of one leader.
    """
    size = settings.population
    of_niches = size - round(settings.open_share * size)
    nearest = np.argmin(to_leaders, axis=1)
    is_between = _is_near_several(to_leaders, radius)
    is_between[BEST] = False
    free_places = dict.fromkeys(range(len(leaders)), max(1, of_niches // len(leaders)))
    kept: list[int] = []
    for index in np.flatnonzero(~is_between).tolist():
        niche = int(nearest[index])
        if free_places[niche]:
            free_places[niche] -= 1
            kept.append(index)
    rest = sorted(set(range(len(to_leaders))) - set(kept))
    if not settings.open_share:
        rest.sort(key=lambda index: bool(is_between[index]))
    return kept + rest[: size - len(kept)]
