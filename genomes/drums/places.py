"""Places of a bar by what they mean, so that one pattern can be told for every meter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from genomes.grid import TRIPLET, cells, in_quarters
from genomes.time import TICKS_PER_QUARTER, Meter

Places = tuple[int, ...]  # cells of a bar, in order

STRONG_WEIGHT = 0.5  # from here on a beat group carries an accent
SHORT_SPAN = 3  # groups that one accent holds together, with one answer at their end


@dataclass(frozen=True, slots=True)
class Layout:
    """What the places of a bar are found by.

    Attributes:
        groups: the cells of each beat group.
        accents: metrical weight of each group.
        pulses: eighths, or the meter's unit where it is shorter; on triplets, the first and
            the last of each three.
    """

    groups: tuple[Places, ...]
    accents: tuple[float, ...]
    pulses: Places

    @property
    def count(self) -> int:
        """Cells of the bar."""
        return self.groups[-1][-1] + 1

    @property
    def starts(self) -> Places:
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


def _accented(bar: Layout) -> Places:
    starts = zip(bar.starts, bar.accents, strict=True)
    return tuple(start for start, accent in starts if accent >= STRONG_WEIGHT)


def _strong(bar: Layout) -> Places:
    """Where the ground is struck: accented groups, and the second of three unequal ones."""
    unequal = len(bar.groups) == 3 and len(set(map(len, bar.groups))) > 1
    return bar.starts[:2] if unequal else _accented(bar)


def _spans(bar: Layout) -> list[list[int]]:
    """Indices of the groups from each accent to the next; up to three groups are one span."""
    every = list(range(len(bar.groups)))
    if len(every) <= SHORT_SPAN:
        return [every]
    edges = [i for i in every if bar.accents[i] >= STRONG_WEIGHT] + [len(every)]
    return [every[start:end] for start, end in pairwise(edges)]


def _back(bar: Layout) -> Places:
    """Where a backbeat answers: the end of each short span, every second group of a long one."""
    if len(bar.groups) == 1:
        return _middle(bar)
    found: list[int] = []
    for span in _spans(bar):
        found += span[1::2] if len(span) > SHORT_SPAN else span[1:][-1:]
    return tuple(bar.groups[index][0] for index in found)


def _half(bar: Layout) -> Places:
    """The one answer of a bar in half time: its second accent, or else its last group."""
    return _accented(bar)[1:2] or bar.starts[1:][-1:] or _middle(bar)


def _middle(bar: Layout) -> Places:
    later = [pulse for pulse in bar.pulses if pulse]
    return tuple(sorted(later, key=lambda pulse: abs(2 * pulse - bar.count))[:1])


def _last_of_groups(bar: Layout, starts: Iterable[int]) -> Places:
    """The last pulse (or else cell) of the groups in which some cells lie."""
    wanted = set(starts)
    found: list[int] = []
    for group in bar.groups:
        if wanted & set(group):
            later = [cell for cell in group if cell in bar.pulses][1:] or group[1:]
            found += later[-1:]
    return tuple(found)


ROLES: dict[str, Callable[[Layout], Places]] = {
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
FROM_ROLES: dict[str, Callable[[Layout, Places], Places]] = {
    "before": lambda bar, there: tuple(sorted({(cell - 1) % bar.count for cell in there})),
    "after": lambda bar, there: tuple(sorted({(cell + 1) % bar.count for cell in there})),
    "off": _last_of_groups,
}


@cache
def places(role: str, meter: Meter, division: str) -> Places:
    """The cells of a role such as ``back``, or ``before_back``; a role may be empty.

    Raises:
        KeyError: for a role that no table names.
    """
    bar = layout(meter, division)
    if role in ROLES:
        return ROLES[role](bar)
    how, _, other = role.partition("_")
    return FROM_ROLES[how](bar, places(other, meter, division))
