"""Variation: drawing from tables, and the operators that all genomes made of bars share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Protocol, Self, TypeVar

import numpy as np

from genomes.context import Context

T = TypeVar("T")

# Log weight of the favoured end at energy 0 or 1: that end is e³ times as likely as the other.
MAX_LOG_WEIGHT = 1.5

# How often the returns of a bar change with it, and the distance at which bars come round.
TOGETHER_SHARE = 0.8
LOOP_BARS = 4

# Lengths of the phrases that are repeated.
PHRASE_BARS = (2, 4, 8)


def draw(rng: np.random.Generator, options: Sequence[T], weights: Sequence[float]) -> T:
    """One option, by weight; weights sum to 1."""
    return options[int(rng.choice(len(options), p=weights))]


def pick(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One option, all equally likely."""
    return options[int(rng.integers(len(options)))]


def draw_by_energy(rng: np.random.Generator, options: Sequence[T], energy: float) -> T:
    """One of ordered options; a high energy favours the last ones, a low energy the first.

    Args:
        rng: the source of chance.
        options: from the calmest to the fullest.
        energy: 0 favours the calm options, 1 the full ones; at 0.5 all are equally likely.
    """
    weights = np.exp(MAX_LOG_WEIGHT * (2 * energy - 1) * np.linspace(-1, 1, len(options)))
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
        """The bar that replaces the target bar when the source bar is repeated there."""
        ...


B = TypeVar("B", bound=Bars)


def swap_bars(genome: B, context: Context, rng: np.random.Generator) -> B:  # noqa: ARG001
    """Two bars are exchanged."""
    first, second = rng.integers(len(genome.bars), size=2).tolist()
    bars = list(genome.bars)
    bars[first], bars[second] = bars[second], bars[first]
    return genome.with_bars(bars)


def repeat_bar(genome: B, context: Context, rng: np.random.Generator) -> B:  # noqa: ARG001
    """One bar replaces another."""
    source, target = rng.integers(len(genome.bars), size=2).tolist()
    bars = list(genome.bars)
    bars[target] = genome.repeated(source, target)
    return genome.with_bars(bars)


def repeat_phrase(genome: B, context: Context, rng: np.random.Generator) -> B:  # noqa: ARG001
    """A phrase of a few bars is repeated right after itself, as far as there is room."""
    count, length = len(genome.bars), pick(rng, PHRASE_BARS)
    if count <= length:
        return genome
    start = length * int(rng.integers((count - 1) // length))
    bars = list(genome.bars)
    for target in range(start + length, min(count, start + 2 * length)):
        bars[target] = genome.repeated(target - length, target)
    return genome.with_bars(bars)


def with_returns(operator: Callable[[B, Context, np.random.Generator], B]) -> Callable[..., B]:
    """The operator, after which bars that came round mostly still do.

    What changes in a bar mostly changes in the equal bars a whole number of four-bar phrases away.
    """

    @wraps(operator)
    def wrapped(genome: B, context: Context, rng: np.random.Generator) -> B:
        changed = operator(genome, context, rng)
        if changed == genome or rng.random() >= TOGETHER_SHARE:
            return changed
        bars = list(changed.bars)
        for index, (old, new) in enumerate(zip(genome.bars, changed.bars, strict=True)):
            if new != old:
                for other in range(index % LOOP_BARS, len(bars), LOOP_BARS):
                    if genome.bars[other] == old and changed.bars[other] == old:
                        bars[other] = new
        return changed.with_bars(bars)

    return wrapped


def draw_stretch(bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """A stretch of some bars, as the first and the one after the last; it may be empty."""
    start, end = sorted(rng.integers(bars + 1, size=2).tolist())
    return start, end


def crossed(first: Sequence[T], second: Sequence[T], stretch: tuple[int, int]) -> tuple[T, ...]:
    """The bars of one parent, with those of a stretch from the other."""
    start, end = stretch
    return (*first[:start], *second[start:end], *first[end:])
