"""The grid of a staff: where notes may be written, beat by beat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genomes.grid import EIGHTH_TICKS
from genomes.time import TICKS_PER_QUARTER, Meter

# Steps that a beat may be divided into, and by how many ticks an onset must lie nearer, on average,
# for a step to be preferred to sixteenths: the plain ones first.
STEP_COSTS_TICKS = {120: 0, 160: 10, 60: 15, 80: 15}
TRIPLET_STEPS_TICKS = (160, 80)

# Three of these make a tuplet: no note is written across its ends.
TUPLET_NOTES = 3


@dataclass(frozen=True, slots=True)
class Grid:
    """Where notes of one staff may begin and end.

    Attributes:
        lines: every such tick in order, the last the end of the score.
        beats: the ticks at which beats begin, and the end.
        tuplet_edges: where tuplets begin and end.
    """

    lines: NDArray[np.int64]
    beats: NDArray[np.int64]
    tuplet_edges: frozenset[int]

    def nearest(self, ticks: ArrayLike) -> NDArray[np.int64]:
        """The line nearest to each tick, the earlier of two."""
        position = np.asarray(ticks, dtype=np.int64)
        places = np.clip(np.searchsorted(self.lines, position), 1, len(self.lines) - 1)
        before, after = self.lines[places - 1], self.lines[places]
        is_nearer_before = position - before <= after - position
        return np.asarray(np.where(is_nearer_before, before, after), dtype=np.int64)

    def onsets(self, ticks: ArrayLike) -> NDArray[np.int64]:
        """The line where each note begins: one with room after it."""
        return np.asarray(np.minimum(self.nearest(ticks), self.lines[-2]))

    def next_line(self, line: int) -> int:
        """The line after this one."""
        return int(self.lines[np.searchsorted(self.lines, line, side="right")])

    def next_beat(self, line: int) -> int:
        """Where the beat that this line lies in ends."""
        return int(self.beats[np.searchsorted(self.beats, line, side="right")])


def grid_of(onsets_ticks: ArrayLike, meter: Meter, bars: int) -> Grid:
    """Divide every beat as the notes that begin in it have it."""
    onsets = np.unique(np.asarray(onsets_ticks, dtype=np.int64))
    lines: list[int] = []
    beats: list[int] = []
    tuplet_edges: set[int] = set()
    for start, end in _beats(meter, bars):
        inside = onsets[np.searchsorted(onsets, start) : np.searchsorted(onsets, end)]
        step = _best_step(inside - start, end - start)
        lines.extend(range(start, end, step))
        beats.append(start)
        if step in TRIPLET_STEPS_TICKS:
            tuplet_edges.update(range(start, end + 1, TUPLET_NOTES * step))
    length_ticks = bars * meter.bar_ticks
    return Grid(
        np.array([*lines, length_ticks]), np.array([*beats, length_ticks]), frozenset(tuplet_edges)
    )


def _beats(meter: Meter, bars: int) -> Iterator[tuple[int, int]]:
    """Beginning and end of every beat of the score."""
    for bar in range(bars):
        for start, end in pairwise(_beat_edges(meter)):
            yield bar * meter.bar_ticks + start, bar * meter.bar_ticks + end


@cache
def _beat_edges(meter: Meter) -> tuple[int, ...]:
    """Quarters where a beat group holds whole ones, else eighths and what is left of them."""
    edges: list[int] = []
    for start, end in pairwise((*meter.group_onsets_ticks, meter.bar_ticks)):
        whole = (end - start) % TICKS_PER_QUARTER == 0
        edges.extend(range(start, end, TICKS_PER_QUARTER if whole else EIGHTH_TICKS))
    return (*edges, meter.bar_ticks)


def _best_step(offsets: NDArray[np.int64], beat_ticks: int) -> int:
    """The step whose lines lie nearest to the onsets of one beat."""
    fitting = [step for step in STEP_COSTS_TICKS if beat_ticks % step == 0]
    if not len(offsets):
        return fitting[0]
    return min(fitting, key=lambda step: _distance(offsets, step) + STEP_COSTS_TICKS[step])


def _distance(offsets: NDArray[np.int64], step: int) -> float:
    past = offsets % step
    return float(np.minimum(past, step - past).mean())
