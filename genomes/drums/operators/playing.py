"""Operators on the feel of a whole section."""

from __future__ import annotations

from functools import cache

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.drums.dynamics import DYNAMICS, SHAPES
from genomes.drums.genome import DrumGenome
from genomes.drums.patterns import REST, Pattern, cell_count, legal
from genomes.drums.seeds import swings_in_triplets
from genomes.grid import DIVISIONS, cells
from genomes.time import Meter
from genomes.variation import pick


def divide(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """Every bar in triplets, or every bar in straight cells; strokes go to the nearest.

    Only where the section swings fully, so that straight off-beats fall where triplets do.
    """
    if not swings_in_triplets(context):
        return genome
    others = [d for d in DIVISIONS if any(p.division != d for p in genome.patterns)]
    division = pick(rng, others)
    bars = tuple(
        replace(bar, pattern=_divided(bar.pattern, division, genome.meter)) for bar in genome.bars
    )
    return genome if bars == genome.bars else replace(genome, bars=bars)


def _divided(pattern: Pattern, division: str, meter: Meter) -> Pattern:
    if pattern.division == division:
        return pattern
    nearest = _nearest_cells(meter, pattern.division, division)
    lines = {}
    for voice, line in pattern.lines:
        letters = [REST] * cell_count(meter, division)
        for cell, letter in enumerate(line):
            if letter != REST and letters[nearest[cell]] == REST:
                letters[nearest[cell]] = letter
        lines[voice] = "".join(letters)
    return legal(division, lines)


@cache
def _nearest_cells(meter: Meter, before: str, after: str) -> tuple[int, ...]:
    """For each cell of one division, the nearest of the other."""
    onsets = np.array([cell.onset_ticks for cell in cells(meter, after)])
    return tuple(int(np.abs(onsets - cell.onset_ticks).argmin()) for cell in cells(meter, before))


def play_louder_or_softer(
    genome: DrumGenome, context: Context, rng: np.random.Generator
) -> DrumGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))


def reshape(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """Loudness moves otherwise from bar to bar."""
    return replace(genome, shape=pick(rng, tuple(SHAPES)))
