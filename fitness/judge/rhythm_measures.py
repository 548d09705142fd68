"""When and how loudly the notes of a part sound: measures that the fusion model doesn't read.

Each function takes a view and returns one number for each of its names, in the table below.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fitness.part_batch import PartBatch
from genomes.time import TICKS_PER_QUARTER

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PLACES = 8  # a bar is looked at by its eighths
# Note values by the nearest octave: sixteenths or shorter to more than six quarters.
VALUES = ("sixteenth", "eighth", "quarter", "half", "whole", "longer")
VALUE_EDGES_QUARTERS = 2.0 ** np.arange(-1.5, 3.0)
PULSES_PER_QUARTER = 4
PULSE_LAGS = {"eighth": 2, "quarter": 4, "dotted": 3, "half": 8}  # in pulses
LOUDNESS_PLACES = 4
BAR_LAGS = (2, 4)


def onset_places(view: PartBatch) -> Floats:
    """Share of the onset times in each eighth of the bar."""
    bar_ticks = view.meter.bar_ticks
    places = view.onsets_ticks % bar_ticks * PLACES // bar_ticks
    return shares(np.bincount(places, minlength=PLACES))


def gap_values(view: PartBatch) -> Floats:
    """Share of the times between onsets that are of each note value."""
    return _by_value(np.diff(view.onsets_ticks))


def note_values(view: PartBatch) -> Floats:
    """Share of the notes that are of each value."""
    return _by_value(view.notes["duration_ticks"].astype(np.int64))


def gap_order(view: PartBatch) -> Floats:
    """How uneven the times between onsets are: their relative deviation, and equal neighbours."""
    gaps = np.diff(view.onsets_ticks)
    uneven = float(gaps.std() / gaps.mean()) if len(gaps) else 0.0
    return np.array([uneven, mean(gaps[1:] == gaps[:-1])])


def overlap(view: PartBatch) -> Floats:
    """Share of the notes that still sound when the next ones begin."""
    notes, onsets = view.notes, view.onsets_ticks
    following = np.append(onsets[1:], view.lengths_ticks)
    until = following[np.searchsorted(onsets, notes["onset_ticks"])] - notes["onset_ticks"]
    return np.array([mean(notes["duration_ticks"] > until)])


def pulse_agreement(view: PartBatch) -> Floats:
    """Share of the onsets that are answered by another one, a fixed time later."""
    pulses = np.unique(np.rint(view.onsets_ticks * PULSES_PER_QUARTER / TICKS_PER_QUARTER))
    last = pulses.max(initial=0)
    found = []
    for lag in PULSE_LAGS.values():
        could = pulses[pulses + lag <= last]
        found.append(mean(np.isin(could + lag, pulses)))
    return np.array(found)


def rhythm_returns(view: PartBatch) -> Floats:
    """Onsets that two bars share, of those that either has, mean over pairs two and four apart."""
    grid = view.onset_grid
    found = []
    for lag in BAR_LAGS:
        both = (grid[lag:] & grid[:-lag]).sum(axis=1)
        either = (grid[lag:] | grid[:-lag]).sum(axis=1)
        found.append(mean(both / np.maximum(1, either)))
    return np.array(found)


def loudness_places(view: PartBatch) -> Floats:
    """Mean velocity in each quarter of the bar, less the part's; 0 where nothing begins.

    A difference: how loud a part is altogether is the model's to read.
    """
    notes, bar_ticks = view.notes, view.meter.bar_ticks
    places = notes["onset_ticks"].astype(np.int64) % bar_ticks * LOUDNESS_PLACES // bar_ticks
    louder = notes["velocity"] - mean(notes["velocity"])
    struck = np.bincount(places, minlength=LOUDNESS_PLACES)
    return np.asarray(np.bincount(places, louder, LOUDNESS_PLACES) / np.maximum(1, struck))


def loudness_with_pitch(view: PartBatch) -> Floats:
    """Correlation of velocity and pitch, -1 to 1; 0 where either stays."""
    velocity, pitches = view.notes["velocity"][view.is_pitched].astype(np.float64), view.pitches
    if not (velocity.size and velocity.std() and pitches.std()):
        return np.zeros(1)
    return np.array([np.corrcoef(velocity, pitches)[0, 1]])


def mean(values: NDArray[np.generic]) -> float:
    """The mean; 0 of nothing."""
    return float(values.mean()) if values.size else 0.0


def shares(counts: NDArray[np.generic]) -> Floats:
    """Counts over their sum; all 0 where there is nothing."""
    numbers = np.asarray(counts, dtype=np.float64)
    return np.asarray(numbers / max(1e-9, numbers.sum()))


def _by_value(lengths_ticks: Integers) -> Floats:
    kinds = np.searchsorted(VALUE_EDGES_QUARTERS, lengths_ticks / TICKS_PER_QUARTER)
    return shares(np.bincount(kinds, minlength=len(VALUES)))


GROUPS = (
    (onset_places, tuple(f"onsets_in_{place + 1}_of_{PLACES}" for place in range(PLACES))),
    (gap_values, tuple(f"gap_{value}" for value in VALUES)),
    (note_values, tuple(f"note_{value}" for value in VALUES)),
    (gap_order, ("gap_unevenness", "equal_gaps")),
    (overlap, ("overlapping_notes",)),
    (pulse_agreement, tuple(f"answered_after_{lag}" for lag in PULSE_LAGS)),
    (rhythm_returns, tuple(f"rhythm_returns_after_{lag}" for lag in BAR_LAGS)),
    (loudness_places, tuple(f"loudness_{n + 1}_of_{LOUDNESS_PLACES}" for n in range(4))),
    (loudness_with_pitch, ("loudness_with_pitch",)),
)
