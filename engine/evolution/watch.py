"""The watch: a run stops where the judge falls for several generations while the total climbs.

Both curves are of the elite, the best ``ELITE`` of the population. The judge's is smoothed, because
ten parts differ from generation to generation. The limits were chosen on runs of nine songs by the
shipped total, none of which they stop, with a look at runs of nine others, of which they stop two;
the judge of both had lost more than half and never rose again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.events import CurvePoint

ELITE = 10
# Generations of the running mean, and for how many in a row it must stand low.
SMOOTHING, PATIENCE = 5, 6
# How far below its peak, as a probability and as a share of the peak.
FALL, FALL_SHARE = 0.15, 0.5


@dataclass(frozen=True, slots=True)
class Fall:
    """The judge's fall that stops a run.

    Attributes:
        peak: the generation at which the judge's running mean was highest.
        at: the generation after which the run stops.
        judged_at_peak: the judge's running mean there, 0 to 1.
        judged: and at the stop.
        total_at_peak: mean total of the elite there.
        total: and at the stop.
    """

    peak: int
    at: int
    judged_at_peak: float
    judged: float
    total_at_peak: float
    total: float

    @property
    def sentence(self) -> str:
        """What happened, for people."""
        return (
            f"stopped after generation {self.at}: since generation {self.peak} the total climbed "
            f"from {self.total_at_peak:.2f} to {self.total:.2f} while the judge, which is no part "
            f"of it, fell from {self.judged_at_peak:.0%} to {self.judged:.0%}"
        )


def find_fall(curve: Sequence[CurvePoint]) -> Fall | None:
    """The fall that stops a run after the last of these generations; None if it goes on.

    Args:
        curve: of every generation so far; points without the judge's word decide nothing.
    """
    if len(curve) < SMOOTHING + PATIENCE or any(p.judged is None or p.elite is None for p in curve):
        return None
    judged = smoothed([p.judged or 0.0 for p in curve])
    totals = smoothed([p.elite or 0.0 for p in curve])
    first = SMOOTHING - 1  # before it, the running mean is of fewer and steps about
    peak = first + int(judged[first:].argmax())
    limit = judged[peak] - max(FALL, FALL_SHARE * judged[peak])
    lasting = judged[-PATIENCE:]
    is_low = len(judged) - peak > PATIENCE and bool((lasting < limit).all())
    if not is_low or totals[-1] <= totals[peak]:
        return None
    return Fall(
        peak=curve[peak].generation,
        at=curve[-1].generation,
        judged_at_peak=float(judged[peak]),
        judged=float(judged[-1]),
        total_at_peak=float(totals[peak]),
        total=float(totals[-1]),
    )


def smoothed(values: Sequence[float]) -> NDArray[np.float64]:
    """Of each value, the mean of the last ``SMOOTHING``, or of as many as there are."""
    sums = np.cumsum([0.0, *values])
    ends = np.arange(1, len(sums))
    starts = np.maximum(0, ends - SMOOTHING)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))
