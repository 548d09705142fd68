"""Operators on whole bars, and on how the line is played."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.bass.backing import Backing
from genomes.bass.genome import (
    DYNAMICS,
    GATES,
    LEVELS,
    REGISTERS,
    BassGenome,
    draw_pluck_position,
    pluck_at,
    put_pluck,
)
from genomes.bass.rendering import onsets_ticks
from genomes.bass.seeds import draw_bar, leading_back
from genomes.context import Context
from genomes.variation import pick

LOOP_BARS = (1, 2, 4)


def loop(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A riff: one bar, or a few, heard again and again over the changing chords."""
    count, length = len(genome.bars), pick(rng, LOOP_BARS)
    if count <= length:
        return genome
    start = int(rng.integers(count - length + 1))
    riff = genome.bars[start : start + length]
    return genome.with_bars([riff[index % length] for index in range(count)])


def new_bar(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One bar as some style would play it."""
    bar = int(rng.integers(len(genome.bars)))
    bars = list(genome.bars)
    bars[bar] = draw_bar(Backing.of(context), bar, rng)
    return genome.with_bars(bars)


def lead_back(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """The last bar ends by leading to the first chord."""
    *others, last = genome.bars
    return replace(genome, bars=(*others, leading_back(last, context.meter, rng)))


def accent(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note at another level."""
    position = draw_pluck_position(genome, rng)
    level = pick(rng, tuple(LEVELS))
    return put_pluck(genome, position, replace(pluck_at(genome, position), level=level))


def regate(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """The whole line shorter or more connected."""
    return replace(genome, gate=pick(rng, tuple(GATES)))


def play_louder_or_softer(
    genome: BassGenome, context: Context, rng: np.random.Generator
) -> BassGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))


def move_register(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """The whole line higher or lower."""
    return replace(genome, register=pick(rng, REGISTERS))


def lock_to_kick(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """The line meets the kick drum, or goes its own way, where that can be heard."""
    other = replace(genome, kick_lock=not genome.kick_lock)
    moves = onsets_ticks(genome, context) != onsets_ticks(other, context)
    return other if moves else genome
