"""Drawing from tables, by a generator that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def draw(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float]) -> T:
    """One option, by weight; weights sum to 1."""
    return options[int(rng.choice(len(options), p=weights))]


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One option, all equally likely."""
    return options[int(rng.integers(len(options)))]
