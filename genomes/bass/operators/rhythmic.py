"""Operators on when the line plays, and for how long."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.bass.genome import (
    RING,
    Bar,
    BassGenome,
    Pluck,
    PluckPosition,
    draw_pluck_position,
    in_order,
    one_bar_or_all,
    pluck_at,
    put_pluck,
)
from genomes.bass.rhythms import beat_cells, groups, pulse_cells
from genomes.bass.seeds import ghost_before
from genomes.context import Context
from genomes.grid import cells
from genomes.time import Meter
from genomes.variation import draw, pick

# How likely a note is added off the pulse, added to the metrical weight of its cell.
OFFBEAT_LIKELIHOOD = 0.03


def add_pluck(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note more, the tone before it again."""
    bar = int(rng.integers(len(genome.bars)))
    taken = {pluck.cell for pluck in genome.bars[bar]}
    grid = cells(context.meter)
    free = [cell for cell in range(len(grid)) if cell not in taken]
    if not free:
        return genome
    likely = np.array([grid[cell].weight + OFFBEAT_LIKELIHOOD for cell in free])
    cell = draw(rng, free, (likely / likely.sum()).tolist())
    plucks = genome.plucks()
    before = [pluck for index, pluck in plucks if (index, pluck.cell) < (bar, cell)]
    added = replace(before[-1] if before else plucks[0][1], cell=cell)
    return genome.with_bar(bar, in_order((*genome.bars[bar], added)))


def drop_pluck(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note fewer."""
    if len(genome.plucks()) == 1:
        return genome
    return put_pluck(genome, draw_pluck_position(genome, rng))


def thin(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Only the heavier notes stay, in one bar or in all."""
    return one_bar_or_all(genome, rng, lambda bar: _thinned(bar, context.meter))


def _thinned(bar: Bar, meter: Meter) -> Bar:
    """Without the lightest positions."""
    grid = cells(meter)
    weights = {grid[pluck.cell].weight for pluck in bar}
    if len(weights) < 2:
        return bar[:1]
    return tuple(pluck for pluck in bar if grid[pluck.cell].weight > min(weights))


def fill(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Notes are struck again on the way to the next one, in one bar or in all."""
    step = pick(rng, (pulse_cells(context.meter), beat_cells(context.meter)))
    return one_bar_or_all(genome, rng, lambda bar: _filled(bar, step, genome.cells_per_bar))


def _filled(bar: Bar, step: int, cells_per_bar: int) -> Bar:
    ends = [*(pluck.cell for pluck in bar[1:]), cells_per_bar]
    again = [
        replace(pluck, cell=pluck.cell + step)
        for pluck, end in zip(bar, ends, strict=True)
        if pluck.cell + step < end
    ]
    return in_order((*bar, *again))


def move_pluck(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note a pulse or a cell earlier or later."""
    position = draw_pluck_position(genome, rng)
    cells_later = pick(rng, (1, pulse_cells(context.meter))) * pick(rng, (-1, 1))
    return _moved(genome, position, cells_later)


def _moved(genome: BassGenome, position: PluckPosition, cells_later: int) -> BassGenome:
    """A copy with a pluck moved by some cells, if it stays in its bar and meets no other."""
    pluck = pluck_at(genome, position)
    cell = pluck.cell + cells_later
    taken = {other.cell for other in genome.bars[position[0]]} - {pluck.cell}
    if cell in taken or not 0 <= cell < genome.cells_per_bar:
        return genome
    return put_pluck(genome, position, replace(pluck, cell=cell))


def push(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A note of a beat comes a pulse early, or one that does comes on the beat."""
    beats, early = set(groups(context.meter)) - {0}, pulse_cells(context.meter)
    options = [
        ((bar, index), -early if pluck.cell in beats else early)
        for bar, plucks in enumerate(genome.bars)
        for index, pluck in enumerate(plucks)
        if pluck.cell in beats or pluck.cell + early in beats
    ]
    return _moved(genome, *pick(rng, options)) if options else genome


def change_length(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note rings on, or stops after a beat or a pulse."""
    position = draw_pluck_position(genome, rng)
    length = _draw_length(context.meter, rng)
    return put_pluck(genome, position, replace(pluck_at(genome, position), length=length))


def change_lengths(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """All notes of one bar, or of all, ring on, or stop after a beat or a pulse."""
    length = _draw_length(context.meter, rng)
    return one_bar_or_all(
        genome, rng, lambda bar: tuple(replace(pluck, length=length) for pluck in bar)
    )


def _draw_length(meter: Meter, rng: np.random.Generator) -> int:
    return pick(rng, (RING, RING, beat_cells(meter), pulse_cells(meter)))


def rest_bar(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A bar in which nothing begins."""
    played = [index for index, bar in enumerate(genome.bars) if bar]
    return genome.with_bar(pick(rng, played), ()) if len(played) > 1 else genome


def ghost(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A ghost note just before another, or one fewer."""
    bar, index = draw_pluck_position(genome, rng)
    pluck = pluck_at(genome, (bar, index))
    if pluck.level == "ghost" and len(genome.plucks()) > 1:
        return put_pluck(genome, (bar, index))
    free = {other.cell for other in genome.bars[bar]}.isdisjoint({pluck.cell - 1})
    if not pluck.cell or not free:
        return genome
    return put_pluck(genome, (bar, index), ghost_before(pluck), pluck)


def copy_rhythm(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One bar's rhythm with another's tones, in their order."""
    played = [bar for bar in genome.bars if bar]
    target = int(rng.integers(len(genome.bars)))
    rhythm, tones = pick(rng, played), genome.bars[target]
    if not tones:
        return genome
    return genome.with_bar(
        target, tuple(_with_tone(p, tones[i % len(tones)]) for i, p in enumerate(rhythm))
    )


def _with_tone(pluck: Pluck, other: Pluck) -> Pluck:
    return replace(pluck, tone=other.tone, octave=other.octave)
