"""The drum stage: patterns of strokes on the beat groups of any meter, and how they are played."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.context import Context
from genomes.drums import operators, similarity
from genomes.drums.genome import DrumGenome
from genomes.drums.keeping import keep
from genomes.drums.seeds import random_genome
from genomes.drums.templates import every_template, render_template, templates_for
from genomes.locks import Locks

__all__ = [
    "DRUMS",
    "DrumGenome",
    "DrumGenomes",
    "every_template",
    "render_template",
    "templates_for",
]


class DrumGenomes:
    """How the drum stage makes genomes; see ``genomes.base.StageGenomes``."""

    operators_version = "1"
    renderer_version = "1"

    def random(self, context: Context, rng: np.random.Generator) -> tuple[DrumGenome, str]:
        """A first genome and its source."""
        return random_genome(context, rng)

    def mutate(
        self, genome: DrumGenome, context: Context, rng: np.random.Generator
    ) -> tuple[DrumGenome, str]:
        """A changed copy and the operator's name."""
        return operators.mutate(genome, context, rng)

    def mate(
        self, first: DrumGenome, second: DrumGenome, context: Context, rng: np.random.Generator
    ) -> DrumGenome:
        """A child that takes whole bars from either parent."""
        return operators.mate(first, second, context, rng)

    def keep(
        self, genome: DrumGenome, source: DrumGenome, locks: Locks, context: Context
    ) -> DrumGenome:
        """A copy that keeps what is locked; see ``keeping``."""
        return keep(genome, source, locks, context)

    def from_payload(self, payload: dict[str, Any]) -> DrumGenome:
        """The genome that a payload stands for."""
        return DrumGenome.from_payload(payload)

    def distances(
        self, rows: Sequence[DrumGenome], columns: Sequence[DrumGenome]
    ) -> NDArray[np.float64]:
        """Distances of each row to each column."""
        return similarity.distances(rows, columns)


DRUMS = DrumGenomes()
