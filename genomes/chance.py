"""Drawing from tables, by a generator that is handed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")

# How far a section's energy leans: at 0 or 1 the likely end is e³ times as likely as the other.
LEAN = 1.5


def draw(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float]) -> T:
    """One option, by weight; weights sum to 1."""
    return options[int(rng.choice(len(options), p=weights))]


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One option, all equally likely."""
    return options[int(rng.integers(len(options)))]


def lean(rng: np.random.Generator, options: Sequence[T], energy: float) -> T:
    """One of ordered options, as a section's energy leans.

    Args:
        rng: the source of chance.
        options: from the most still to the fullest.
        energy: 0 (the still ones are likely) to 1 (the full ones); at 0.5 all equally.
    """
    weights = np.exp(LEAN * (2 * energy - 1) * np.linspace(-1, 1, len(options)))
    return options[int(rng.choice(len(options), p=weights / weights.sum()))]
