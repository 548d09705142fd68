"""Variation: drawing from tables, and the operators that all genomes made of bars share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self, TypeVar

import numpy as np

from genomes.context import Context

T = TypeVar("T")

# How far a section's energy leans: at 0 or 1 the likely end is e³ times as likely as the other.
LEAN = 1.5

# Lengths of the phrases that are repeated.
PHRASE_BARS = (2, 4, 8)


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


class Bars(Protocol):
    """A genome made of bars."""

    @property
    def bars(self) -> tuple[Any, ...]:
        """One entry per bar of the section."""
        ...

    def with_bars(self, bars: Sequence[Any]) -> Self:
        """A copy with other bars, as many; the genome itself where they can't be played."""
        ...

    def repeated(self, source: int, target: int) -> Any:
        """What one bar becomes where another is heard again in its place."""
        ...


B = TypeVar("B", bound=Bars)


def swap_bars(genome: B, context: Context, rng: np.random.Generator) -> B:  # noqa: ARG001
    """Two whole bars change places."""
    first, second = rng.integers(len(genome.bars), size=2).tolist()
    bars = list(genome.bars)
    bars[first], bars[second] = bars[second], bars[first]
    return genome.with_bars(bars)


def repeat_bar(genome: B, context: Context, rng: np.random.Generator) -> B:  # noqa: ARG001
    """One bar heard again in the place of another."""
    source, target = rng.integers(len(genome.bars), size=2).tolist()
    bars = list(genome.bars)
    bars[target] = genome.repeated(source, target)
    return genome.with_bars(bars)


def repeat_phrase(genome: B, context: Context, rng: np.random.Generator) -> B:  # noqa: ARG001
    """A phrase of a few bars heard again right after itself, as far as there is room."""
    count, length = len(genome.bars), pick(rng, PHRASE_BARS)
    if count <= length:
        return genome
    start = length * int(rng.integers((count - 1) // length))
    bars = list(genome.bars)
    for target in range(start + length, min(count, start + 2 * length)):
        bars[target] = genome.repeated(target - length, target)
    return genome.with_bars(bars)


def draw_stretch(bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """A stretch of some bars, as the first and the one after the last; it may be empty."""
    start, end = sorted(rng.integers(bars + 1, size=2).tolist())
    return start, end


def crossed(first: Sequence[T], second: Sequence[T], stretch: tuple[int, int]) -> tuple[T, ...]:
    """The bars of one parent, with those of a stretch from the other."""
    start, end = stretch
    return (*first[:start], *second[start:end], *first[end:])
