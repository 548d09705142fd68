"""Taste features of form and rhythm: what returns when, fills, syncopation, rests and the end.

One value a part; 0 where nothing sounds, unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from fitness.part_batch import CELL_TICKS, Floats, ratios
from fitness.preference.taste_batch import BEAT_TOLERANCE_TICKS, TasteBatch
from fitness.sonorities import Booleans, Integers
from genomes.time import TICKS_PER_QUARTER, Meter

PHRASE_BARS = 4


def harmony_returns_next_bar(taste: TasteBatch) -> Floats:
    """How alike the pitch classes of a bar and the next are, 0 to 1."""
    return _returns(taste, taste.bar_chroma, _lag(taste, 1))


def harmony_returns_after_two(taste: TasteBatch) -> Floats:
    """How alike the pitch classes of a bar and the bar two later are, 0 to 1."""
    return _returns(taste, taste.bar_chroma, _lag(taste, 2))


def harmony_returns_after_four(taste: TasteBatch) -> Floats:
    """How alike the pitch classes of a bar and the bar four later are, 0 to 1."""
    return _returns(taste, taste.bar_chroma, _lag(taste, 4))


def rhythm_returns_after_two(taste: TasteBatch) -> Floats:
    """How alike the onsets of a bar and the bar two later are, 0 to 1."""
    return _returns(taste, taste.bar_rhythms, _lag(taste, 2))


def rhythm_returns_after_four(taste: TasteBatch) -> Floats:
    """How alike the onsets of a bar and the bar four later are, 0 to 1."""
    return _returns(taste, taste.bar_rhythms, _lag(taste, 4))


def varied_return(taste: TasteBatch) -> Floats:
    """A-A': how much more alike the halves begin than they end, -1 to 1; pitch classes."""
    half = np.maximum(1, taste.batch.bars // 2)
    alike, earlier = taste.likeness(taste.bar_chroma, half)
    owners = taste.batch.bar_owners[earlier]
    is_opening = taste.bar_numbers[earlier] < half[owners] / 2
    means = [
        ratios(taste.batch.sums(alike[some], owners[some]), taste.batch.counts(owners[some]))
        for some in (is_opening, ~is_opening)
    ]
    return means[0] - means[1]


def last_bar_is_first(taste: TasteBatch) -> Floats:
    """How alike the pitch classes of the last bar and of the first are, 0 to 1."""
    first = taste.batch.first_bars
    last = first + taste.batch.bars - 1
    return np.asarray((taste.bar_chroma[first] * taste.bar_chroma[last]).sum(axis=1))


def fourth_bar_fill(taste: TasteBatch) -> Floats:
    """Onsets of every fourth bar above those of the other bars, in onsets."""
    is_fourth = taste.bar_numbers % PHRASE_BARS == PHRASE_BARS - 1
    return _bar_mean(taste, is_fourth) - _bar_mean(taste, ~is_fourth)


def last_bar_fill(taste: TasteBatch) -> Floats:
    """Onsets of the last bar above the mean of the others, in onsets."""
    is_last = taste.bar_numbers == taste.batch.bars[taste.batch.bar_owners] - 1
    return _bar_mean(taste, is_last) - _bar_mean(taste, ~is_last)


def growth(taste: TasteBatch) -> Floats:
    """Onsets of a bar of the second half above those of the first, in onsets."""
    is_second = 2 * taste.bar_numbers >= taste.batch.bars[taste.batch.bar_owners]
    return _bar_mean(taste, is_second) - _bar_mean(taste, ~is_second)


def bar_onsets_sd(taste: TasteBatch) -> Floats:
    """Standard deviation of the onsets of the bars, from 0."""
    return taste.batch.deviations(taste.bar_onsets, taste.batch.bar_owners)


def syncopated_share(taste: TasteBatch) -> Floats:
    """Share of the onsets off the beat that hold over the next beat, 0 to 1."""
    batch = taste.batch
    onsets, owners = batch.onsets_ticks, batch.onset_owners
    if not len(onsets):
        return np.zeros(len(batch.parts))
    in_bar = onsets % batch.meter.bar_ticks
    off_beat, until_over_beat = _beats(batch.meter)
    is_last = np.append(owners[1:] != owners[:-1], True)  # of its part: nothing comes after it
    following = np.where(is_last, np.iinfo(np.int64).max, np.append(onsets[1:], 0))
    holds = following - onsets > until_over_beat[in_bar]
    return batch.means(off_beat[in_bar] & holds, owners)


@lru_cache(maxsize=16)
def _beats(meter: Meter) -> tuple[Booleans, Integers]:
    """Of each tick of a bar: whether it is off the beat, and how long until the next is over."""
    ticks = np.arange(meter.bar_ticks)
    beats = np.array((*meter.group_onsets_ticks, meter.bar_ticks))
    later = np.searchsorted(beats, ticks + BEAT_TOLERANCE_TICKS, side="right")
    next_beat = beats[later.clip(max=len(beats) - 1)]
    off_beat = np.abs(ticks[:, None] - beats).min(axis=1) > BEAT_TOLERANCE_TICKS
    return np.asarray(off_beat), next_beat - ticks + BEAT_TOLERANCE_TICKS


def anticipated_bar_share(taste: TasteBatch) -> Floats:
    """Share of the bars whose downbeat is empty after an onset in the last quarter, 0 to 1."""
    grid, owners = taste.batch.onset_grid, taste.batch.bar_owners
    last_quarter = np.asarray(grid[:, -(TICKS_PER_QUARTER // CELL_TICKS) :].any(axis=1))
    is_such = last_quarter[:-1] & ~grid[1:, 0] & (owners[1:] == owners[:-1])
    return ratios(taste.batch.counts(owners[1:][is_such]), taste.batch.bars)


def off_grid_share(taste: TasteBatch) -> Floats:
    """Share of the onsets that lie on no sixteenth: triplets and swing, 0 to 1."""
    batch = taste.batch
    # A bar of 11/32 is no whole number of sixteenths: they count from the part's own start.
    off = (batch.onsets_ticks - batch.starts_ticks[batch.onset_owners]) % CELL_TICKS
    distance = np.minimum(off, CELL_TICKS - off)
    return batch.means(distance > BEAT_TOLERANCE_TICKS // 2, batch.onset_owners)


def longest_gap_quarters(taste: TasteBatch) -> Floats:
    """Longest time between two onsets, or from the last one to the end, in quarters."""
    batch = taste.batch
    ends = batch.starts_ticks + batch.lengths_ticks
    longest = np.zeros(len(ends))
    counts = batch.counts(batch.onset_owners)
    has_any = counts > 0
    if has_any.any():
        following = np.append(batch.onsets_ticks[1:], 0)
        following[np.cumsum(counts)[has_any] - 1] = ends[has_any]
        first = (np.cumsum(counts) - counts)[has_any]
        longest[has_any] = np.maximum.reduceat(following - batch.onsets_ticks, first)
    return longest / TICKS_PER_QUARTER


def tail_quarters(taste: TasteBatch) -> Floats:
    """Quarters from the last onset to the end: how long the ending is."""
    batch = taste.batch
    counts = batch.counts(batch.onset_owners)
    if not len(batch.onsets_ticks):
        return np.zeros(len(batch.parts))
    last = batch.onsets_ticks[np.maximum(0, np.cumsum(counts) - 1)]
    ends = batch.starts_ticks + batch.lengths_ticks
    return np.where(counts > 0, (ends - last) / TICKS_PER_QUARTER, 0.0)


def loudness_growth(taste: TasteBatch) -> Floats:
    """Mean velocity of the second half above the first's."""
    batch = taste.batch
    begins = batch.notes["onset_ticks"]
    is_second = 2 * begins >= batch.lengths_ticks[batch.owners]
    first, second = (
        batch.means(batch.notes["velocity"][some], batch.owners[some])
        for some in (~is_second, is_second)
    )
    return np.where((first > 0) & (second > 0), second - first, 0.0)


def _lag(taste: TasteBatch, bars: int) -> Integers:
    return np.full(len(taste.batch.parts), bars)


def _returns(taste: TasteBatch, rows: Floats, lag: Integers) -> Floats:
    alike, earlier = taste.likeness(rows, lag)
    owners = taste.batch.bar_owners[earlier]
    return ratios(taste.batch.sums(alike, owners), taste.batch.counts(owners))


def _bar_mean(taste: TasteBatch, is_such: Booleans) -> Floats:
    return taste.batch.means(taste.bar_onsets[is_such], taste.batch.bar_owners[is_such])


MEASURES: tuple[Callable[[TasteBatch], Floats], ...] = (
    harmony_returns_next_bar,
    harmony_returns_after_two,
    harmony_returns_after_four,
    rhythm_returns_after_two,
    rhythm_returns_after_four,
    varied_return,
    last_bar_is_first,
    fourth_bar_fill,
    last_bar_fill,
    growth,
    bar_onsets_sd,
    syncopated_share,
    anticipated_bar_share,
    off_grid_share,
    longest_gap_quarters,
    tail_quarters,
    loudness_growth,
)
