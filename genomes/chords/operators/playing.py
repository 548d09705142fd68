"""Operators on how a progression is played."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chance import lean
from genomes.chords.comping import by_strokes
from genomes.chords.genes import DYNAMICS
from genomes.chords.genome import ChordGenome
from genomes.context import Context


def play_bar(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another pattern in one bar."""
    bar = int(rng.integers(len(genome.bars)))
    return genome.with_bar(bar, replace(genome.bars[bar], pattern=_pattern(context, rng)))


def play_all(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One pattern throughout."""
    pattern = _pattern(context, rng)
    return replace(genome, bars=tuple(replace(bar, pattern=pattern) for bar in genome.bars))


def _pattern(context: Context, rng: np.random.Generator) -> str:
    return lean(rng, by_strokes(context.meter), context.section.energy)


def play_louder_or_softer(
    genome: ChordGenome, context: Context, rng: np.random.Generator
) -> ChordGenome:
    """Another dynamic."""
    return replace(genome, dynamic=lean(rng, DYNAMICS, context.section.energy))
