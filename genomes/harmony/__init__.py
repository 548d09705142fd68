"""The harmony stage: pads, counter-lines and doublings around an approved melody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genomes.context import Context
from genomes.harmony import operators, similarity
from genomes.harmony.genome import HarmonyGenome
from genomes.harmony.keeping import keep
from genomes.harmony.seeds import random_genome
from genomes.locks import Locks

__all__ = ["HARMONY", "HarmonyGenome", "HarmonyGenomes"]


class HarmonyGenomes:
    """How the harmony stage makes genomes; see ``genomes.base.StageGenomes``."""

    operators_version = "2"
    renderer_version = "1"

    def random(self, context: Context, rng: np.random.Generator) -> tuple[HarmonyGenome, str]:
        """A first genome and its source."""
        return random_genome(context, rng)

    def mutate(
        self, genome: HarmonyGenome, context: Context, rng: np.random.Generator
    ) -> tuple[HarmonyGenome, str]:
        """A changed copy and the operator's name."""
        return operators.mutate(genome, context, rng)

    def mate(
        self,
        first: HarmonyGenome,
        second: HarmonyGenome,
        context: Context,
        rng: np.random.Generator,
    ) -> HarmonyGenome:
        """A child that takes whole bars from either parent."""
        return operators.mate(first, second, context, rng)

    def keep(
        self, genome: HarmonyGenome, source: HarmonyGenome, locks: Locks, context: Context
    ) -> HarmonyGenome:
        """A copy that keeps what is locked; see ``keeping``."""
        return keep(genome, source, locks, context)

    def from_payload(self, payload: dict[str, Any]) -> HarmonyGenome:
        """The genome that a payload stands for."""
        return HarmonyGenome.from_payload(payload)

    def distances(
        self, rows: Sequence[HarmonyGenome], columns: Sequence[HarmonyGenome]
    ) -> NDArray[np.float64]:
        """Distances of each row to each column."""
        return similarity.distances(rows, columns)


HARMONY = HarmonyGenomes()
