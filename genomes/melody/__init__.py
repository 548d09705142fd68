"""The melody stage: phrases that a singer can sing, over the chords that sound."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.context import Context
from genomes.locks import Locks
from genomes.melody import operators, similarity
from genomes.melody.genome import MelodyGenome
from genomes.melody.keeping import keep
from genomes.melody.seeds import random_genome
from genomes.melody.singers import find_singer, known_singers, range_of

__all__ = ["MELODY", "MelodyGenome", "MelodyGenomes", "find_singer", "known_singers", "range_of"]


class MelodyGenomes:
    """How the melody stage makes genomes; see ``genomes.base.StageGenomes``."""

    operators_version = "2"
    renderer_version = "2"

    def random(self, context: Context, rng: np.random.Generator) -> tuple[MelodyGenome, str]:
        """A first genome and its source."""
        return random_genome(context, rng)

    def mutate(
        self, genome: MelodyGenome, context: Context, rng: np.random.Generator
    ) -> tuple[MelodyGenome, str]:
        """A changed copy and the operator's name."""
        return operators.mutate(genome, context, rng)

    def mate(
        self, first: MelodyGenome, second: MelodyGenome, context: Context, rng: np.random.Generator
    ) -> MelodyGenome:
        """A child that takes whole phrases from either parent."""
        return operators.mate(first, second, context, rng)

    def keep(
        self, genome: MelodyGenome, source: MelodyGenome, locks: Locks, context: Context
    ) -> MelodyGenome:
        """A copy that keeps what is locked; see ``keeping``."""
        return keep(genome, source, locks, context)

    def from_payload(self, payload: dict[str, Any]) -> MelodyGenome:
        """The genome that a payload stands for."""
        return MelodyGenome.from_payload(payload)

    def distances(
        self, rows: Sequence[MelodyGenome], columns: Sequence[MelodyGenome]
    ) -> NDArray[np.float64]:
        """Distances of each row to each column."""
        return similarity.distances(rows, columns)


MELODY = MelodyGenomes()
