"""Finding and changing one pattern of a genome, or one stroke of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from genomes.drums.genome import DrumGenome
from genomes.drums.patterns import REST, Line, Pattern
from genomes.drums.timekeeping import time_keeper, with_time_of
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


def free_lines(pattern: Pattern) -> tuple[Line, ...]:
    """The lines whose strokes change one by one: all but the time-keeper's."""
    kept = time_keeper(pattern)
    return tuple(line for line in pattern.lines if line[0] != kept)


def draw_stroke(
    genome: DrumGenome,
    rng: np.random.Generator,
    lines_of: Callable[[Pattern], Sequence[Line]] = free_lines,
) -> StrokePosition | None:
    """One stroke of one of the patterns; None where they have none of those lines.

    Args:
        genome: whose.
        rng: the source of chance.
        lines_of: the lines of a pattern that it may be from.
    """
    patterns = [bar.pattern for bar in genome.bars if lines_of(bar.pattern)]
    if not patterns:
        return None
    pattern = pick(rng, patterns)
    voice, line = pick(rng, lines_of(pattern))
    return StrokePosition(pattern, voice, pick(rng, [c for c, x in enumerate(line) if x != REST]))


def with_pattern(genome: DrumGenome, old: Pattern, new: Pattern) -> DrumGenome:
    """A copy in which every bar of one pattern plays another, which keeps time as before."""
    kept = with_time_of(old, new)
    bars = [replace(bar, pattern=kept) if bar.pattern == old else bar for bar in genome.bars]
    return genome.with_bars(bars)


def with_pattern_in_bars(genome: DrumGenome, bars: Iterable[int], pattern: Pattern) -> DrumGenome:
    """A copy in which some bars play another pattern, and keep time as before."""
    changed = list(genome.bars)
    for index in bars:
        kept = with_time_of(changed[index].pattern, pattern)
        changed[index] = replace(changed[index], pattern=kept)
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
