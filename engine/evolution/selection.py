"""Selection: who stays in the population."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deap import tools

from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from genomes.base import StageGenomes

# Two genomes nearer than this share of the first pool's median distance are of a kind.
NICHE_RADIUS_SHARE = 0.5


def select_population(
    individuals: Sequence[Individual],
    settings: Settings,
    median_distance: float,
    genomes: StageGenomes[Any],
) -> list[Individual]:
    """The best that are not too many of a kind.

    Going down from the best, an individual stays unless its niche is full: ``population / niches``
    better ones of its kind stay already. Places left at the end go to the best of the rest.
    (Clearing: Pétrowski 1996.)

    Args:
        individuals: parents and children, each once.
        settings: how many stay, and how many niches they are spread over.
        median_distance: median distance of the first pool, 0 to 1.
        genomes: measures the distances.
    """
    ordered = best_first(individuals)
    distances = genomes.distances([i.genome for i in ordered], [i.genome for i in ordered])
    of_a_kind = distances <= NICHE_RADIUS_SHARE * median_distance
    capacity = max(1, settings.population // settings.niches)
    kept: list[int] = []
    for index in range(len(ordered)):
        if of_a_kind[index, kept].sum() < capacity:
            kept.append(index)
    kept = kept[: settings.population]
    rest = [index for index in range(len(ordered)) if index not in set(kept)]
    kept += rest[: settings.population - len(kept)]
    return [ordered[index] for index in sorted(kept)]


def best_first(individuals: Sequence[Individual]) -> list[Individual]:
    """By fitness; equals in the order of their ids, so that the order never depends on chance."""
    by_id = sorted(individuals, key=lambda individual: individual.id)
    return list(tools.selBest(by_id, len(by_id)))
