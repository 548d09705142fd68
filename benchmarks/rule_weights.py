"""Weights of rules from a person's decisions: Bradley-Terry with ridge, shrunk to given weights.

Those given are equal but where other evidence speaks, such as what songs do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
# Song -> the values of every rule for approved less rejected, one row for each pair.
Differences = Mapping[str, Floats]

RIDGES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
GAIN = 6.0  # how decided a whole unit of every rule is


def fit(differences: Differences, given: Floats, ridge: float) -> Floats:
    """Weights, none negative.

    Minimises the mean over songs of ``log(1 + exp(-GAIN · w · d))`` plus ``ridge`` times the mean
    square of ``w - given``.
    """

    def loss(weights: Floats) -> float:
        fits = [np.logaddexp(0, -GAIN * rows @ weights).mean() for rows in differences.values()]
        return float(np.mean(fits) + ridge * np.mean((weights - given) ** 2))

    found = minimize(loss, given, bounds=[(0, None)] * len(given), method="L-BFGS-B").x
    return np.asarray(found)


def share_right(rows: Floats, weights: Floats) -> float:
    """Share of pairs that the weights rank as the person did; ties count half."""
    margins = rows @ weights
    return float(np.mean((margins > 0) + 0.5 * (margins == 0)))


def without(differences: Differences, song: str) -> dict[str, Floats]:
    """The pairs of the other songs."""
    return {name: rows for name, rows in differences.items() if name != song}


def best_ridge(differences: Differences, given: Floats, ridges: Sequence[float] = RIDGES) -> float:
    """The strongest ridge within .005 of the best agreement on songs left out one by one."""
    agreements = {
        ridge: np.mean(
            [
                share_right(rows, fit(without(differences, song), given, ridge))
                for song, rows in differences.items()
            ]
        )
        for ridge in ridges
    }
    best = max(agreements.values())
    return max(ridge for ridge, found in agreements.items() if found >= best - 0.005)


def fitted(differences: Differences, given: Floats) -> Floats:
    """Weights with the ridge that by-song cross-validation chooses."""
    return fit(differences, given, best_ridge(differences, given))
