"""Intervals of figures over songs: what is drawn anew are the songs, never their clips.

Clips of one song are no independent trials: it has one concept and one way of playing. Intervals
are percentiles over songs drawn with replacement (Efron, "Bootstrap Methods", 1979).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

DRAWS = 2000
LOW, HIGH = 2.5, 97.5

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """A mean over songs with its 95 % interval."""

    mean: float
    low: float
    high: float

    def to_plain(self) -> list[float | None]:
        """Mean, lowest and highest for a report; None of no songs."""
        return [None if math.isnan(value) else round(value, 4) for value in self]


def interval(values: Sequence[float] | Values, seed: int = 0) -> Interval:
    """The mean of one number a song, with its 95 % interval; songs without one are left out."""
    given = np.asarray(values, dtype=np.float64)
    given = given[~np.isnan(given)]
    if not len(given):
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = np.random.default_rng(seed).integers(len(given), size=(DRAWS, len(given)))
    low, high = np.percentile(given[drawn].mean(axis=1), (LOW, HIGH))
    return Interval(float(given.mean()), float(low), float(high))


def share_interval(right: NDArray[np.bool_], song: NDArray[np.integer]) -> tuple[float, float]:
    """The 95 % interval of a share of clips, by songs drawn anew with all of their clips."""
    _, place, counts = np.unique(song, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=right)
    drawn = np.random.default_rng(0).integers(len(counts), size=(DRAWS, len(counts)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), (LOW, HIGH))
    return round(float(low), 4), round(float(high), 4)
