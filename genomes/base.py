"""What every stage's genome promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from genomes.context import Context
from genomes.notes import Part

if TYPE_CHECKING:
    from genomes.locks import Locks


class Genome(Protocol):
    """A value that renders to a part; frozen, hashable, without files, models or databases."""

    def render(self, context: Context) -> Part:
        """The music, whole bars long. Depends on nothing but the genome and the context."""
        ...

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log; ``from_payload`` gives back an equal genome."""
        ...

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload; raises ValueError if it is none."""
        ...

    def distance(self, other: Self) -> float:
        """How different two genomes are as music, 0 to 1; transposing or re-voicing is nothing."""
        ...

    def describe(self, context: Context) -> dict[str, Any]:
        """What a person reads about it, as plain values."""
        ...


G = TypeVar("G")


class StageGenomes(Protocol[G]):
    """How a stage makes new genomes; all chance comes from the generator passed in.

    Every method returns genomes that are playable, in range and whole in every bar.
    """

    @property
    def operators_version(self) -> str:
        """Raised whenever the same generator state would give another genome."""
        ...

    @property
    def renderer_version(self) -> str:
        """Raised whenever the same genome would give another part."""
        ...

    def random(self, context: Context, rng: np.random.Generator) -> tuple[G, str]:
        """A first genome, and the name of the source it came from."""
        ...

    def mutate(self, genome: G, context: Context, rng: np.random.Generator) -> tuple[G, str]:
        """A changed copy, and the name of the operator that changed it."""
        ...

    def mate(self, first: G, second: G, context: Context, rng: np.random.Generator) -> G:
        """A child that takes whole bars from either parent."""
        ...

    def keep(self, genome: G, source: G, locks: Locks, context: Context) -> G:
        """A copy in which what is locked is as in the source.

        Genes of locked bars are the source's. A locked rhythm keeps every onset of the source
        outside them too, and a locked pitch its pitches in their order; what that means is each
        stage's to say.
        """
        ...

    def from_payload(self, payload: dict[str, Any]) -> G:
        """The genome that a payload stands for."""
        ...

    def distances(self, rows: Sequence[G], columns: Sequence[G]) -> NDArray[np.float64]:
        """Distances of each row to each column, shape ``(len(rows), len(columns))``."""
        ...
