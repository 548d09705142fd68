"""Metrical positions: cells of a bar by their role in any meter, and Euclidean rhythms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from genomes.grid import TRIPLET, cells, in_quarters
from genomes.time import TICKS_PER_QUARTER, Meter

Positions = tuple[int, ...]  # cells of a bar, in order

STRONG_WEIGHT = 0.5  # from here on a beat group carries an accent
SHORT_SPAN = 3  # groups after one accent that have one backbeat, on the last of them


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a bar that positions are derived from.

    Attributes:
        groups: the cells of each beat group.
        accents: metrical weight of each group.
        pulses: eighths, or the meter's unit where it is shorter; on triplets, the first and
            the last of each three.
    """

    groups: tuple[Positions, ...]
    accents: tuple[float, ...]
    pulses: Positions

    @property
    def count(self) -> int:
        """Cells of the bar."""
        return self.groups[-1][-1] + 1

    @property
    def starts(self) -> Positions:
        """The first cell of each group."""
        return tuple(group[0] for group in self.groups)


@cache
def layout(meter: Meter, division: str) -> Layout:
    """How the cells of a bar are laid out."""
    grid = cells(meter, division)
    groups = tuple(
        tuple(index for index, cell in enumerate(grid) if cell.group == group)
        for group in range(len(meter.groups))
    )
    if division == TRIPLET and in_quarters(meter):
        late = TICKS_PER_QUARTER * 2 // 3
        on_beat = {0, late}
        pulses = [i for i, c in enumerate(grid) if c.onset_ticks % TICKS_PER_QUARTER in on_beat]
    else:
        pulses = [index for index, cell in enumerate(grid) if cell.weight > 0]
    return Layout(groups, meter.accents, tuple(pulses))


def _accented(bar: Layout) -> Positions:
    starts = zip(bar.starts, bar.accents, strict=True)
    return tuple(start for start, accent in starts if accent >= STRONG_WEIGHT)


def _strong(bar: Layout) -> Positions:
    """Where low drums mark the meter: accented groups, and the second of three unequal ones."""
    unequal = len(bar.groups) == 3 and len(set(map(len, bar.groups))) > 1
    return bar.starts[:2] if unequal else _accented(bar)


def _spans(bar: Layout) -> list[list[int]]:
    """Indices of the groups from each accent to the next; up to three groups are one span."""
    every = list(range(len(bar.groups)))
    if len(every) <= SHORT_SPAN:
        return [every]
    edges = [i for i in every if bar.accents[i] >= STRONG_WEIGHT] + [len(every)]
    return [every[start:end] for start, end in pairwise(edges)]


def _back(bar: Layout) -> Positions:
    """The backbeat: the last group of each short span, every second group of a long one."""
    if len(bar.groups) == 1:
        return _middle(bar)
    found: list[int] = []
    for span in _spans(bar):
        found += span[1::2] if len(span) > SHORT_SPAN else span[1:][-1:]
    return tuple(bar.groups[index][0] for index in found)


def _half(bar: Layout) -> Positions:
    """The backbeat in half time: the second accent, or else the last group."""
    return _accented(bar)[1:2] or bar.starts[1:][-1:] or _middle(bar)


def _middle(bar: Layout) -> Positions:
    later = [pulse for pulse in bar.pulses if pulse]
    return tuple(sorted(later, key=lambda pulse: abs(2 * pulse - bar.count))[:1])


def _last_of_groups(bar: Layout, starts: Iterable[int]) -> Positions:
    """The last pulse (or else cell) of the groups in which some cells lie."""
    wanted = set(starts)
    found: list[int] = []
    for group in bar.groups:
        if wanted & set(group):
            later = [cell for cell in group if cell in bar.pulses][1:] or group[1:]
            found += later[-1:]
    return tuple(found)


ROLES: dict[str, Callable[[Layout], Positions]] = {
    "downbeat": lambda bar: bar.starts[:1],
    "beats": lambda bar: bar.starts,
    "strong": _strong,
    "weak": lambda bar: tuple(start for start in bar.starts if start not in _strong(bar)),
    "back": _back,
    "half": _half,
    "pulses": lambda bar: bar.pulses,
    "between": lambda bar: tuple(pulse for pulse in bar.pulses if pulse not in bar.starts),
    "cells": lambda bar: tuple(range(bar.count)),
    "threes": lambda bar: tuple(range(0, bar.count, 3)),
    "pulse_threes": lambda bar: bar.pulses[::3],
    "second_pulses": lambda bar: bar.pulses[::2],
    "end": lambda bar: _last_of_groups(bar, bar.groups[-1]),
}
# How one role is found from another: the cell before or after, or the end of its beat group.
FROM_ROLES: dict[str, Callable[[Layout, Positions], Positions]] = {
    "before": lambda bar, base: tuple(sorted({(cell - 1) % bar.count for cell in base})),
    "after": lambda bar, base: tuple(sorted({(cell + 1) % bar.count for cell in base})),
    "off": _last_of_groups,
}


@cache
def positions(role: str, meter: Meter, division: str) -> Positions:
    """The cells of a role such as ``back``, or ``before_back``; a role may be empty.

    Raises:
        KeyError: for a role that no table names.
    """
    bar = layout(meter, division)
    if role in ROLES:
        return ROLES[role](bar)
    how, _, other = role.partition("_")
    return FROM_ROLES[how](bar, positions(other, meter, division))


@cache
def euclidean(strokes: int, count: int, rotation: int = 0) -> tuple[int, ...]:
    """The struck cells of a Euclidean rhythm, the first at 0 unless rotated.

    As Bjorklund's algorithm spreads them (Toussaint, "The Euclidean Algorithm Generates
    Traditional Musical Rhythms", 2005): (3, 8) is the tresillo 0 3 6.

    Args:
        strokes: 0 to ``count``.
        count: cells of the rhythm, at least 1.
        rotation: cells that the rhythm is moved later by.
    """
    found = [i for i, is_struck in enumerate(_bjorklund(strokes, count)) if is_struck]
    return tuple(sorted((cell + rotation) % count for cell in found))


def _bjorklund(strokes: int, count: int) -> list[int]:
    heads, tails = [[1] for _ in range(strokes)], [[0] for _ in range(count - strokes)]
    while len(tails) > 1 and heads:
        pairs = min(len(heads), len(tails))
        joined = [a + b for a, b in zip(heads, tails, strict=False)]
        heads, tails = joined, heads[pairs:] or tails[pairs:]
    return [cell for row in (*heads, *tails) for cell in row]
