"""Many parts in arrays, as the plain features measure them, and the few statistics they share.

The parts are laid end to end as if they were one piece: instead of a loop over parts, there is one
pass over long arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.heard_chords import HeardChords, turned
from fitness.sonorities import PITCHES, Booleans, Integers, Sonorities, distinct
from genomes.notes import NOTE_DTYPE, Notes, Part
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap

CELL_TICKS = TICKS_PER_QUARTER // 4  # a sixteenth: the grid of onset patterns
HALVED_GROUPS = 4  # beat groups from which a bar has two halves

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PartBatch:
    """Parts one after the other, each beginning on a bar line, with what several features need.

    Times are ticks from the start of the first part. Every sum over a part's whole numbers is
    exact, so that a part's features don't depend on its neighbours.

    Attributes:
        parts: the music; at least one part.
        meter: bars and beat groups of all of them.
        tempo_map: only for what is measured in seconds.
    """

    parts: Sequence[Part]
    meter: Meter
    tempo_map: TempoMap

    @cached_property
    def notes(self) -> Notes:
        """All notes; their times count from the start of their own part."""
        # Joined as bytes: NumPy takes fifty times as long to concatenate structured arrays.
        joined = b"".join(part.notes.tobytes() for part in self.parts)
        return np.frombuffer(joined, dtype=NOTE_DTYPE)

    @cached_property
    def owners(self) -> Integers:
        """Which part each note belongs to."""
        return np.repeat(np.arange(len(self.parts)), [len(part.notes) for part in self.parts])

    @cached_property
    def lengths_ticks(self) -> Integers:
        """``(parts,)`` how long each part is."""
        return np.array([part.length_ticks for part in self.parts], dtype=np.int64)

    @cached_property
    def bars(self) -> Integers:
        """``(parts,)`` how many bars each part lasts, at least 1."""
        return np.asarray(np.maximum(1, -(-self.lengths_ticks // self.meter.bar_ticks)))

    @cached_property
    def first_bars(self) -> Integers:
        """``(parts,)`` which bar each part begins with."""
        return np.cumsum(self.bars) - self.bars

    @cached_property
    def starts_ticks(self) -> Integers:
        """``(parts,)`` where each part begins."""
        return np.asarray(self.first_bars * self.meter.bar_ticks)

    @cached_property
    def note_onsets_ticks(self) -> Integers:
        """Where each note begins, in order."""
        return np.asarray(self.starts_ticks[self.owners] + self.notes["onset_ticks"])

    @cached_property
    def onsets_ticks(self) -> Integers:
        """Distinct onset times of all notes, in order."""
        return distinct(self.note_onsets_ticks)

    @cached_property
    def onset_owners(self) -> Integers:
        """Which part each of the onset times belongs to."""
        return self.owners_at(self.onsets_ticks)

    @cached_property
    def is_pitched(self) -> Booleans:
        """Of each note, whether it is no drum."""
        return ~self.notes["is_drum"]

    @cached_property
    def pitched_owners(self) -> Integers:
        """Which part each pitched note belongs to."""
        return self.owners[self.is_pitched]

    @cached_property
    def pitches(self) -> Integers:
        """MIDI pitch of each pitched note."""
        return self.notes["pitch"][self.is_pitched].astype(np.int64)

    @cached_property
    def sonorities(self) -> Sonorities:
        """What sounds when, drums left out; between two parts there may be silence."""
        onsets = self.note_onsets_ticks[self.is_pitched]
        durations = self.notes["duration_ticks"][self.is_pitched]
        return Sonorities.cut(onsets, onsets + durations, self.pitches)

    @cached_property
    def slice_owners(self) -> Integers:
        """Which part each slice of the sonorities begins in."""
        return self.owners_at(self.sonorities.onset_ticks)

    @cached_property
    def sounding_ticks(self) -> Integers:
        """How long each slice of the sonorities sounds: its length, or 0 for silence."""
        return self.sonorities.length_ticks * (self.sonorities.polyphony > 0)

    @cached_property
    def pitch_classes(self) -> Booleans:
        """``(slices, 12)`` whether a pitch class sounds in a slice of the sonorities."""
        sounding = self.sonorities.sounding
        classes = np.zeros((len(sounding), 12), dtype=np.bool_)
        for lowest in range(0, PITCHES, 12):
            octave = sounding[:, lowest : lowest + 12]
            classes[:, : octave.shape[1]] |= octave
        return classes

    @cached_property
    def pitch_class_masks(self) -> Integers:
        """``(slices,)`` the pitch classes that sound in a slice as 12 bits, C the lowest."""
        packed = np.packbits(self.pitch_classes, axis=1, bitorder="little").astype(np.int64)
        return np.asarray(packed[:, 0] | packed[:, 1] << 8)

    @cached_property
    def onset_grid(self) -> Booleans:
        """``(bars, cells)`` whether anything begins nearest to a sixteenth of a bar."""
        bar_ticks = self.meter.bar_ticks
        grid = np.zeros((int(self.bars.sum()), -(-bar_ticks // CELL_TICKS)), dtype=np.bool_)
        nearest = self.onsets_ticks + CELL_TICKS // 2
        last_bars = (self.first_bars + self.bars - 1)[self.onset_owners]
        bars = np.minimum(nearest // bar_ticks, last_bars)
        grid[bars, nearest % bar_ticks // CELL_TICKS] = True
        return grid

    @cached_property
    def bar_owners(self) -> Integers:
        """Which part each bar belongs to."""
        return np.repeat(np.arange(len(self.parts)), self.bars)

    @cached_property
    def top_moves(self) -> tuple[Integers, Integers]:
        """Semitones between successive notes of the top line, repeats left out; their owners."""
        return self._moves(*self.sonorities.top_line)

    @cached_property
    def bass_moves(self) -> tuple[Integers, Integers]:
        """Semitones between successive notes of the bass line, repeats left out; their owners."""
        return self._moves(*self.sonorities.bass_line)

    @cached_property
    def halves_ticks(self) -> tuple[int, ...]:
        """Where the halves of a bar begin in it; a bar of three beats or less is a single one."""
        groups = self.meter.group_onsets_ticks
        return (0,) if len(groups) < HALVED_GROUPS else (0, groups[(len(groups) + 1) // 2])

    @cached_property
    def half_edges_ticks(self) -> Integers:
        """Where each half bar begins, and where the last one ends."""
        bar_lines = np.arange(int(self.bars.sum()) + 1) * self.meter.bar_ticks
        begins = bar_lines[:-1, None] + np.array(self.halves_ticks)
        return np.append(begins.ravel(), bar_lines[-1])

    @cached_property
    def half_chroma_ticks(self) -> Integers:
        """``(halves, 12)`` how long each pitch class sounds in each half bar."""
        return self.ticks_between(self.half_edges_ticks, self.pitch_classes)

    @cached_property
    def chords(self) -> HeardChords:
        """The chords that are heard in the halves of bars."""
        is_lowest = np.zeros_like(self.pitch_classes)
        is_lowest[np.arange(len(is_lowest)), self.sonorities.lowest % 12] = True
        return HeardChords.of(
            self.half_chroma_ticks,
            # none in silence
            self.ticks_between(self.half_edges_ticks, is_lowest & self.pitch_classes),
            np.repeat(self.bar_owners, len(self.halves_ticks)),
        )

    @cached_property
    def root_moves(self) -> tuple[Integers, Integers]:
        """Semitones up from each chord's root to the next one's, 1 to 11, and their owners."""
        roots, owners = self.chords.roots, self.chords.owners
        rises = (roots[1:] - roots[:-1]) % 12
        is_move = (rises > 0) & (owners[1:] == owners[:-1])
        return rises[is_move], owners[1:][is_move]

    @cached_property
    def root_tallies(self) -> Integers:
        """``(parts, 12)`` how many chords are on each root, from the commonest one upward.

        Of roots that are equally common it is the one nearest above the first.
        """
        roots, owners = self.chords.roots, self.chords.owners
        firsts = np.zeros(len(self.parts), dtype=np.int64)
        firsts[owners[::-1]] = roots[::-1]
        flat = owners * 12 + (roots - firsts[owners]) % 12
        tallies = np.bincount(flat, minlength=12 * len(self.parts)).reshape(-1, 12)
        return turned(tallies, tallies.argmax(axis=1))

    def ticks_between(self, edges_ticks: Integers, sounds: Booleans) -> Integers:
        """How long each column of the slices is true between one edge and the next."""
        onsets, lengths = self.sonorities.onset_ticks, self.sonorities.length_ticks
        if not len(onsets):
            return np.zeros((len(edges_ticks) - 1, sounds.shape[1]), dtype=np.int64)
        sounding = sounds * lengths[:, None]
        before = np.concatenate((np.zeros((1, sounds.shape[1]), np.int64), sounding.cumsum(axis=0)))
        slices = np.maximum(0, np.searchsorted(onsets, edges_ticks, side="right") - 1)
        inside = np.clip(edges_ticks - onsets[slices], 0, lengths[slices])
        until = before[slices] + sounds[slices] * inside[:, None]
        return np.asarray(until[1:] - until[:-1])

    def owners_at(self, ticks: Integers) -> Integers:
        """Which part each time lies in."""
        return np.searchsorted(self.starts_ticks, ticks, side="right") - 1

    def sums(self, values: NDArray[Any], owners: Integers) -> Floats:
        """Sum of each part's whole numbers, exact; 0 of nothing."""
        return np.asarray(
            np.bincount(owners, weights=values, minlength=len(self.parts)), dtype=np.float64
        )

    def counts(self, owners: Integers) -> Integers:
        """How many there are of each part."""
        return np.bincount(owners, minlength=len(self.parts))

    def tallies(self, classes: Integers, owners: Integers) -> Integers:
        """``(parts, classes)`` how often each part has each class, from 0."""
        width = int(classes.max(initial=0)) + 1
        flat = np.bincount(owners * width + classes, minlength=len(self.parts) * width)
        return flat.reshape(-1, width)

    def means(self, values: NDArray[Any], owners: Integers) -> Floats:
        """Mean of each part's whole numbers; 0 of nothing."""
        return ratios(self.sums(values, owners), self.counts(owners))

    def deviations(self, values: Integers, owners: Integers) -> Floats:
        """Standard deviation of each part's whole numbers; 0 of nothing."""
        off = values - self.means(values, owners)[owners]
        counts = self.counts(owners)
        return np.asarray(np.sqrt(ratios(_runs_of(off * off, counts), counts)))

    def _moves(self, slices: Integers, line: Integers) -> tuple[Integers, Integers]:
        owners = self.slice_owners[slices]
        sizes = np.abs(line[1:] - line[:-1])
        is_move = (sizes > 0) & (owners[1:] == owners[:-1])
        return sizes[is_move], owners[1:][is_move]


def ratios(shares: NDArray[Any], wholes: NDArray[Any]) -> Floats:
    """One number over another, each; 0 where the whole is 0."""
    found = np.zeros(len(shares))
    np.divide(shares, wholes, out=found, where=wholes != 0)
    return found


def entropies(counts: Integers) -> Floats:
    """Shannon entropy of each row of counts in bits; 0 of nothing."""
    wholes = counts.sum(axis=1, keepdims=True)
    is_seen = counts > 0
    shares = (counts / np.maximum(1, wholes))[is_seen]
    # Taken from zero, not negated: nothing to choose from is 0, not -0.
    return np.asarray(0.0 - _runs_of(shares * np.log2(shares), is_seen.sum(axis=1)))


def _runs_of(values: Floats, counts: Integers) -> Floats:
    """Sums of successive runs of values; each is rounded as if it were summed alone."""
    edges = np.concatenate(([0], np.cumsum(counts))).tolist()
    return np.array([np.add.reduce(values[start:stop]) for start, stop in pairwise(edges)])
