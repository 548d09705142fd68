"""Operators on how the line is played."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.bass.genes import DYNAMICS, GATES, LEVELS, REGISTERS
from genomes.bass.genome import BassGenome
from genomes.bass.operators.places import draw_place, pluck_at, put_pluck
from genomes.bass.rendering import onsets_ticks
from genomes.chance import pick
from genomes.context import Context


def accent(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One note at another level."""
    place = draw_place(genome, rng)
    level = pick(rng, tuple(LEVELS))
    return put_pluck(genome, place, replace(pluck_at(genome, place), level=level))


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
