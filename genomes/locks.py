"""Locks: what of a source stays as it is while the rest evolves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from genomes.base import Genome, StageGenomes
from genomes.context import Context
from genomes.notes import Part
from genomes.splicing import spliced

G = TypeVar("G", bound=Genome)

# Share of first genomes that are varied from the source; the others are new around what is locked.
FROM_SOURCE_SHARE = 0.75
MOST_MUTATIONS = 4


@dataclass(frozen=True, slots=True)
class Locks:
    """What stays.

    Attributes:
        bars: numbers of the bars whose notes stay, 0 the first, in order.
        rhythm: whether notes keep beginning when they do.
        pitch: whether the pitches stay, in their order; see each stage's ``keep``.

    Raises:
        ValueError: if rhythm and pitch are both locked, which leaves nothing to evolve.
    """

    bars: tuple[int, ...] = ()
    rhythm: bool = False
    pitch: bool = False

    def __post_init__(self) -> None:
        if self.rhythm and self.pitch:
            raise ValueError("rhythm and pitch are both locked: nothing is left to evolve")

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log."""
        return {"bars": list(self.bars), "rhythm": self.rhythm, "pitch": self.pitch}


@dataclass(frozen=True, slots=True)
class LockedGenomes:
    """A stage's genomes, evolved from a source of which something stays.

    It is a ``StageGenomes`` itself: every genome it gives keeps what is locked.

    Attributes:
        genomes: the stage's own.
        source: the genome that it starts from.
        locks: what of it stays.
    """

    genomes: StageGenomes[Any]
    source: Any
    locks: Locks

    @property
    def operators_version(self) -> str:
        """The stage's."""
        return self.genomes.operators_version

    @property
    def renderer_version(self) -> str:
        """The stage's."""
        return self.genomes.renderer_version

    def random(self, context: Context, rng: np.random.Generator) -> tuple[Any, str]:
        """A variation of the source, or a new genome around what is locked."""
        if rng.random() < FROM_SOURCE_SHARE:
            return self._varied(context, rng), "source"
        genome, origin = self.genomes.random(context, rng)
        return self.keep(genome, self.source, self.locks, context), origin

    def _varied(self, context: Context, rng: np.random.Generator) -> Any:
        genome = self.source
        for _ in range(int(rng.integers(MOST_MUTATIONS + 1))):
            genome, _ = self.mutate(genome, context, rng)
        return genome

    def mutate(self, genome: Any, context: Context, rng: np.random.Generator) -> tuple[Any, str]:
        """A changed copy in which the locked stays."""
        changed, operator = self.genomes.mutate(genome, context, rng)
        return self.keep(changed, self.source, self.locks, context), operator

    def mate(self, first: Any, second: Any, context: Context, rng: np.random.Generator) -> Any:
        """A child in which the locked stays."""
        child = self.genomes.mate(first, second, context, rng)
        return self.keep(child, self.source, self.locks, context)

    def keep(self, genome: Any, source: Any, locks: Locks, context: Context) -> Any:
        """As the stage keeps it."""
        return self.genomes.keep(genome, source, locks, context)

    def from_payload(self, payload: dict[str, Any]) -> Any:
        """The genome that a payload stands for."""
        return self.genomes.from_payload(payload)

    def distances(self, rows: Sequence[Any], columns: Sequence[Any]) -> NDArray[np.float64]:
        """As the stage measures them."""
        return self.genomes.distances(rows, columns)


def rendered(genome: Genome, context: Context) -> Part:
    """The part of a genome in its context, with the locked bars' notes as they were."""
    part = genome.render(context)
    if context.kept is None:
        return part
    return spliced(part, context.kept.part, context.kept.bars, context.meter.bar_ticks)
