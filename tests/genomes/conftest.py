"""Pools of progressions that many tests look at, made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pytest

from genomes.chords import CHORDS, ChordGenome
from genomes.context import Context, Section
from genomes.notes import Part
from tests.strategies import EVERY_KEY, ODD_METERS, SONG_METERS

POOL_SIZE = 1000
CONTEXTS = 125
EVOLVING_STEPS = 10


@dataclass(frozen=True)
class Made:
    """A progression, where it was made, and how it sounds."""

    genome: ChordGenome
    context: Context
    source: str

    @cached_property
    def part(self) -> Part:
        """The rendered progression."""
        return self.genome.render(self.context)


def spread_contexts(count: int, rng: np.random.Generator) -> list[Context]:
    """Contexts spread over all modes, spellings, meters and 1 to 16 bars."""
    keys = [EVERY_KEY[index] for index in rng.permutation(len(EVERY_KEY))]
    meters = (*SONG_METERS, *SONG_METERS, *ODD_METERS)
    return [
        Context(
            keys[index % len(keys)],
            meters[index % len(meters)],
            float(rng.uniform(50, 180)),
            Section("verse", 1 + index % 16),
        )
        for index in range(count)
    ]


@pytest.fixture(scope="session")
def random_pool() -> list[Made]:
    """1,000 first genomes, each in its own context."""
    rng = np.random.default_rng(1)
    made = []
    for context in spread_contexts(POOL_SIZE, rng):
        genome, source = CHORDS.random(context, rng)
        made.append(Made(genome, context, source))
    return made


@pytest.fixture(scope="session")
def evolved_pool() -> list[Made]:
    """1,000 genomes after at least 10 mutations or matings, eight to a context."""
    rng = np.random.default_rng(2)
    made: list[Made] = []
    for context in spread_contexts(CONTEXTS, rng):
        population = [CHORDS.random(context, rng)[0] for _ in range(POOL_SIZE // CONTEXTS)]
        for _ in range(EVOLVING_STEPS):
            population = [_step(genome, population, context, rng) for genome in population]
        made += [Made(genome, context, "evolved") for genome in population]
    return made


@pytest.fixture(scope="session")
def pool(random_pool: list[Made], evolved_pool: list[Made]) -> list[Made]:
    """Both."""
    return random_pool + evolved_pool


def _step(
    genome: ChordGenome,
    population: list[ChordGenome],
    context: Context,
    rng: np.random.Generator,
) -> ChordGenome:
    if rng.random() < 0.3:
        other = population[int(rng.integers(len(population)))]
        genome = CHORDS.mate(genome, other, context, rng)
    return CHORDS.mutate(genome, context, rng)[0]
