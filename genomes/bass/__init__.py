"""The bass stage: lines whose genes are rhythm, tones of the chords, and touch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.bass import operators, similarity
from genomes.bass.genome import BassGenome
from genomes.bass.keeping import keep
from genomes.bass.seeds import random_genome
from genomes.context import Context
from genomes.locks import Locks

__all__ = ["BASS", "BassGenome", "BassGenomes"]


class BassGenomes:
    """How the bass stage makes genomes; see ``genomes.base.StageGenomes``.

    Every context needs approved chords; approved drums are followed where there are any.
    """

    operators_version = "2"
    renderer_version = "1"

    def random(self, context: Context, rng: np.random.Generator) -> tuple[BassGenome, str]:
        """A first genome and its source."""
        return random_genome(context, rng)

    def mutate(
        self, genome: BassGenome, context: Context, rng: np.random.Generator
    ) -> tuple[BassGenome, str]:
        """A changed copy and the operator's name."""
        return operators.mutate(genome, context, rng)

    def mate(
        self, first: BassGenome, second: BassGenome, context: Context, rng: np.random.Generator
    ) -> BassGenome:
        """A child that takes whole bars from either parent."""
        del context
        return operators.mate(first, second, rng)

    def keep(
        self, genome: BassGenome, source: BassGenome, locks: Locks, context: Context
    ) -> BassGenome:
        """A copy that keeps what is locked; see ``keeping``."""
        return keep(genome, source, locks, context)

    def from_payload(self, payload: dict[str, Any]) -> BassGenome:
        """The genome that a payload stands for."""
        return BassGenome.from_payload(payload)

    def distances(
        self, rows: Sequence[BassGenome], columns: Sequence[BassGenome]
    ) -> NDArray[np.float64]:
        """Distances of each row to each column."""
        return similarity.distances(rows, columns)


BASS = BassGenomes()
