"""Parts in arrays, with what several taste features need of them and of their context."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from operator import attrgetter

import numpy as np

from fitness.part_batch import Floats, PartBatch, ratios
from fitness.sonorities import Booleans, Integers
from genomes.context import Context
from genomes.time import TICKS_PER_QUARTER

# Columns of a chord span in arrays.
OWNER, ONSET, LENGTH, ROOT, BASS, MASK = range(6)

_SPAN_FIELDS = tuple(
    map(attrgetter, ("onset_ticks", "duration_ticks", "root_pitch_class", "bass_pitch_class"))
)

BEAT_TOLERANCE_TICKS = TICKS_PER_QUARTER // 16  # a played note is still on its beat


@dataclass(frozen=True, eq=False)
class TasteBatch:
    """A batch of parts of one context.

    Attributes:
        batch: the parts.
        context: what all of them were made in.
    """

    batch: PartBatch
    context: Context

    @cached_property
    def top_places(self) -> Floats:
        """Where each note of the top line begins in its part, 0 to 1."""
        return self._top_ticks / np.maximum(1, self.batch.lengths_ticks)[self.top_owners]

    @cached_property
    def top_phrase_places(self) -> Floats:
        """Where each note of the top line begins in its four bars, 0 to 1."""
        phrase_ticks = 4 * self.batch.meter.bar_ticks
        return self._top_ticks % phrase_ticks / phrase_ticks

    @cached_property
    def top_pitches(self) -> Integers:
        """Pitch of each note of the top line."""
        return self.batch.sonorities.top_line[1]

    @cached_property
    def top_owners(self) -> Integers:
        """Which part each note of the top line belongs to."""
        return self.batch.slice_owners[self.batch.sonorities.top_line[0]]

    @cached_property
    def top_counts(self) -> Integers:
        """``(parts,)`` how many notes the top line has."""
        return self.batch.counts(self.top_owners)

    @cached_property
    def top_means(self) -> Floats:
        """``(parts,)`` mean pitch of the top line; 0 where nothing is pitched."""
        return self.batch.means(self.top_pitches, self.top_owners)

    @cached_property
    def top_rises(self) -> tuple[Integers, Integers]:
        """Semitones up from each note of the top line to the next, and their owners."""
        inside = self.top_owners[1:] == self.top_owners[:-1]
        return np.diff(self.top_pitches)[inside], self.top_owners[1:][inside]

    def last_top(self, back: int = 0) -> Integers:
        """``(parts,)`` pitch of the last note of the top line, or some notes before; 0 for none."""
        if not len(self.top_pitches):
            return np.zeros(len(self.batch.parts), dtype=np.int64)
        ends = np.cumsum(self.top_counts)
        rows = ends - 1 - np.minimum(back, np.maximum(0, self.top_counts - 1))
        pitches = self.top_pitches[np.clip(rows, 0, len(self.top_pitches) - 1)]
        return np.where(self.top_counts > 0, pitches, 0)

    def first_top(self) -> Integers:
        """``(parts,)`` pitch of the first note of the top line; 0 for none."""
        return self.last_top(back=len(self.top_pitches))

    @cached_property
    def top_extremes(self) -> tuple[Integers, Integers]:
        """``(parts,)`` highest and lowest pitch of the top line; 0 where nothing is pitched."""
        high = np.zeros(len(self.batch.parts), dtype=np.int64)
        low = high.copy()
        has_line = self.top_counts > 0
        begins = (np.cumsum(self.top_counts) - self.top_counts)[has_line]
        if len(begins):
            high[has_line] = np.maximum.reduceat(self.top_pitches, begins)
            low[has_line] = np.minimum.reduceat(self.top_pitches, begins)
        return high, low

    @cached_property
    def _top_ticks(self) -> Integers:
        begins = self.batch.sonorities.onset_ticks[self.batch.sonorities.top_line[0]]
        return np.asarray(begins - self.batch.starts_ticks[self.top_owners])

    @cached_property
    def bar_chroma(self) -> Floats:
        """``(bars, 12)`` how long each pitch class sounds in each bar, of length 1; or zeros."""
        halves = self.batch.half_chroma_ticks.reshape(len(self.batch.bar_owners), -1, 12)
        ticks = halves.sum(axis=1).astype(np.float64)
        return np.asarray(ticks / np.maximum(1.0, np.sqrt((ticks * ticks).sum(axis=1)))[:, None])

    @cached_property
    def bar_rhythms(self) -> Floats:
        """``(bars, cells)`` the onsets of each bar, of length 1; or zeros."""
        grid = self.batch.onset_grid.astype(np.float64)
        return np.asarray(grid / np.maximum(1.0, np.sqrt(grid.sum(axis=1)))[:, None])

    @cached_property
    def bar_numbers(self) -> Integers:
        """Number of each bar in its part, 0 the first."""
        return np.arange(len(self.batch.bar_owners)) - self.batch.first_bars[self.batch.bar_owners]

    @cached_property
    def bar_onsets(self) -> Integers:
        """How many sixteenths of each bar have an onset."""
        return np.asarray(self.batch.onset_grid.sum(axis=1))

    def likeness(self, rows: Floats, lag: Integers) -> tuple[Floats, Integers]:
        """Cosine of each bar with that some bars later in its part, and the earlier bar.

        Args:
            rows: ``(bars, …)`` of length 1.
            lag: ``(parts,)`` how many bars later.
        """
        earlier = np.arange(len(rows))
        later = earlier + lag[self.batch.bar_owners]
        ends = (self.batch.first_bars + self.batch.bars)[self.batch.bar_owners]
        earlier = earlier[later < ends]
        later = later[later < ends]
        return np.einsum("ij,ij->i", rows[earlier], rows[later]), earlier

    @cached_property
    def spans(self) -> Integers:
        """``(spans, 6)`` the chords of all parts: owner, onset, length, root, bass, tones as bits.

        The bits count from the root upward.
        """
        spans = [span for part in self.batch.parts for span in part.harmony]
        owners = np.repeat(
            np.arange(len(self.batch.parts)), [len(part.harmony) for part in self.batch.parts]
        )
        bits = [_bits(span.pitch_classes, span.root_pitch_class) for span in spans]
        columns = [[*map(of, spans)] for of in _SPAN_FIELDS]
        return np.array([owners, *columns, bits], dtype=np.int64).T

    def span_share(self, is_such: Booleans) -> Floats:
        """``(parts,)`` share of the time of the chords that these hold; 0 without chords."""
        spans = self.spans
        return ratios(
            self.batch.sums(is_such * spans[:, LENGTH], spans[:, OWNER]),
            self.batch.sums(spans[:, LENGTH], spans[:, OWNER]),
        )

    @cached_property
    def time_means(self) -> Floats:
        """``(parts,)`` how long anything sounds, in ticks."""
        return self.batch.sums(self.batch.sounding_ticks, self.batch.slice_owners)

    def sounding_mean(self, values: Integers | Booleans | Floats) -> Floats:
        """``(parts,)`` mean of values per slice over the time in which anything sounds."""
        ticks, owners = self.batch.sounding_ticks, self.batch.slice_owners
        return ratios(self.batch.sums(values * ticks, owners), self.time_means)


@cache
def _bits(pitch_classes: tuple[int, ...], root: int) -> int:
    bits = 0
    for pitch_class in pitch_classes:
        bits |= 1 << (pitch_class - root) % 12
    return bits
