"""Ridge Bradley-Terry: a logistic model of which of two candidates is preferred.

``P(a before b) = sigmoid((z_a - z_b) · w)`` (Bradley and Terry, 1952). The first column is the
shipped total, whose weight has a positive prior mean; all others are shrunk toward zero. The
strength of the shrinkage is chosen by cross-validation over songs. A person listens to a few
things, and nobody knows beforehand to which: after a first fit, each column's prior variance
becomes the mean square of its weight under the posterior (automatic relevance determination by two
steps of expectation maximisation; MacKay, 1994), which changes little until decisions say much. The
posterior is Laplace's: normal around the most probable weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Prior of the shipped total's weight, in logits per standard deviation of the first pool.
TOTAL_MEAN, TOTAL_DEVIATION = 0.2, 0.5

# Inverse variances of the other weights that are tried.
STRENGTHS: tuple[float, ...] = (10.0, 30.0, 100.0, 300.0, 1000.0)

# A few songs say little of the strength: its logarithm is normal around the typical one's before.
TYPICAL_STRENGTH, STRENGTH_LOG_DEVIATION = 100.0, 1.0

MAX_FOLDS = 5
MAX_STEPS = 50
CONVERGED, NEARLY_CONVERGED = 1e-8, 1e-2  # of the largest step, in prior deviations

RELEVANCE_STEPS = 2

# Directions in which the posterior is kept narrower than the prior; the other ones are rounded up.
KEPT_DIRECTIONS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Pairs of candidates, each the preferred one minus the other.

    Attributes:
        differences: ``(n, columns)`` of standardised values, the shipped total first.
        weights: ``(n,)`` how much each counts, above 0; decisions, not pairs, should add up.
        songs: ``(n,)`` the song of each: the groups of cross-validation.
    """

    differences: Floats
    weights: Floats
    songs: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.weights)

    def only(self, rows: NDArray[np.bool_]) -> Comparisons:
        """Some of the pairs."""
        return Comparisons(self.differences[rows], self.weights[rows], self.songs[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What the weights are, and how sure that is.

    Attributes:
        mean: ``(columns,)`` the most probable weights.
        deviation: ``(columns,)`` the prior standard deviation of each.
        learned: ``(directions, columns)`` what the decisions took from the prior's covariance:
            it is ``diag(deviation²) - learned.T @ learned``.
        strength: the chosen inverse variance; infinite without decisions.
    """

    mean: Floats
    deviation: Floats
    learned: Floats
    strength: float

    def utilities(self, rows: Floats) -> Floats:
        """Mean utility of standardised rows, in logits against the pool's mean."""
        return np.asarray(rows @ self.mean)

    def deviations(self, rows: Floats) -> Floats:
        """Standard deviation of the utilities of standardised rows."""
        before = np.square(rows) @ np.square(self.deviation)
        taken = np.square(rows @ self.learned.T).sum(axis=1)
        return np.asarray(np.sqrt(np.maximum(0.0, before - taken)))


def prior(columns: int) -> Posterior:
    """No decisions: the shipped total alone."""
    mean, deviation = np.zeros(columns), np.zeros(columns)
    mean[0] = TOTAL_MEAN
    return Posterior(mean, deviation, np.zeros((0, columns)), np.inf)


def fit(comparisons: Comparisons) -> Posterior:
    """Fit the weights; the strength of the ridge is chosen by cross-validation over songs.

    Without comparisons, or with those of one song, which can't be held out, it is the prior.
    """
    columns = comparisons.differences.shape[1]
    if len(np.unique(comparisons.songs)) < 2:
        return prior(columns)
    shares = np.ones(columns)
    for _ in range(RELEVANCE_STEPS):
        shares = _relevances(comparisons, _deviations(TYPICAL_STRENGTH, shares))
    strength = _chosen(comparisons, shares)
    deviation = _deviations(strength, shares)
    mean = _most_probable(comparisons, deviation)
    learned = _learned(comparisons, mean, deviation)[:KEPT_DIRECTIONS]
    return Posterior(mean, deviation, learned, strength)


def log_likelihood(weights: Floats, comparisons: Comparisons) -> float:
    """Weighted sum of the log-likelihoods of the pairs, at most 0."""
    utilities = comparisons.differences @ weights
    return float(-(comparisons.weights * np.logaddexp(0.0, -utilities)).sum())


def folds(
    songs: Sequence[str] | NDArray[np.str_], most: int = MAX_FOLDS
) -> Iterator[NDArray[np.bool_]]:
    """Which rows to hold out, whole songs at once; so many times, or once for each song."""
    names = np.unique(songs)
    count = min(most, len(names))
    for fold in range(count):
        yield np.isin(songs, names[fold::count])


def _chosen(comparisons: Comparisons, shares: Floats) -> float:
    """The most probable strength, by the likelihood of held-out songs and its own prior."""
    strengths = np.array(STRENGTHS[::-1])
    found = -0.5 * np.square(np.log(strengths / TYPICAL_STRENGTH) / STRENGTH_LOG_DEVIATION)
    for is_held in folds(comparisons.songs):
        known, held = comparisons.only(~is_held), comparisons.only(is_held)
        weights = None
        for row, strength in enumerate(strengths.tolist()):
            deviation = _deviations(strength, shares)
            weights = _most_probable(known, deviation, weights, NEARLY_CONVERGED)
            found[row] += log_likelihood(weights, held)
    return float(strengths[np.argmax(found)])


def _deviations(strength: float, shares: Floats) -> Floats:
    """Prior standard deviations: of each column by its share, of the shipped total its own."""
    found = np.sqrt(shares / strength)
    found[0] = TOTAL_DEVIATION
    return found


def _relevances(comparisons: Comparisons, deviation: Floats) -> Floats:
    """Mean square of each weight under the posterior, relative to the mean over the columns."""
    mean = _most_probable(comparisons, deviation)
    taken = np.square(_learned(comparisons, mean, deviation)).sum(axis=0)
    squares = np.square(mean) + np.maximum(0.0, np.square(deviation) - taken)
    return np.asarray(squares / squares[1:].mean())


def _most_probable(
    comparisons: Comparisons,
    deviation: Floats,
    begin: Floats | None = None,
    tolerance: float = CONVERGED,
) -> Floats:
    """The mode of the posterior, by Newton's method in units of the prior's deviations.

    Args:
        comparisons: the pairs.
        deviation: prior standard deviation of each weight, above 0.
        begin: weights to begin with.
        tolerance: of the largest step.
    """
    centre = np.zeros(len(deviation))
    centre[0] = TOTAL_MEAN
    offset = comparisons.differences @ centre
    rows = comparisons.differences * deviation
    found = np.zeros(len(deviation)) if begin is None else (begin - centre) / deviation
    for _ in range(MAX_STEPS):
        chance = _sigmoid(offset + rows @ found)
        slope = rows.T @ (comparisons.weights * (1.0 - chance)) - found
        curvature = comparisons.weights * chance * (1.0 - chance)
        step = np.linalg.solve((rows.T * curvature) @ rows + np.eye(len(found)), slope)
        found += step
        if np.abs(step).max() < tolerance:
            break
    return np.asarray(centre + found * deviation)


def _learned(comparisons: Comparisons, mean: Floats, deviation: Floats) -> Floats:
    """What the pairs took away of the prior's covariance, as directions, the largest first."""
    chance = _sigmoid(comparisons.differences @ mean)
    curvature = comparisons.weights * chance * (1.0 - chance)
    rows = comparisons.differences * deviation
    values, vectors = np.linalg.eigh((rows.T * curvature) @ rows)
    kept = np.flatnonzero(values > 0)[::-1]  # the largest first
    taken = np.sqrt(values[kept] / (1.0 + values[kept]))
    return np.asarray((vectors[:, kept] * taken).T * deviation)


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * values)))
