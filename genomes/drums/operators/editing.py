"""Finding and changing one pattern of a genome, or one stroke of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from genomes.drums.genome import DrumGenome
from genomes.drums.patterns import REST, Pattern
from genomes.grid import cells
from genomes.time import Meter
from genomes.variation import pick

# Added to a cell's metrical weight, so that any may be drawn.
LIGHTEST = 0.1


@dataclass(frozen=True, slots=True)
class StrokePosition:
    """Where one stroke of a pattern is."""

    pattern: Pattern
    voice: str
    cell: int


def draw_pattern(genome: DrumGenome, rng: np.random.Generator) -> Pattern:
    """The pattern of one bar, which may be silent."""
    return pick(rng, genome.bars).pattern


def draw_stroke(genome: DrumGenome, rng: np.random.Generator) -> StrokePosition:
    """One stroke of one of the patterns that sound."""
    pattern = pick(rng, [bar.pattern for bar in genome.bars if bar.pattern.lines])
    voice, line = pick(rng, pattern.lines)
    return StrokePosition(pattern, voice, pick(rng, [c for c, x in enumerate(line) if x != REST]))


def with_pattern_in_bars(genome: DrumGenome, bars: Iterable[int], pattern: Pattern) -> DrumGenome:
    """A copy in which some bars play another pattern."""
    changed = list(genome.bars)
    for index in bars:
        changed[index] = replace(changed[index], pattern=pattern)
    return genome.with_bars(changed)


@cache
def weights_of(meter: Meter, division: str) -> NDArray[np.float64]:
    """Metrical weight of each cell."""
    weights = np.array([cell.weight for cell in cells(meter, division)])
    weights.flags.writeable = False
    return weights


def draw_cell(options: Sequence[int], meter: Meter, division: str, rng: np.random.Generator) -> int:
    """One of some cells; those of a high metrical weight are more likely."""
    likely = weights_of(meter, division)[list(options)] + LIGHTEST
    return int(rng.choice(options, p=likely / likely.sum()))
