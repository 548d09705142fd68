"""Rhythms of phrases: from a few held notes to speech."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS, SIXTEENTH_TICKS, cells
from genomes.melody.timing import (
    CLOSEST_SECONDS,
    PICKUP_REST_TICKS,
    PICKUP_TICKS,
    cell_ticks,
    ticks_of,
)
from genomes.time import Meter

# Onsets a second while a phrase is sung, from and to.
DENSITIES: dict[str, tuple[float, float]] = {
    "sparse": (0.3, 0.9),
    "medium": (1.1, 2.1),
    "busy": (2.1, 3.5),
}

# How likely a note begins on a place, by its metrical weight at least.
LIKELY = ((1.0, 8.0), (0.5, 4.0), (0.25, 3.5), (0.1, 2.5), (0.0, 0.4))

# How often a speech-like phrase begins after the downbeat.
LATE_SHARE = 0.25
# Share of the bars that repeat the rhythm of the first.
REPEATED_RHYTHM_SHARE = 0.5
# Of the last bar of a phrase, the part in which notes may still begin.
CLOSING_SHARE = 0.6
# How often a phrase ends with a pick-up to the next one: eighths or sixteenths, so many at most.
PICKUP_SHARE = 0.6
MOST_EIGHTHS, MOST_SIXTEENTHS = 2, 3
# Notes that stop before the next begins.
SHORT_SHARE = 0.2

Rhythm = list[tuple[int, int]]  # cell and length of every tone


@dataclass(frozen=True, slots=True)
class Pace:
    """How a phrase moves.

    Attributes:
        onsets: notes that it has, about.
        speaks: whether they come in runs of even notes, as in speech, or spread over the beats.
    """

    onsets: int
    speaks: bool


def draw_rhythm(
    context: Context, division: str, bars: int, pace: Pace, rng: np.random.Generator
) -> Rhythm:
    """The tones of a phrase: the first in its first bar, with room to breathe after the last.

    After that room often a pick-up to the next phrase.
    """
    meter = context.meter
    step = cell_ticks(meter, division)
    closest = max(1, -(-ticks_of(CLOSEST_SECONDS, context.tempo_bpm) // step))
    per_bar = meter.bar_ticks // step
    draw_bar = _run if pace.speaks else _on_beats
    first = draw_bar(meter, division, max(1, round(pace.onsets / bars)), closest, rng)
    onsets = list(first)
    for bar in range(1, bars):
        if pace.onsets < bars and rng.random() > pace.onsets / bars:
            continue
        again = rng.random() < REPEATED_RHYTHM_SHARE
        count = max(1, round(pace.onsets / bars))
        inside = first if again else draw_bar(meter, division, count, closest, rng)
        onsets += [bar * per_bar + cell for cell in inside]
    onsets = _closing(onsets, bars * per_bar, per_bar)
    end = bars * per_bar
    pickup = _pickup(end, step, closest, rng) if rng.random() < PICKUP_SHARE else []
    rest = max(1, PICKUP_REST_TICKS // step)
    if pickup and pickup[0][0] - rest > onsets[-1]:
        return [*_held(onsets, pickup[0][0] - rest, per_bar, rng), *pickup]
    return _held(onsets, end, per_bar, rng)


def _pickup(end: int, step: int, closest: int, rng: np.random.Generator) -> Rhythm:
    """Even notes up to the end of a phrase, within the last quarter."""
    is_slow = rng.random() < 0.5
    length = max(1, (EIGHTH_TICKS if is_slow else SIXTEENTH_TICKS) // step, closest)
    most = min(MOST_EIGHTHS if is_slow else MOST_SIXTEENTHS, PICKUP_TICKS // (length * step))
    if not most:
        return []
    count = 1 + int(rng.integers(most))
    return [(end - left * length, length) for left in range(count, 0, -1)]


@cache
def _likelihoods(meter: Meter, division: str) -> NDArray[np.float64]:
    return np.array(
        [
            next(likely for weight, likely in LIKELY if cell.weight >= weight)
            for cell in cells(meter, division)
        ]
    )


def _on_beats(
    meter: Meter, division: str, count: int, closest: int, rng: np.random.Generator
) -> list[int]:
    """Cells of a bar, the strong ones most, none too close to another."""
    likely = _likelihoods(meter, division)
    # The greatest of these are a draw without replacement, by weight.
    keys = np.log(rng.random(len(likely))) / likely
    kept: list[int] = []
    for cell in sorted(np.argsort(-keys)[:count].tolist()):
        if not kept or cell - kept[-1] >= closest:
            kept.append(cell)
    return kept


def _run(
    meter: Meter, division: str, count: int, closest: int, rng: np.random.Generator
) -> list[int]:
    """Even notes in a row, from the downbeat or a little after it, at the speed of the count."""
    step = cell_ticks(meter, division)
    per_bar = meter.bar_ticks // step
    eighth = max(1, EIGHTH_TICKS // step)
    pulse = eighth
    while pulse * 2 * count <= per_bar or pulse < closest:
        pulse *= 2
    while pulse * (count - 1) >= per_bar and pulse // 2 >= closest and pulse > 1:
        pulse //= 2
    count = min(count, max(1, (per_bar - 1) // pulse + 1))
    room = per_bar - pulse * (count - 1)
    late = [cell for cell in (eighth, 2 * eighth) if cell < room]
    start = late[int(rng.integers(len(late)))] if late and rng.random() < LATE_SHARE else 0
    return [start + index * pulse for index in range(count)]


def _closing(onsets: list[int], end: int, per_bar: int) -> list[int]:
    """The notes without those that begin near the end of the phrase, the first always kept."""
    latest = end - per_bar + max(1, round(CLOSING_SHARE * per_bar))
    return [cell for index, cell in enumerate(onsets) if index == 0 or cell < latest]


def _held(onsets: list[int], end: int, per_bar: int, rng: np.random.Generator) -> Rhythm:
    """Each note held to the next or a little shorter; the last one long, then a rest."""
    rests = rng.random(len(onsets))
    lengths = []
    for index, (cell, following) in enumerate(zip(onsets, [*onsets[1:], end], strict=True)):
        length = following - cell
        is_last = index == len(onsets) - 1
        if is_last:
            length = max(1, min(round(length * (0.35 + 0.45 * rests[index])), 2 * per_bar))
        elif rests[index] < SHORT_SHARE and length > 1:
            length = max(1, length // 2)
        lengths.append(length)
    return list(zip(onsets, lengths, strict=True))
