"""Sparse Bradley-Terry: a logistic model of which of two candidates is preferred.

``P(a before b) = sigmoid((z_a - z_b) · w)`` (Bradley and Terry, 1952). The first column is the
shipped total, whose weight has a normal prior with a positive mean. A person listens to a few
things, and nobody knows beforehand to which: the prior of every other weight is a spike and a slab
(George and McCulloch, 1993), almost 0 for most columns and free for a few. The posterior is found
by expectation propagation (Minka, 2001; for this prior Hernández-Lobato et al., 2013), with
Laplace's approximation for the pairs: normal, around weights that are averages over what the
person may listen to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Prior of the shipped total's weight, in logits per standard deviation of the first pool.
TOTAL_MEAN, TOTAL_DEVIATION = 0.2, 0.5

# Prior variances of the other weights: of what is listened to, and of the rest.
SLAB_VARIANCE, SPIKE_VARIANCE = 0.4, 1e-3

# Of the normal that stands for the prior of one weight: a broader one would be all rounding.
LEAST_PRECISION = 1 / (4 * SLAB_VARIANCE)

# Steps of Laplace's approximation; within each, of expectation propagation, and their length.
STEPS, INNER_STEPS, STEP_LENGTH = 8, 15, 0.5
CONVERGED = 1e-3  # of the largest change: of a weight, or of the logarithm of a precision

# Directions in which the posterior is kept narrower than the prior; the other ones are rounded up.
KEPT_DIRECTIONS = 32


@dataclass(frozen=True, slots=True, eq=False)
class Comparisons:
    """Pairs of candidates, each the preferred one minus the other.

    Attributes:
        differences: ``(n, columns)`` of standardised values, the shipped total first.
        weights: ``(n,)`` how much each counts, above 0; decisions, not pairs, should add up.
        songs: ``(n,)`` the song of each.
    """

    differences: Floats
    weights: Floats
    songs: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """What the weights are, and how sure that is.

    Attributes:
        mean: ``(columns,)`` the mean weights.
        deviation: ``(columns,)`` the standard deviation of the normal that stands for the prior of
            each weight; 0 without decisions.
        learned: ``(directions, columns)`` what the decisions took from that normal's covariance:
            it is ``diag(deviation²) - learned.T @ learned``.
    """

    mean: Floats
    deviation: Floats
    learned: Floats

    def utilities(self, rows: Floats) -> Floats:
        """Mean utility of standardised rows, in logits against the pool's mean."""
        return np.asarray(rows @ self.mean)

    def deviations(self, rows: Floats) -> Floats:
        """Standard deviation of the utilities of standardised rows."""
        before = np.square(rows) @ np.square(self.deviation)
        taken = np.square(rows @ self.learned.T).sum(axis=1)
        return np.asarray(np.sqrt(np.maximum(0.0, before - taken)))


@dataclass(frozen=True, slots=True, eq=False)
class _Sites:
    """The normals that stand for the priors of the weights, ``(columns,)`` each.

    Attributes:
        precision: inverse variance.
        pull: precision times mean.
    """

    precision: Floats
    pull: Floats

    @classmethod
    def first(cls, listened: Floats) -> _Sites:
        """The prior's own mean and variance."""
        precision = 1 / (listened * SLAB_VARIANCE + (1 - listened) * SPIKE_VARIANCE)
        pull = np.zeros(len(listened))
        precision[0] = TOTAL_DEVIATION**-2
        pull[0] = precision[0] * TOTAL_MEAN
        return cls(precision, pull)


def prior(columns: int) -> Posterior:
    """No decisions: the shipped total alone."""
    mean, deviation = np.zeros(columns), np.zeros(columns)
    mean[0] = TOTAL_MEAN
    return Posterior(mean, deviation, np.zeros((0, columns)))


def fit(comparisons: Comparisons, listened: Floats) -> Posterior:
    """Fit the weights.

    Without comparisons, or with those of one song, which tell its pool from others and no taste, it
    is the prior.

    Args:
        comparisons: the pairs.
        listened: ``(columns,)`` how probable it is that each is listened to, above 0 and below 1;
            that of the shipped total, which has a prior of its own, is left aside.
    """
    columns = comparisons.differences.shape[1]
    if len(np.unique(comparisons.songs)) < 2:
        return prior(columns)
    sites = _Sites.first(listened)
    mean = sites.pull / sites.precision
    for _ in range(STEPS):
        before = mean
        curvature, slope = _expanded(comparisons, mean)
        mean, sites = _propagated(curvature, curvature @ mean + slope, sites, listened)
        if np.abs(mean - before).max() < CONVERGED:
            break
    deviation = 1 / np.sqrt(sites.precision)
    learned = _learned(_expanded(comparisons, mean)[0], deviation)[:KEPT_DIRECTIONS]
    return Posterior(mean, deviation, learned)


def folds(songs: Sequence[str] | NDArray[np.str_], most: int) -> Iterator[NDArray[np.bool_]]:
    """Which rows to hold out, whole songs at once; so many times, or once for each song."""
    names = np.unique(songs)
    count = min(most, len(names))
    for fold in range(count):
        yield np.isin(songs, names[fold::count])


def _expanded(comparisons: Comparisons, mean: Floats) -> tuple[Floats, Floats]:
    """Negative curvature of the log-likelihood of the pairs at some weights, and its slope."""
    rows = comparisons.differences
    chance = 0.5 * (1.0 + np.tanh(0.5 * rows @ mean))
    curvature = (rows.T * (comparisons.weights * chance * (1.0 - chance))) @ rows
    return np.asarray(curvature), np.asarray(rows.T @ (comparisons.weights * (1.0 - chance)))


def _propagated(
    curvature: Floats, pull: Floats, sites: _Sites, listened: Floats
) -> tuple[Floats, _Sites]:
    """Expectation propagation of the spikes and slabs; returns the mean weights and the sites.

    Args:
        curvature: ``(columns, columns)`` precision of the pairs.
        pull: ``(columns,)`` that precision times their mean.
        sites: to begin with.
        listened: of the prior.
    """
    for _ in range(INNER_STEPS):
        covariance = np.linalg.inv(curvature + np.diag(sites.precision))
        mean, variance = covariance @ (pull + sites.pull), np.diag(covariance)
        wanted = _matched(mean, variance, sites, listened)
        change = np.abs(np.log(wanted.precision / sites.precision)).max()
        sites = _Sites(
            sites.precision + STEP_LENGTH * (wanted.precision - sites.precision),
            sites.pull + STEP_LENGTH * (wanted.pull - sites.pull),
        )
        if change < CONVERGED:
            break
    found = np.linalg.solve(curvature + np.diag(sites.precision), pull + sites.pull)
    return np.asarray(found), sites


def _matched(mean: Floats, variance: Floats, sites: _Sites, listened: Floats) -> _Sites:
    """The sites with which each weight has the moments that spike and slab give it."""
    without = 1 / np.maximum(1 / variance - sites.precision, CONVERGED * LEAST_PRECISION)
    centre = without * (mean / variance - sites.pull)
    log_odds = np.log(listened / (1 - listened))
    moments = []
    for sign, prior_variance in ((1, SLAB_VARIANCE), (-1, SPIKE_VARIANCE)):
        whole = without + prior_variance
        log_odds = log_odds - sign * 0.5 * (np.log(whole) + np.square(centre) / whole)
        moments.append((centre * prior_variance / whole, without * prior_variance / whole))
    share = 0.5 * (1.0 + np.tanh(0.5 * log_odds))  # of the slab
    (slab_mean, slab_variance), (spike_mean, spike_variance) = moments
    found = share * slab_mean + (1 - share) * spike_mean
    spread = share * (1 - share) * np.square(slab_mean - spike_mean)
    around = share * slab_variance + (1 - share) * spike_variance + spread
    precision = np.maximum(1 / around - 1 / without, LEAST_PRECISION)
    pull = found * (precision + 1 / without) - centre / without
    precision[0], pull[0] = sites.precision[0], sites.pull[0]
    return _Sites(precision, pull)


def _learned(curvature: Floats, deviation: Floats) -> Floats:
    """What the pairs took away of the sites' covariance, as directions, the largest first."""
    values, vectors = np.linalg.eigh(curvature * deviation * deviation[:, None])
    kept = np.flatnonzero(values > 0)[::-1]  # the largest first
    taken = np.sqrt(values[kept] / (1.0 + values[kept]))
    return np.asarray((vectors[:, kept] * taken).T * deviation)
