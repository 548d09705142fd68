"""Three searches for the best part of a stage, told by what each scored part added.

All are given the same genomes, operators, context and fitness, and each part is scored once: one
that was scored before has its score, and isn't counted. A search ends when it has found the target
or has spent what it may score.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from deap import algorithms, base, tools

from engine.evolution.breeding import Child, ask
from engine.evolution.settings import MAX_GENERATIONS
from engine.ids import candidate_id
from engine.runs.run import Run
from genomes import Part

Rank = tuple[bool, float]  # whether a part passes the gate, then its total

BLOCK = 250  # first genomes that are scored at once
MATE_SHARE = 0.15  # as the engine's
NOTHING: Rank = (False, -10.0)  # below every score: of a part that can't be heard


class Ended(Exception):
    """The target is found, or everything is spent."""


@dataclass(slots=True)
class Tally:
    """What a search has scored so far.

    Attributes:
        most: how many parts it may score.
        target: at which it ends; None to go on to the last.
        ranks: of all parts, in the order in which they were scored.
    """

    most: int
    target: Rank | None = None
    ranks: list[Rank] = field(default_factory=list)

    def add(self, ranks: Sequence[Rank]) -> None:
        """Count parts that were scored.

        Raises:
            Ended: if the target is among them, or no more may be scored.
        """
        self.ranks += ranks[: self.most - len(self.ranks)]
        if len(self.ranks) == self.most or self.evaluations is not None:
            raise Ended

    @property
    def evaluations(self) -> int | None:
        """How many parts were scored up to the first that reaches the target; None if none does."""
        if self.target is None:
            return None
        found = (number for number, rank in enumerate(self.ranks, 1) if rank >= self.target)
        return next(found, None)


Search = Callable[[Run, Tally], None]


def searched(search: Search, run: Run, tally: Tally) -> Tally:
    """What a search scored until it ended; ``run`` is before its first generation."""
    with suppress(Ended):
        search(run, tally)
    return tally


def random_search(run: Run, tally: Tally) -> None:
    """First genomes without end, drawn as a run draws its first pool."""
    seen: set[str] = set()
    for block in blocks(run):
        children = [child for child in block if child.id not in seen]
        seen |= {child.id for child in children}
        tally.add(_scored(run, [child.part for child in children]))


def blocks(run: Run) -> Iterator[list[Child]]:
    """First genomes of one run after another."""
    breeder = replace(run.breeder, settings=replace(run.settings, population=BLOCK))
    for number in range(1_000_000):
        yield ask(replace(breeder, seed=breeder.seed + 1_000_003 * number), [], (), 0)[0]


def _scored(run: Run, parts: Sequence[Part]) -> list[Rank]:
    return [score.rank_key for score in run.fitness.score(parts, run.context)]


def engine_search(run: Run, tally: Tally) -> None:
    """The engine's own generations, by the settings of the run."""
    while run.next_generation <= run.settings.generations:
        generation = run.evolve()
        run.pool.apply(*generation)
        tally.add([individual.score.rank_key for individual in generation.newcomers])


class RankedFitness(base.Fitness):  # type: ignore[misc]
    """A rank as DEAP's loops want it; the weights are 1, as values divided by them stay exact."""

    weights = (1.0, 1.0)


class Plain:
    """An individual as DEAP's loops want it."""

    def __init__(self, genome: Any) -> None:
        self.genome = genome
        self.fitness = RankedFitness()

    def clone(self) -> Plain:
        """Another one with the same genome and a fitness of its own."""
        other = Plain(self.genome)
        other.fitness = copy(self.fitness)
        return other


def plain_search(run: Run, tally: Tally) -> None:
    """DEAP's (mu + lambda) loop: the best stay, parents and operators are drawn alike.

    mu and lambda are the population of the run's settings.
    """
    breeder, rng = run.breeder, np.random.default_rng(run.started.seed)
    known: dict[str, Rank] = {}

    def scored(_evaluate: object, individuals: Sequence[Plain]) -> list[Rank]:
        parts = [breeder.genomes.render(each.genome, run.context) for each in individuals]
        names = [candidate_id(breeder.stage, run.context, breeder.lineage, p) for p in parts]
        new = {name: part for name, part in zip(names, parts, strict=True) if name not in known}
        heard = {name: part for name, part in new.items() if breeder.can_score(part)}
        known.update(dict.fromkeys(new, NOTHING))
        ranks = _scored(run, list(heard.values()))
        known.update(zip(heard, ranks, strict=True))
        tally.add(ranks)
        return [known[name] for name in names]

    def mutate(individual: Plain) -> tuple[Plain]:
        individual.genome, _ = breeder.genomes.mutate(individual.genome, run.context, rng)
        return (individual,)

    def mate(first: Plain, second: Plain) -> tuple[Plain, Plain]:
        first.genome = breeder.genomes.mate(first.genome, second.genome, run.context, rng)
        return first, second

    toolbox = base.Toolbox()
    toolbox.register("clone", Plain.clone)
    toolbox.register("map", scored)
    toolbox.register("evaluate", scored)
    toolbox.register("mutate", mutate)
    toolbox.register("mate", mate)
    toolbox.register("select", tools.selBest)
    random.seed(run.started.seed)  # DEAP's loop draws from the global generator
    size = run.settings.population
    first = [Plain(child.genome) for child in ask(breeder, [], (), 0)[0]]
    shares = (MATE_SHARE, 1 - MATE_SHARE)
    algorithms.eaMuPlusLambda(first, toolbox, size, size, *shares, MAX_GENERATIONS, verbose=False)
