"""The grid of a bar: where notes may begin, their metrical weights, and how a groove swings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import gcd

from genomes.time import TICKS_PER_QUARTER, Meter

STRAIGHT, TRIPLET = "straight", "triplet"
DIVISIONS = (STRAIGHT, TRIPLET)

SIXTEENTH_TICKS = TICKS_PER_QUARTER // 4
TRIPLET_TICKS = TICKS_PER_QUARTER // 3
EIGHTH_TICKS = TICKS_PER_QUARTER // 2

# Weight of what lies on a unit of the meter, or on an eighth, between the beat groups.
UNIT_WEIGHT = 0.1

# At full swing the second eighth of a beat comes a third of an eighth late: a triplet.
FULL_SWING_TICKS = TICKS_PER_QUARTER * 2 // 3 - EIGHTH_TICKS


@dataclass(frozen=True, slots=True)
class Cell:
    """A position of a bar at which notes may begin.

    Attributes:
        onset_ticks: from the bar line, before any swing.
        weight: metrical weight: 1 the downbeat, 0.5 and 0.25 the other beat groups (see
            ``Meter.accents``), 0.1 eighths and units of the meter, 0 between them.
        group: index of the beat group it lies in.
    """

    onset_ticks: int
    weight: float
    group: int


@cache
def cells(meter: Meter, division: str = STRAIGHT) -> tuple[Cell, ...]:
    """The cells of one bar in order, the downbeat first.

    Args:
        meter: of the bar.
        division: ``straight``: every sixteenth (or the meter's unit where that is shorter);
            ``triplet``: three to each quarter in meters whose beat groups hold whole quarters,
            as ``straight`` in all others.
    """
    edges = (*meter.group_onsets_ticks, meter.bar_ticks)
    return tuple(
        Cell(onset, _weight(onset, group, meter), group)
        for group, (start, end) in enumerate(pairwise(edges))
        for onset in range(start, end, _step_ticks(meter, division))
    )


def _step_ticks(meter: Meter, division: str) -> int:
    if division == TRIPLET and in_quarters(meter):
        return TRIPLET_TICKS
    return gcd(SIXTEENTH_TICKS, meter.unit_ticks)


@cache
def in_quarters(meter: Meter) -> bool:
    """Whether every beat group holds whole quarters: only then does a meter swing."""
    edges = (*meter.group_onsets_ticks, meter.bar_ticks)
    return all(edge % TICKS_PER_QUARTER == 0 for edge in edges)


def _weight(onset_ticks: int, group: int, meter: Meter) -> float:
    if onset_ticks == meter.group_onsets_ticks[group]:
        return meter.accents[group]
    is_light = onset_ticks % EIGHTH_TICKS == 0 or onset_ticks % meter.unit_ticks == 0
    return UNIT_WEIGHT if is_light else 0.0


def swung(onset_ticks: int, meter: Meter, swing: float) -> int:
    """Where a straight onset really falls.

    The first half of each quarter is stretched and the second pressed together, so that the
    second eighth comes late; meters whose beat groups hold no whole quarters stay straight.

    Args:
        onset_ticks: from a bar line.
        meter: of all bars.
        swing: 0 (straight) to 1 (triplets).
    """
    if not swing or not in_quarters(meter):
        return onset_ticks
    quarter, within = divmod(onset_ticks, TICKS_PER_QUARTER)
    middle = EIGHTH_TICKS + swing * FULL_SWING_TICKS
    if within < EIGHTH_TICKS:
        warped = within * middle / EIGHTH_TICKS
    else:
        rest = (TICKS_PER_QUARTER - middle) / EIGHTH_TICKS
        warped = middle + (within - EIGHTH_TICKS) * rest
    return quarter * TICKS_PER_QUARTER + round(warped)
