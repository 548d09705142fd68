"""Breeding: the genomes of the next generation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from deap import base

from engine.evolution.pool import Individual
from engine.evolution.settings import Settings
from engine.ids import candidate_id
from genomes import Context, Part
from genomes.stage import StageGenomes

# Attempts to breed one child that is new and can be scored.
MAX_TRIES = 4


@dataclass(frozen=True, slots=True)
class Child:
    """A new genome, not yet scored.

    Attributes:
        id: its candidate id.
        genome: the genome.
        part: its notes.
        parents: ids of the individuals it was bred from.
        operator: name of the operator that made it.
    """

    id: str
    genome: Any
    part: Part
    parents: tuple[str, ...]
    operator: str


@dataclass(frozen=True, slots=True)
class Breeder:
    """The constant inputs of breeding.

    Attributes:
        stage: name of the stage.
        genomes: operators of the stage's genomes.
        context: the section to compose, with its key, meter, tempo and parents.
        lineage: ids of the approved candidates that the part builds on.
        settings: settings of the run.
        seed: the run's seed.
        can_score: whether a part can be scored; a silent one can't.
        is_wanted: whether a genome may be in the run at all.
        promise: what the best of several bred for one child is chosen by; more is better.
    """

    stage: str
    genomes: StageGenomes[Any]
    context: Context
    lineage: tuple[str, ...]
    settings: Settings
    seed: int
    can_score: Callable[[Part], bool] = lambda _: True
    is_wanted: Callable[[Any], bool] = lambda _: True
    promise: Callable[[Part], float] = lambda _: 0.0

    def toolbox(self, population: Sequence[Individual]) -> base.Toolbox:
        """The stage's operators and parent selection, to be called with their ``rng``.

        Args:
            population: from which the open share of the parents is drawn; empty for none.
        """
        toolbox = base.Toolbox()
        toolbox.register("fresh", self.genomes.random, context=self.context)
        toolbox.register("mutate", self.genomes.mutate, context=self.context)
        toolbox.register("mate", self.genomes.mate, context=self.context)
        share = self.settings.open_share if population else 0.0
        size = self.settings.tournament
        toolbox.register("select", _tournament, population=population, share=share, size=size)
        return toolbox


Niches = Sequence[Sequence[Individual]]


def ask(
    breeder: Breeder,
    niches: Niches,
    scored: Iterable[str],
    generation: int,
    population: Sequence[Individual] = (),
) -> tuple[list[Child], int]:
    """Breed a generation of parts that the run has not scored before.

    Args:
        breeder: the constant inputs of breeding.
        niches: the population by niche; empty before the first pool.
        scored: ids of all individuals scored so far.
        generation: number of the generation; 0 is the first pool.
        population: from which the open share of the parents is drawn; empty for none.

    Returns:
        the children, and the number of children that could not be bred in ``MAX_TRIES``.
    """
    seen = set(scored)
    toolbox = breeder.toolbox(population)
    children: list[Child] = []
    for slot in range(breeder.settings.population):
        rng = np.random.default_rng(np.random.SeedSequence([breeder.seed, generation, slot]))
        child = _most_promising(breeder, toolbox, niches, seen, rng)
        if child is not None:
            children.append(child)
            seen.add(child.id)
    return children, breeder.settings.population - len(children)


def _most_promising(
    breeder: Breeder,
    toolbox: base.Toolbox,
    niches: Niches,
    seen: set[str],
    rng: np.random.Generator,
) -> Child | None:
    """The most promising of those bred for one place; of equal ones the first."""
    wanted = breeder.settings.bred_per_child
    bred = [_new_child(breeder, toolbox, niches, seen, rng) for _ in range(wanted)]
    found = [child for child in bred if child is not None]
    if len(found) < 2:
        return found[0] if found else None
    return max(found, key=lambda child: breeder.promise(child.part))


def _new_child(
    breeder: Breeder,
    toolbox: base.Toolbox,
    niches: Niches,
    seen: set[str],
    rng: np.random.Generator,
) -> Child | None:
    for _ in range(MAX_TRIES):
        genome, parents, operator = _vary(toolbox, breeder.settings, niches, rng)
        if not breeder.is_wanted(genome):
            continue
        part = breeder.genomes.render(genome, breeder.context)
        identifier = candidate_id(breeder.stage, breeder.context, breeder.lineage, part)
        if identifier not in seen and breeder.can_score(part):
            return Child(identifier, genome, part, parents, operator)
    return None


def _vary(
    toolbox: base.Toolbox,
    settings: Settings,
    niches: Niches,
    rng: np.random.Generator,
) -> tuple[Any, tuple[str, ...], str]:
    """A genome, the ids of its parents, and the name of its operator."""
    if not niches or rng.random() < settings.fresh_share:
        genome, source = toolbox.fresh(rng=rng)
        return genome, (), source
    first = toolbox.select(niches, rng=rng)
    if rng.random() >= settings.mate_share:
        genome, operator = toolbox.mutate(first.genome, rng=rng)
        return genome, (first.id,), operator
    second = toolbox.select(niches, rng=rng)
    child = toolbox.mate(first.genome, second.genome, rng=rng)
    genome, operator = toolbox.mutate(child, rng=rng)
    return genome, (first.id, second.id), f"mate+{operator}"


def _tournament(
    niches: Niches,
    rng: np.random.Generator,
    population: Sequence[Individual],
    share: float,
    size: int,
) -> Individual:
    """Tournament selection: a share in the whole population, else in a niche, all alike likely.

    DEAP's own tournament draws from the global generator, which a run must not touch.
    """
    is_open = share > 0 and rng.random() < share
    among = population if is_open else niches[int(rng.integers(len(niches)))]
    entrants = [among[int(index)] for index in rng.integers(len(among), size=size)]
    return max(entrants, key=lambda individual: (individual.rank_key, individual.id))
