"""A score: named terms and a total, all finite, never a default for a failure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fitness.errors import ScoringFailed


@dataclass(frozen=True, slots=True)
class Score:
    """What the critics said of one part.

    Attributes:
        terms: by name, each in [0, 1]; ``theory.<rule>`` are what ``theory`` is the mean of.
        total: the weighted sum.
        passes: whether the model knows this as music; a part that doesn't pass never ranks above
            one that does.

    Raises:
        ScoringFailed: if a number is not finite.
    """

    terms: Mapping[str, float]
    total: float
    passes: bool = True

    def __post_init__(self) -> None:
        for name, value in (*self.terms.items(), ("total", self.total)):
            if not math.isfinite(value):
                raise ScoringFailed(f"{name} is {value}: expected a finite number")

    @property
    def rank_key(self) -> tuple[bool, float]:
        """Larger is better."""
        return self.passes, self.total
