"""Locks: the bars, rhythm, pitches or voices of a source that stay while the rest evolves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from genomes.variation import Bars

B = TypeVar("B", bound=Bars)
T = TypeVar("T")


class Locks(msgspec.Struct, frozen=True):
    """Bars, rhythm or pitches, and voices, that evolution keeps.

    Attributes:
        bars: numbers of the bars whose notes stay, 0 the first, in order.
        rhythm: whether notes keep beginning when they do.
        pitch: whether the pitches stay, in their order; each stage's ``locks`` says how.
        voices: names of the drums that keep being struck when they are; of drums only.

    Raises:
        ValueError: if rhythm and pitch are both locked, which leaves nothing to evolve.
    """

    bars: tuple[int, ...] = ()
    rhythm: bool = False
    pitch: bool = False
    voices: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.rhythm and self.pitch:
            raise ValueError("rhythm and pitch are both locked: nothing is left to evolve")


def with_locked_bars(bars: Sequence[T], source: Sequence[T], locks: Locks) -> tuple[T, ...]:
    """Bars of a genome, the locked ones taken from its source."""
    return tuple(
        theirs if index in locks.bars else own
        for index, (own, theirs) in enumerate(zip(bars, source, strict=True))
    )


def changed_where_kept(start: B, bars: Sequence[Any], is_kept: Callable[[B], bool]) -> B:
    """A genome with some bars replaced, one after another, except where that breaks a lock.

    Args:
        start: the source, which keeps every lock.
        bars: the new bar for each of its bars.
        is_kept: whether a genome keeps every lock.
    """
    for index, bar in enumerate(bars):
        if bar != start.bars[index]:
            changed = start.with_bars((*start.bars[:index], bar, *start.bars[index + 1 :]))
            if is_kept(changed):
                start = changed
    return start
