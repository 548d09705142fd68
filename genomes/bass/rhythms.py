"""Rhythms: where a bar is plucked, for any meter."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from genomes.bass.backing import Backing, BarCells
from genomes.grid import EIGHTH_TICKS, cells, in_quarters
from genomes.time import TICKS_PER_QUARTER, Meter

# Plucks of a drawn figure for each quarter note of its bar: with no energy, and added by all of it.
STILL_DENSITY, ADDED_DENSITY = 0.3, 1.8
# How likely a figure has a place off the pulse, beside its metrical weight.
OFFBEAT_LIKELIHOOD = 0.15
SIXTEENTHS_SHARE = 0.25
DOWNBEAT_SHARE = 0.85

Rhythm = Callable[[Backing, int, np.random.Generator], BarCells]


@cache
def cells_of_weight(meter: Meter, least: float) -> BarCells:
    """The cells of at least this metrical weight."""
    return tuple(index for index, cell in enumerate(cells(meter)) if cell.weight >= least)


def groups(meter: Meter) -> BarCells:
    """The cells where the beat groups begin."""
    return cells_of_weight(meter, 0.25)


@cache
def pulses(meter: Meter) -> BarCells:
    """Eighth notes, or the meter's unit where shorter."""
    return cells_of_weight(meter, 0.1)


@cache
def pulse_cells(meter: Meter) -> int:
    """How many cells a pulse has."""
    step_ticks = meter.bar_ticks // len(cells(meter))
    return max(1, min(EIGHTH_TICKS, meter.unit_ticks) // step_ticks)


@cache
def beat_cells(meter: Meter) -> int:
    """How many cells a beat has: a quarter note, or the first beat group where it isn't of them."""
    step_ticks = meter.bar_ticks // len(cells(meter))
    if in_quarters(meter):
        return TICKS_PER_QUARTER // step_ticks
    return (*groups(meter)[1:], len(cells(meter)))[0]


def _pickup(meter: Meter) -> BarCells:
    """The downbeat, and the last group leading on."""
    return tuple(dict.fromkeys((0, groups(meter)[-1])))


def _charleston(meter: Meter) -> BarCells:
    """The downbeat and the pulse before the accent in the middle."""
    middle = groups(meter)[len(groups(meter)) // 2]
    return tuple(dict.fromkeys((0, max(0, middle - pulse_cells(meter)))))


def _pushes(meter: Meter) -> BarCells:
    """The downbeat, then every second group early by a pulse."""
    early = (cell - pulse_cells(meter) for cell in groups(meter)[1::2])
    return (0, *(cell for cell in early if cell > 0))


def _threes(meter: Meter) -> BarCells:
    """Every third pulse."""
    return pulses(meter)[::3]


def _figure(backing: Backing, bar: int, rng: np.random.Generator) -> BarCells:
    """A figure drawn by metrical weight, fuller with the energy."""
    del bar
    meter = backing.meter
    options = np.array(
        range(backing.cells_per_bar) if rng.random() < SIXTEENTHS_SHARE else pulses(meter)
    )
    density = STILL_DENSITY + ADDED_DENSITY * backing.energy
    count = min(len(options), 1 + int(rng.poisson(density * meter.bar_quarters)))
    grid = cells(meter)
    likely = np.array([grid[cell].weight for cell in options]) + OFFBEAT_LIKELIHOOD
    if rng.random() >= DOWNBEAT_SHARE and len(options) > count:
        likely[0] = 0.0
    else:
        likely[0] = likely.sum() * len(options)
    drawn = rng.choice(options, size=count, replace=False, p=likely / likely.sum())
    return tuple(sorted(drawn.tolist()))


def _with_the_kick(backing: Backing, bar: int, rng: np.random.Generator) -> BarCells:
    """Where the drums kick."""
    del rng
    return backing.kicks[bar] or (0,)


def _always(options: Callable[[Meter], BarCells]) -> Rhythm:
    return lambda backing, _bar, _rng: options(backing.meter)


RHYTHMS: dict[str, Rhythm] = {
    "none": _always(lambda _: ()),  # only where something else asks for a note
    "bars": _always(lambda _: (0,)),
    "pickup": _always(_pickup),
    "halves": _always(lambda meter: cells_of_weight(meter, 0.5)),
    "charleston": _always(_charleston),
    "pushes": _always(_pushes),
    "threes": _always(_threes),
    "beats": _always(groups),
    "pulses": _always(pulses),
    "figure": _figure,
    "kick": _with_the_kick,
}
