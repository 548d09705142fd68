"""The pool: all individuals that a run has scored, and its present population."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from deap import base, tools

from fitness.total import Score
from genomes.stage import StageGenomes
from store.events import CurvePoint, GenerationScored, Offspring


class RankedFitness(base.Fitness):  # type: ignore[misc]
    """Whether a part passes the gate, then its total; DEAP compares them in that order.

    The weights are 1: DEAP hands back values divided by them, and ours must stay exact.
    """

    weights = (1.0, 1.0)


@dataclass(slots=True, eq=False)
class Individual:
    """A genome with the score that the log gives it.

    Attributes:
        id: its candidate id.
        genome: the genome.
        score: what the critics said.
        generation: when it was bred.
        fitness: the same score as DEAP compares it.
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


class Pool:
    """All individuals that a run has scored, and its present population.

    It is only ever changed by ``apply``, live as on replay.
    """

    def __init__(self, genomes: StageGenomes[Any]) -> None:
        """Start empty; ``genomes`` reads the stage's payloads."""
        self._genomes = genomes
        self.scored: dict[str, Individual] = {}
        self.population: list[Individual] = []
        self.generation: int | None = None
        self.logbook = tools.Logbook()

    def apply(self, event: GenerationScored, newcomers: Sequence[Individual] | None = None) -> None:
        """Take in one generation.

        Args:
            event: what the log says of it.
            newcomers: its individuals, where they were bred just now; else read from the event.
        """
        if newcomers is None:
            newcomers = [self._individual(each, event.generation) for each in event.offspring]
        self.scored |= {individual.id: individual for individual in newcomers}
        self.population = [self.scored[identifier] for identifier in event.population]
        self.generation = event.generation
        self.logbook.record(generation=event.generation, **STATISTICS.compile(self.population))

    @property
    def curve(self) -> list[CurvePoint]:
        """Best and median total of every generation's population."""
        return [CurvePoint(**record) for record in self.logbook]

    def apply_all(self, events: Iterable[GenerationScored]) -> None:
        """Take in several generations in order."""
        for event in events:
            self.apply(event)

    def first(self) -> list[Individual]:
        """The first pool, in the order it was bred."""
        return [individual for individual in self.scored.values() if individual.generation == 0]

    def _individual(self, offspring: Offspring, generation: int) -> Individual:
        genome = self._genomes.from_payload(offspring.genome)
        score = Score(offspring.terms, offspring.total, offspring.passes)
        return Individual(offspring.id, genome, score, generation)
