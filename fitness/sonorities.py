"""The sonorities of a part: which pitches sound together, from one change to the next."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from operator import or_

import numpy as np
from numpy.typing import NDArray

from genomes.notes import NOTE_DTYPE, Part

PITCHES = 128
PITCH_BYTES = PITCHES // 8

# Every rule and most features need those of the same part: a generation's are cached.
CACHED_PARTS = 128

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sonorities:
    """A part cut wherever a pitched note begins or ends: in each slice, one set of pitches sounds.

    Attributes:
        onset_ticks: ``(s,)`` where each slice begins.
        length_ticks: ``(s,)`` how long it lasts; at least 1.
        sounding: ``(s, 128)`` whether a pitch sounds.
        struck: ``(s, 128)`` whether a note of that pitch begins with the slice.
    """

    onset_ticks: Integers
    length_ticks: Integers
    sounding: Booleans
    struck: Booleans

    @staticmethod
    def of(part: Part) -> Sonorities:
        """Cut a part; drums are left out."""
        return _of(part.notes.tobytes())

    @staticmethod
    def cut(onsets_ticks: Integers, ends_ticks: Integers, pitches: Integers) -> Sonorities:
        """Cut what sounds, given as one number a note."""
        edges = distinct(np.sort(np.concatenate((onsets_ticks, ends_ticks))))
        slices = max(0, len(edges) - 1)
        begins = np.searchsorted(edges, onsets_ticks) * PITCHES + pitches
        stops = np.searchsorted(edges, ends_ticks) * PITCHES + pitches
        changes = np.zeros(len(edges) * PITCHES, dtype=np.int32)
        np.add.at(changes, begins, 1)
        np.subtract.at(changes, stops, 1)
        struck = np.zeros(len(edges) * PITCHES, dtype=np.bool_)
        struck[begins] = True
        by_edge = changes.reshape(-1, PITCHES)
        sounding = np.cumsum(by_edge, axis=0, out=by_edge)[:slices] > 0
        return Sonorities(
            edges[:slices], edges[1:] - edges[:-1], sounding, struck.reshape(-1, PITCHES)[:slices]
        )

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """What sounds in each slice as bits, the lowest for pitch 0."""
        packed = np.packbits(self.sounding, axis=1, bitorder="little").tobytes()
        starts = range(0, len(packed), PITCH_BYTES)
        return tuple(
            int.from_bytes(packed[start : start + PITCH_BYTES], "little") for start in starts
        )

    def pitches_between(self, begin_ticks: int, end_ticks: int) -> int:
        """The pitches that sound anywhere between two times, as bits."""
        onsets, ends = self._edges
        inside = slice(bisect_right(ends, begin_ticks), bisect_left(onsets, end_ticks))
        return reduce(or_, self.masks[inside], 0)

    @cached_property
    def _edges(self) -> tuple[list[int], list[int]]:
        """Where each slice begins, and where it ends."""
        return self.onset_ticks.tolist(), (self.onset_ticks + self.length_ticks).tolist()

    @cached_property
    def polyphony(self) -> Integers:
        """``(s,)`` how many different pitches sound."""
        return np.asarray(self.sounding.sum(axis=1))

    @cached_property
    def lowest(self) -> Integers:
        """``(s,)`` lowest sounding pitch; 0 in silence."""
        return np.asarray(self.sounding.argmax(axis=1))

    @cached_property
    def highest(self) -> Integers:
        """``(s,)`` highest sounding pitch; 127 in silence."""
        return np.asarray(PITCHES - 1 - self.sounding[:, ::-1].argmax(axis=1))

    @cached_property
    def top_line(self) -> tuple[Integers, Integers]:
        """The notes that are the highest sounding one when they begin: slices and pitches."""
        return self._struck_at(self.highest)

    @cached_property
    def bass_line(self) -> tuple[Integers, Integers]:
        """The notes that are the lowest sounding one when they begin: slices and pitches."""
        return self._struck_at(self.lowest)

    def _struck_at(self, pitches: Integers) -> tuple[Integers, Integers]:
        slices = np.flatnonzero(self.struck[np.arange(len(self.struck)), pitches])
        return slices, pitches[slices]


@lru_cache(maxsize=CACHED_PARTS)
def _of(note_bytes: bytes) -> Sonorities:
    every = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    notes = every[~every["is_drum"]]
    onsets = notes["onset_ticks"].astype(np.int64)
    return Sonorities.cut(onsets, onsets + notes["duration_ticks"], notes["pitch"].astype(np.int64))


def distinct(ordered: Integers) -> Integers:
    """Each of some ordered numbers once: ``np.unique`` for what is sorted already."""
    is_new = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    return ordered[is_new]


@lru_cache(maxsize=2**14)
def pitches_of(mask: int) -> tuple[int, ...]:
    """The pitches that bits stand for, lowest first."""
    return tuple(pitch for pitch in range(PITCHES) if mask >> pitch & 1)
