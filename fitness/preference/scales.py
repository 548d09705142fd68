"""What the columns of a preference head are measured in: their pool, and the songs decided on.

A person may want more of something than the song's other candidates have, or a certain amount:
about three notes a bar, in whatever song. So a column counts as the distance from the mean of its
first pool; and some count once more, as the distances from a few values that are the same in all
songs. Weights of these add up to a curve with straight pieces. Which ones is no opinion of what
people like: they are those that tell most of all other columns, in the songs decided on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# A candidate counts as no farther from its pool than this many standard deviations.
FARTHEST = 4.0

# How many columns have curves at most: each costs time, and makes the others less probable.
MOST_CURVES = 17

# A column of which less than this share of the variance is left is told by those before it.
LEAST_LEFT = 0.05

# Where the curves bend, in standard deviations of all decided songs' candidates from their mean.
KNOTS = (-0.7, 0.0, 0.7)


@dataclass(frozen=True, slots=True, eq=False)
class PoolStatistics:
    """Mean and standard deviation of each column over the first pool of a run.

    Attributes:
        mean: ``(columns,)``.
        deviation: ``(columns,)``; 0 where the pool is all alike, and the column says nothing.
    """

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, values: Floats) -> PoolStatistics:
        """Those of ``head_values`` of a first pool."""
        deviation = values.std(axis=0)
        # A constant's deviation is not quite 0.
        is_constant = values.max(axis=0) == values.min(axis=0)
        return cls(values.mean(axis=0), np.where(is_constant, 0.0, deviation))

    def standardised(self, values: Floats, units: Floats | None = None) -> Floats:
        """Values in deviations from the mean, no farther than ``FARTHEST``, but for the total.

        Args:
            values: ``head_values``.
            units: ``(columns,)`` what counts as one deviation of each column but the total, 0
                where it says nothing; the pool's own if None.
        """
        of_all = self.deviation if units is None else np.append(self.deviation[:1], units[1:])
        found = _ratios(values - self.mean, of_all)
        found[:, 1:] = found[:, 1:].clip(-FARTHEST, FARTHEST)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Scales:
    """What counts as one deviation of each column, and where the curves of some bend.

    Attributes:
        units: ``(columns,)`` root mean square of the first pools' deviations. In units of its own
            pool, a column would count for most where it hardly varies.
        curved: ``(curves,)`` which columns have curves.
        centres: ``(curves,)`` their means over all pools.
        spreads: ``(curves,)`` their standard deviations over all pools.
    """

    units: Floats
    curved: NDArray[np.int64]
    centres: Floats
    spreads: Floats

    @classmethod
    def of(cls, pools: Sequence[PoolStatistics], curved: NDArray[np.int64]) -> Scales:
        """Those of the first pools of decided songs, one at least, with curves of some columns."""
        means = np.array([pool.mean for pool in pools])
        squares = np.square([pool.deviation for pool in pools])
        centres = means.mean(axis=0)
        spreads = np.sqrt((squares + np.square(means - centres)).mean(axis=0))
        return cls(np.sqrt(squares.mean(axis=0)), curved, centres[curved], spreads[curved])

    @property
    def bends(self) -> Floats:
        """``(knots, curves)`` the values at which the curves bend, in the columns' own units."""
        return np.asarray(self.centres + np.array(KNOTS)[:, None] * self.spreads)

    def rows(self, values: Floats, first_pool: PoolStatistics) -> Floats:
        """``(n, columns + knots · curves)``: distances from the first pool, then from the bends.

        The distances from a bend are those of the candidate beyond those of the pool's mean, so
        that a candidate like its pool's mean is 0 throughout.

        Args:
            values: ``head_values`` of candidates.
            first_pool: statistics of the first pool of their run.
        """
        placed = self._placed(values[:, self.curved])
        mean = self._placed(first_pool.mean[self.curved])
        curves = [np.abs(placed - knot) - np.abs(mean - knot) for knot in KNOTS]
        return np.concatenate((first_pool.standardised(values, self.units), *curves), axis=1)

    def _placed(self, values: Floats) -> Floats:
        """Values of the curved columns in deviations from the mean of all pools."""
        return _ratios(values - self.centres, self.spreads).clip(-FARTHEST, FARTHEST)


def telling_columns(values: Floats, most: int = MOST_CURVES) -> NDArray[np.int64]:
    """The columns that tell most of the variance of all, so many at most, in order.

    Each is the one that, with those before it, leaves the least variance of all standardised
    columns to linear regression: A. K. Farahat, A. Ghodsi and M. S. Kamel, "An efficient greedy
    method for unsupervised feature selection" (2011).

    Args:
        values: ``(n, columns)``; columns that don't vary are left out.
        most: how many at most.
    """
    varies = np.flatnonzero(
        values.max(axis=0, initial=-np.inf) > values.min(axis=0, initial=np.inf)
    )
    if not len(varies):
        return varies
    left = np.corrcoef(values[:, varies], rowvar=False).reshape(len(varies), len(varies))
    chosen: list[int] = []
    while len(chosen) < most:
        of_each = np.diag(left)
        is_open = of_each > LEAST_LEFT
        if not is_open.any():
            break
        told = np.where(is_open, np.square(left).sum(axis=0) / np.where(is_open, of_each, 1.0), 0.0)
        best = int(told.argmax())
        chosen.append(int(varies[best]))
        left = left - np.outer(left[best], left[best]) / of_each[best]
    return np.array(sorted(chosen), dtype=np.int64)


def _ratios(values: Floats, units: Floats) -> Floats:
    """Values in these units; 0 where a unit is 0."""
    varies = units > 0
    return np.where(varies, values / np.where(varies, units, 1.0), 0.0)
