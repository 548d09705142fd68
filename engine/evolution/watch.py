"""The watch: a run stops where its best stop being music while their total climbs.

It ends, too, where its last generations gained little; see ``stands_still``.

Two things that no total is made of are watched in the elite, the best ``ELITE`` of the population:
the judge's probability that they are music at all, whatever its colour, and the share of their
plain features outside the bands of real music. Both are smoothed over ``SMOOTHING`` generations. A
fall is one from the best running mean so far that lasts ``PATIENCE`` generations, is larger than
``MOST_OF_GOOD_RUNS``, and is above ``SURE`` standard errors of the difference of the two means: of
parts as different as the elites' were, and of one elite each, for from one generation to the next
it hardly changes.

The limit has a stated rate of false alarms, as in conformal prediction (Vovk, Gammerman and Shafer,
2005): it is the fall that all but a share of ``FALSE_ALARMS`` of a set of runs stay below, which
``python -m benchmarks exploitation --tuning`` prints. They are runs by heads of other tastes than
those of the benchmark's table, and each counts as a good one. So of other runs like these, no
larger share is stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.events import CurvePoint, Reality

ELITE = 10
# Generations of the running mean, and for how many in a row it must stand low.
SMOOTHING, PATIENCE = 5, 6
# Share of good runs of 24 generations that may be stopped, and the largest fall of the others: of
# the probability, or of the share of features inside.
FALSE_ALARMS = 0.05
MOST_OF_GOOD_RUNS = 0.201
SURE = 3.0

# Of the standard deviation of the first pool's totals: what generations must gain to go on.
# Chosen on forty runs of eight songs.
SMALLEST_GAIN = 0.25

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fall:
    """The fall that stops a run.

    Attributes:
        peak: the generation at which what fell was highest.
        at: the generation after which the run stops.
        what: what fell: ``music`` or ``inside``.
        depth: how far the running mean has stayed below the peak for ``PATIENCE`` generations.
        judged_at_peak: its running mean there, 0 to 1.
        judged: and at the stop.
        total_at_peak: mean total of the elite there.
        total: and at the stop.
    """

    peak: int
    at: int
    what: str
    depth: float
    judged_at_peak: float
    judged: float
    total_at_peak: float
    total: float

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        before, now = self.judged_at_peak, self.judged
        fell = {
            "music": f"the judge, which is no part of it, fell from {before:.0%} to {now:.0%} sure "
            "that this is music",
            "inside": "the share of plain features outside what real music does rose from "
            f"{1 - before:.0%} to {1 - now:.0%}",
        }
        return (
            f"stopped after generation {self.at}: since generation {self.peak} the total climbed "
            f"from {self.total_at_peak:.2f} to {self.total:.2f} while {fell[self.what]}"
        )


def find_fall(curve: Sequence[CurvePoint]) -> Fall | None:
    """The fall that stops a run after the last of these generations; None if it goes on.

    Args:
        curve: of every generation so far; where one wasn't watched, nothing is decided.
    """
    found = deepest_fall(curve)
    return found if found is not None and found.depth > MOST_OF_GOOD_RUNS else None


def deepest_fall(curve: Sequence[CurvePoint]) -> Fall | None:
    """The larger of the falls that last at the end of these generations, however small.

    None if there is none beyond the noise while the total climbs.
    """
    known = [point.reality for point in curve if point.reality is not None]
    totals = [point.elite for point in curve if point.elite is not None]
    if len(curve) < SMOOTHING + PATIENCE or not len(known) == len(totals) == len(curve):
        return None
    total = smoothed(totals)
    falls = []
    for what, (means, errors) in _watched(known).items():
        first = SMOOTHING - 1  # before it, the running mean is of fewer and steps about
        peak = first + int(means[first:].argmax())
        noise = SURE * np.sqrt(errors[peak] ** 2 + errors[-PATIENCE:] ** 2)
        drops = means[peak] - means[-PATIENCE:]
        is_low = len(means) - peak > PATIENCE and bool((drops >= noise).all())
        if is_low and total[-1] > total[peak]:
            falls.append(
                Fall(
                    peak=curve[peak].generation,
                    at=curve[-1].generation,
                    what=what,
                    depth=float(drops.min()),
                    judged_at_peak=float(means[peak]),
                    judged=float(means[-1]),
                    total_at_peak=float(total[peak]),
                    total=float(total[-1]),
                )
            )
    return max(falls, key=lambda fall: fall.depth, default=None)


def _watched(points: Sequence[Reality]) -> dict[str, tuple[Floats, Floats]]:
    """Of what is watched, the running mean and its standard error for one elite."""
    columns = {
        "music": [(point.music, point.music_deviation) for point in points],
        "inside": [(1 - point.outside, point.outside_deviation) for point in points],
    }
    found = {}
    for what, rows in columns.items():
        means, deviations = zip(*rows, strict=True)
        variances = smoothed(np.square(deviations).tolist())
        found[what] = smoothed(means), np.sqrt(np.maximum(0.0, variances) / ELITE)
    return found


def stands_still(curve: Sequence[CurvePoint], patience: int, spread: float) -> bool:
    """Whether the mean total of the elite rose by little in the last generations.

    Args:
        curve: of every generation so far, the first pool among them.
        patience: how many generations; 0 for none that stand still.
        spread: standard deviation of the totals of the first pool.
    """
    if not patience or len(curve) <= patience:
        return False
    before, now = curve[-1 - patience].elite, curve[-1].elite
    return before is not None and now is not None and now - before < SMALLEST_GAIN * spread


def smoothed(values: Sequence[float]) -> Floats:
    """Of each value, the mean of the last ``SMOOTHING``, or of as many as there are."""
    sums = np.cumsum([0.0, *values])
    ends = np.arange(1, len(sums))
    starts = np.maximum(0, ends - SMOOTHING)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))
