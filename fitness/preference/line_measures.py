"""Taste features of the top line: its contour, its moves and how it ends.

The top line is every pitched note that is the highest one sounding when it begins; a melody is its
own top line. Semitones and shares, one value a part; 0 where nothing is pitched, unless they say
otherwise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fitness.part_batch import Floats, ratios
from fitness.preference.taste_batch import TasteBatch
from fitness.sonorities import Booleans

MIDDLE = 0.5
THIRDS = 3


def top_line_height(taste: TasteBatch) -> Floats:
    """Mean pitch of the top line, 0 to 127."""
    return taste.top_means


def top_line_span(taste: TasteBatch) -> Floats:
    """Semitones from the lowest to the highest note of the top line, from 0."""
    high, low = taste.top_extremes
    return (high - low).astype(np.float64)


def top_line_rise(taste: TasteBatch) -> Floats:
    """Semitones that the top line rises from its begin to its end, by least squares."""
    return _slope(taste, taste.top_places)


def top_line_arch(taste: TasteBatch) -> Floats:
    """Semitones that the middle third lies above the outer ones; negative for a valley."""
    return _arch(taste, taste.top_places)


def phrase_rise(taste: TasteBatch) -> Floats:
    """Semitones that the top line rises within four bars, by least squares over all phrases."""
    return _slope(taste, taste.top_phrase_places)


def phrase_arch(taste: TasteBatch) -> Floats:
    """Semitones that the middle of four bars lies above their outer thirds, over all phrases."""
    return _arch(taste, taste.top_phrase_places)


def peak_place(taste: TasteBatch) -> Floats:
    """Where the highest notes begin, 0 to 1 of the part, their mean; the middle for none."""
    high, _ = taste.top_extremes
    return _mean_place(taste, taste.top_pitches == high[taste.top_owners])


def low_place(taste: TasteBatch) -> Floats:
    """Where the lowest notes of the top line begin, 0 to 1 of the part; the middle for none."""
    _, low = taste.top_extremes
    return _mean_place(taste, taste.top_pitches == low[taste.top_owners])


def peak_share(taste: TasteBatch) -> Floats:
    """Share of the notes of the top line on its highest pitch, 0 to 1: 1 never leaves it."""
    high, _ = taste.top_extremes
    return taste.batch.means(taste.top_pitches == high[taste.top_owners], taste.top_owners)


def rising_share(taste: TasteBatch) -> Floats:
    """Of the moves of the top line that change the pitch, the share upward, 0 to 1; .5 for none."""
    rises, owners = taste.top_rises
    moves = taste.batch.counts(owners[rises != 0])
    up = taste.batch.counts(owners[rises > 0])
    return np.where(moves > 0, ratios(up, moves), MIDDLE)


def repeated_pitch_share(taste: TasteBatch) -> Floats:
    """Share of the moves of the top line that repeat the pitch, 0 to 1."""
    rises, owners = taste.top_rises
    return taste.batch.means(rises == 0, owners)


def turn_share(taste: TasteBatch) -> Floats:
    """Share of two successive moves of the top line in opposite directions, 0 to 1."""
    rises, owners = taste.top_rises
    inside = owners[1:] == owners[:-1]
    return taste.batch.means((rises[1:] * rises[:-1] < 0)[inside], owners[1:][inside])


def octave_leap_share(taste: TasteBatch) -> Floats:
    """Share of the moves of the top line wider than a fifth, 0 to 1."""
    rises, owners = taste.top_rises
    return taste.batch.means(np.abs(rises) > 7, owners)


def ending_height(taste: TasteBatch) -> Floats:
    """Semitones of the last note of the top line above the line's mean."""
    return np.where(taste.top_counts > 0, taste.last_top() - taste.top_means, 0.0)


def ending_rise(taste: TasteBatch) -> Floats:
    """Semitones from the first note of the top line to its last."""
    return (taste.last_top() - taste.first_top()).astype(np.float64)


def last_move(taste: TasteBatch) -> Floats:
    """Semitones from the last note but one of the top line to the last."""
    return (taste.last_top() - taste.last_top(back=1)).astype(np.float64)


def _mean_place(taste: TasteBatch, is_such: Booleans) -> Floats:
    owners = taste.top_owners[is_such]
    found = ratios(taste.batch.sums(taste.top_places[is_such], owners), taste.batch.counts(owners))
    return np.where(taste.top_counts > 0, found, MIDDLE)


def _slope(taste: TasteBatch, places: Floats) -> Floats:
    batch, owners = taste.batch, taste.top_owners
    off_place = places - ratios(batch.sums(places, owners), taste.top_counts)[owners]
    off_pitch = taste.top_pitches - taste.top_means[owners]
    return ratios(
        batch.sums(off_place * off_pitch, owners),
        np.maximum(batch.sums(off_place * off_place, owners), 0.0),
    )


def _arch(taste: TasteBatch, places: Floats) -> Floats:
    """An empty third counts as the line's mean."""
    batch, owners = taste.batch, taste.top_owners
    parts = len(batch.parts)
    cells = owners * THIRDS + np.minimum(THIRDS - 1, (places * THIRDS).astype(np.int64))
    counts = np.bincount(cells, minlength=parts * THIRDS).reshape(parts, THIRDS)
    off = taste.top_pitches - taste.top_means[owners]
    sums = np.bincount(cells, weights=off, minlength=parts * THIRDS).reshape(parts, THIRDS)
    means = sums / np.maximum(1, counts)
    return np.asarray(means[:, 1] - (means[:, 0] + means[:, 2]) / 2)


MEASURES: tuple[Callable[[TasteBatch], Floats], ...] = (
    top_line_height,
    top_line_span,
    top_line_rise,
    top_line_arch,
    phrase_rise,
    phrase_arch,
    peak_place,
    low_place,
    peak_share,
    rising_share,
    repeated_pitch_share,
    turn_share,
    octave_leap_share,
    ending_height,
    ending_rise,
    last_move,
)
