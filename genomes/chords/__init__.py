"""The chord stage: progressions whose genes are function, rhythm, voicing and comping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.chords import operators, similarity
from genomes.chords.genome import ChordGenome
from genomes.chords.keeping import keep
from genomes.chords.seeds import random_genome
from genomes.context import Context
from genomes.locks import Locks

__all__ = ["CHORDS", "ChordGenome", "ChordGenomes"]


class ChordGenomes:
    """How the chord stage makes genomes; see ``genomes.base.StageGenomes``."""

    operators_version = "3"
    renderer_version = "1"

    def random(self, context: Context, rng: np.random.Generator) -> tuple[ChordGenome, str]:
        """A first genome and its source."""
        return random_genome(context, rng)

    def mutate(
        self, genome: ChordGenome, context: Context, rng: np.random.Generator
    ) -> tuple[ChordGenome, str]:
        """A changed copy and the operator's name."""
        return operators.mutate(genome, context, rng)

    def mate(
        self, first: ChordGenome, second: ChordGenome, context: Context, rng: np.random.Generator
    ) -> ChordGenome:
        """A child that takes whole bars from either parent."""
        return operators.mate(first, second, context, rng)

    def keep(
        self, genome: ChordGenome, source: ChordGenome, locks: Locks, context: Context
    ) -> ChordGenome:
        """A copy that keeps what is locked; see ``keeping``."""
        del context
        return keep(genome, source, locks)

    def from_payload(self, payload: dict[str, Any]) -> ChordGenome:
        """The genome that a payload stands for."""
        return ChordGenome.from_payload(payload)

    def distances(
        self, rows: Sequence[ChordGenome], columns: Sequence[ChordGenome]
    ) -> NDArray[np.float64]:
        """Distances of each row to each column."""
        return similarity.distances(rows, columns)


CHORDS = ChordGenomes()
