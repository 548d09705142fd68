"""The pool: all individuals that a run has scored, and its current population."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from deap import base, tools

from engine.evolution.watch import ELITE
from fitness.total import Score
from genomes.stage import StageGenomes
from store.events import CurvePoint, GenerationScored, Offspring


class RankedFitness(base.Fitness):  # type: ignore[misc]
    """DEAP fitness of two values: whether a part passes the gate, then its total.

    The weights are 1, because DEAP returns values divided by them and they must stay exact.
    """

    weights = (1.0, 1.0)


@dataclass(slots=True, eq=False)
class Individual:
    """A genome with its score.

    Attributes:
        id: its candidate id.
        genome: the genome.
        score: its score.
        generation: the generation in which it was bred; 0 is the first pool.
        fitness: the score in the form that DEAP compares.
    """

    id: str
    genome: Any
    score: Score
    generation: int
    fitness: RankedFitness = field(init=False)

    def __post_init__(self) -> None:
        self.fitness = RankedFitness(tuple(map(float, self.score.rank_key)))


STATISTICS = tools.Statistics(key=lambda individual: individual.score.total)
STATISTICS.register("best", max)
STATISTICS.register("median", lambda totals: float(np.median(totals)))
STATISTICS.register("elite", lambda totals: float(np.mean(sorted(totals)[-ELITE:])))


class Pool:
    """All individuals that a run has scored, and its current population.

    Only ``apply`` changes it, both in a live run and when a run is rebuilt from the log.

    Attributes:
        scored: all individuals by id, in the order in which they were bred.
        population: the current population, leaders first.
        generation: the last applied generation; None before the first pool.
        logbook: totals of the population after each generation, and what the judge says of it.
    """

    def __init__(self, genomes: StageGenomes[Any]) -> None:
        """Create an empty pool; ``genomes`` reads the genomes in events."""
        self._genomes = genomes
        self.scored: dict[str, Individual] = {}
        self.population: list[Individual] = []
        self.generation: int | None = None
        self.logbook = tools.Logbook()

    def apply(self, event: GenerationScored, newcomers: Sequence[Individual] | None = None) -> None:
        """Add one generation.

        Args:
            event: the event of the generation.
            newcomers: its individuals, if they were just bred; else they are read from the event.
        """
        if newcomers is None:
            newcomers = [self._individual(each, event.generation) for each in event.offspring]
        self.scored |= {individual.id: individual for individual in newcomers}
        self.population = [self.scored[identifier] for identifier in event.population]
        self.generation = event.generation
        self.logbook.record(
            generation=event.generation,
            **STATISTICS.compile(self.population),
            judged=event.judged,
            reality=event.reality,
        )

    @property
    def curve(self) -> list[CurvePoint]:
        """Totals of every generation's population, and what the judge says of it."""
        return [CurvePoint(**record) for record in self.logbook]

    def apply_all(self, events: Iterable[GenerationScored]) -> None:
        """Add several generations, in order."""
        for event in events:
            self.apply(event)

    def first(self) -> list[Individual]:
        """The individuals of the first pool, in the order in which they were bred."""
        return [individual for individual in self.scored.values() if individual.generation == 0]

    def _individual(self, offspring: Offspring, generation: int) -> Individual:
        genome = self._genomes.from_payload(offspring.genome)
        score = Score(offspring.terms, offspring.total, offspring.passes)
        return Individual(offspring.id, genome, score, generation)
