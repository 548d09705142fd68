"""A part as the plain features read it, and the few statistics they share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fitness.sweep import Booleans, Integers, Sweep, distinct
from genomes.notes import Notes, Part
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

CELL_TICKS = TICKS_PER_QUARTER // 4  # a sixteenth: the grid of onset patterns


@dataclass(frozen=True, eq=False)
class View:
    """A part, its meter and its tempo, with what several features need worked out once.

    Attributes:
        part: the music.
        meter: bars and beat groups.
        tempo_map: only for what is measured in seconds.
    """

    part: Part
    meter: Meter
    tempo_map: TempoMap

    @cached_property
    def sweep(self) -> Sweep:
        """What sounds when, drums left out."""
        return Sweep.of(self.part)

    @cached_property
    def pitched(self) -> Notes:
        """The notes that are no drums."""
        return np.asarray(self.part.notes[~self.part.notes["is_drum"]])

    @cached_property
    def pitches(self) -> Integers:
        """``(n,)`` MIDI pitch of each pitched note."""
        return self.pitched["pitch"].astype(np.int64)

    @cached_property
    def onsets_ticks(self) -> Integers:
        """Distinct onset times of all notes, in order."""
        return distinct(self.part.notes["onset_ticks"].astype(np.int64))

    @cached_property
    def bars(self) -> int:
        """How many bars the part lasts, at least 1."""
        return max(1, -(-self.part.length_ticks // self.meter.bar_ticks))

    @cached_property
    def onset_grid(self) -> Booleans:
        """``(bars, cells)`` whether anything begins nearest to a sixteenth of a bar."""
        bar_ticks = self.meter.bar_ticks
        grid = np.zeros((self.bars, -(-bar_ticks // CELL_TICKS)), dtype=np.bool_)
        nearest = self.onsets_ticks + CELL_TICKS // 2
        bars = np.minimum(nearest // bar_ticks, self.bars - 1)
        grid[bars, nearest % bar_ticks // CELL_TICKS] = True
        return grid

    @cached_property
    def sounding_ticks(self) -> Integers:
        """How long each slice of the sweep sounds: its length, or 0 for silence."""
        return self.sweep.length_ticks * (self.sweep.polyphony > 0)

    @cached_property
    def top_moves(self) -> Integers:
        """Semitones between successive notes of the top line, repeats left out."""
        return moves(self.sweep.top_line)

    @cached_property
    def bass_moves(self) -> Integers:
        """Semitones between successive notes of the bass line, repeats left out."""
        return moves(self.sweep.bass_line)


def moves(line: Integers) -> Integers:
    """Sizes of a line's intervals in semitones, repeats left out."""
    sizes = np.abs(line[1:] - line[:-1])
    return np.asarray(sizes[sizes > 0])


def mean(values: NDArray[Any]) -> float:
    """The mean; 0 of nothing."""
    # What values.mean() does, without its detours: they would take a third of all measuring.
    total = np.add.reduce(values, axis=None, dtype=np.float64)
    return float(total / values.size) if values.size else 0.0


def sd(values: Integers) -> float:
    """The standard deviation of whole numbers; 0 of nothing."""
    if not values.size:
        return 0.0
    # What values.std() does, without its detours.
    off = values - np.add.reduce(values, dtype=np.float64) / values.size
    return float(np.sqrt(np.add.reduce(off * off) / values.size))


def ratio(share: ArrayLike, whole: ArrayLike) -> float:
    """One number over another; 0 where the whole is 0."""
    return float(share) / float(whole) if whole else 0.0  # type: ignore[arg-type]


def entropy(counts: ArrayLike) -> float:
    """Shannon entropy of counts in bits; 0 of nothing."""
    seen = np.asarray(counts, dtype=np.float64)
    seen = seen[seen > 0]
    if len(seen) < 2:
        return 0.0
    shares = seen / seen.sum()
    return float(-(shares * np.log2(shares)).sum())
