"""Figures of each held-out song, and the differences of two models song by song."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fitness.predictions import Predictions
from training.composed.examples import Examples
from training.fusion.intervals import Interval, interval
from training.fusion.metrics import HAS_MODE, MODE, colours_of

SMALLEST = 1e-6  # probability that the logarithm is taken of

# Of each song: the share of its clips whose colour is right, whether its clips' mean probability
# names the right one, the share of right modes, and the mean negative logarithm of what the right
# colour's probability is.
MEASURES = ("clips", "song", "modes", "log_loss")
SongFigures = dict[str, float]  # by measure
BySong = dict[str, SongFigures]  # by song


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


def measure_of(songs: BySong, measure: str) -> list[float]:
    """One measure of every song, in the order of their names."""
    return [songs[name][measure] for name in sorted(songs)]


def difference(songs: BySong, others: BySong, measure: str) -> Interval:
    """How much larger a measure is than that of others, song by song, of the songs in both."""
    both = sorted(songs.keys() & others.keys())
    return interval([songs[name][measure] - others[name][measure] for name in both])
