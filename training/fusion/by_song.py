"""Figures of songs, and what is said of all songs with its interval: songs are what is drawn anew.

Clips of one song are no independent trials: it has one concept and one way of playing. Intervals
are percentiles of the mean over songs drawn with replacement (Efron, "Bootstrap Methods", 1979).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fitness.predictions import Predictions
from training.composed.examples import Examples
from training.fusion.metrics import HAS_MODE, MODE, colours_of

DRAWS = 2000
LOW, HIGH = 2.5, 97.5
SMALLEST = 1e-6  # probability that the logarithm is taken of

# Of each song: the share of its clips whose colour is right, whether its clips' mean probability
# names the right one, the share of right modes, and the mean negative log-probability of the colour.
MEASURES = ("clips", "song", "modes", "log_loss")
SongFigures = dict[str, float]  # by measure
BySong = dict[str, SongFigures]  # by song

Values = NDArray[np.float64]


class Interval(NamedTuple):
    """A mean over songs with its 95 % interval."""

    mean: float
    low: float
    high: float


def figures_of_songs(
    predictions: Predictions, test: Examples, names: Mapping[int, str] | None = None
) -> BySong:
    """Figures of every song of held-out clips.

    Args:
        predictions: of the clips.
        test: the clips, all with a colour.
        names: of the songs by their numbers; the numbers themselves where there are none.
    """
    probabilities = colours_of(predictions).astype(np.float64)
    right = probabilities.argmax(axis=1) == test.colour
    surprise = -np.log(np.maximum(probabilities[np.arange(len(test)), test.colour], SMALLEST))
    has_mode = HAS_MODE[test.colour]
    modes = (predictions.axes.argmax(axis=2) == MODE[test.colour]) & has_mode
    found = {}
    for song in np.unique(test.song).tolist():
        rows = test.song == song
        colour = int(test.colour[rows][0])
        counted = int(has_mode[rows].sum())
        found[names[song] if names else str(song)] = {
            "clips": float(right[rows].mean()),
            "song": float(probabilities[rows].mean(axis=0).argmax() == colour),
            "modes": float(modes[rows].sum() / counted) if counted else float("nan"),
            "log_loss": float(surprise[rows].mean()),
        }
    return found


def interval(values: Sequence[float] | Values, seed: int = 0) -> Interval:
    """The mean of one number a song, with its 95 % interval; songs without one are left out."""
    given = np.asarray(values, dtype=np.float64)
    given = given[~np.isnan(given)]
    if not len(given):
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = np.random.default_rng(seed).integers(len(given), size=(DRAWS, len(given)))
    low, high = np.percentile(given[drawn].mean(axis=1), (LOW, HIGH))
    return Interval(float(given.mean()), float(low), float(high))


def measure_of(songs: BySong, measure: str) -> list[float]:
    """One measure of every song, in the order of their names."""
    return [songs[name][measure] for name in sorted(songs)]


def difference(songs: BySong, others: BySong, measure: str) -> Interval:
    """How much larger a measure is than that of others, song by song, of the songs in both."""
    both = sorted(songs.keys() & others.keys())
    return interval([songs[name][measure] - others[name][measure] for name in both])


def share_interval(right: NDArray[np.bool_], song: NDArray[np.integer]) -> tuple[float, float]:
    """The 95 % interval of a share of clips, by songs drawn anew with all of their clips."""
    _, place, counts = np.unique(song, return_inverse=True, return_counts=True)
    sums = np.bincount(place, weights=right)
    drawn = np.random.default_rng(0).integers(len(counts), size=(DRAWS, len(counts)))
    low, high = np.percentile(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1), (LOW, HIGH))
    return round(float(low), 4), round(float(high), 4)
