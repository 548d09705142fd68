"""The pool: all individuals that a run has scored, and its current population."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import GenericAlias
from typing import Any

import numpy as np
from deap import tools

from engine.evolution.packing import Packer
from engine.evolution.watch import ELITE
from fitness.total import Score
from genomes.stage import StageGenomes
from store.events import CurvePoint, GenerationScored, Offspring

Content = tuple[Any, Score]


class Individual:
    """A genome with its score.

    Attributes:
        id: its candidate id.
        generation: the generation in which it was bred; 0 is the first pool.
        rank_key: of its score; larger is better.
    """

    __slots__ = ("_content", "_packer", "generation", "id", "rank_key")

    def __init__(self, identifier: str, genome: Any, score: Score, generation: int) -> None:
        """Take a scored genome."""
        self.id = identifier
        self.generation = generation
        self.rank_key = score.rank_key
        self._content: Content | bytes = (genome, score)
        self._packer: Packer[Content] | None = None

    @property
    def genome(self) -> Any:
        """The genome."""
        return self._unpacked()[0]

    @property
    def score(self) -> Score:
        """Its score."""
        return self._unpacked()[1]

    @property
    def passes(self) -> bool:
        """Whether its score passes the gate."""
        return self.rank_key[0]

    @property
    def total(self) -> float:
        """The total of its score."""
        return self.rank_key[1]

    def pack(self, packer: Packer[Content]) -> None:
        """Keep genome and score packed from now on: they are unpacked whenever they are read."""
        if not isinstance(self._content, bytes):
            self._content, self._packer = packer.packed(self._content), packer

    def _unpacked(self) -> Content:
        if isinstance(self._content, bytes):
            assert self._packer is not None  # noqa: S101 - where it was packed
            return self._packer.unpacked(self._content)
        return self._content


STATISTICS = tools.Statistics(key=lambda individual: individual.total)
STATISTICS.register("best", max)
STATISTICS.register("median", lambda totals: float(np.median(totals)))
STATISTICS.register("elite", lambda totals: float(np.mean(sorted(totals)[-ELITE:])))


class Pool:
    """All individuals that a run has scored, and its current population.

    Only ``apply`` changes it, both in a live run and when a run is rebuilt from the log.
    Individuals that leave the population are packed.

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
        self._packer: Packer[Content] = Packer(GenericAlias(tuple, (genomes.genome_type, Score)))

    def apply(self, event: GenerationScored, newcomers: Sequence[Individual] | None = None) -> None:
        """Add one generation.

        Args:
            event: the event of the generation.
            newcomers: its individuals, if they were just bred; else they are read from the event.
        """
        if newcomers is None:
            newcomers = [self._individual(each, event.generation) for each in event.offspring]
        self.scored |= {individual.id: individual for individual in newcomers}
        self.pack_all_but(event.population, newcomers)
        self.population = [self.scored[identifier] for identifier in event.population]
        self.generation = event.generation
        self.logbook.record(
            generation=event.generation,
            **STATISTICS.compile(self.population),
            judged=event.judged,
            reality=event.reality,
        )

    def pack_all_but(self, population: Iterable[str], newcomers: Iterable[Individual]) -> None:
        """Pack what the next population leaves out.

        Args:
            population: ids of the next population.
            newcomers: the individuals that were bred for it, in the pool or not.
        """
        stays = set(population)
        for individual in (*self.population, *newcomers):
            if individual.id not in stays:
                individual.pack(self._packer)

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
