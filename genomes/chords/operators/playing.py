"""Operators on how a progression is played."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chance import pick
from genomes.chords.comping import PATTERNS
from genomes.chords.genes import DYNAMICS
from genomes.chords.genome import ChordGenome
from genomes.context import Context


def play_bar(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another pattern in one bar."""
    bar = int(rng.integers(len(genome.bars)))
    return genome.with_bar(bar, replace(genome.bars[bar], pattern=pick(rng, tuple(PATTERNS))))


def play_all(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One pattern throughout."""
    pattern = pick(rng, tuple(PATTERNS))
    return replace(genome, bars=tuple(replace(bar, pattern=pattern) for bar in genome.bars))


def play_louder_or_softer(
    genome: ChordGenome, context: Context, rng: np.random.Generator
) -> ChordGenome:
    """Another dynamic."""
    return replace(genome, dynamic=int(rng.choice(DYNAMICS)))
