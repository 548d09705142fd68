"""Operators on whole bars, and on the crashes and fills of phrases."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.drums.fills import CRASHES, FILLS, NO_CRASH, NO_FILL
from genomes.drums.genome import Bar, DrumGenome
from genomes.drums.operators.editing import draw_cell, free_lines, with_pattern_in_bars
from genomes.drums.patterns import ACCENT, GHOST, NORMAL, REST, Pattern, put
from genomes.drums.timekeeping import time_keeper
from genomes.genres import groove_of
from genomes.variation import pick

PHRASE_END_SHARE = 0.9  # of the fills put at the end of four bars, or of the section
PHRASE_START_SHARE = 0.8  # of the crashes put where four bars begin
PHRASE = 4
VARIED_STROKES = 3


def vary_bar(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """A few strokes are added to or removed from one bar; other bars of its loop stay."""
    bar = int(rng.integers(len(genome.bars)))
    pattern = genome.bars[bar].pattern
    for _ in range(int(rng.integers(1, VARIED_STROKES + 1))):
        if free_lines(pattern):
            voice, line = pick(rng, free_lines(pattern))
            cell = draw_cell(range(len(line)), genome.meter, pattern.division, rng)
            level = REST if line[cell] != REST else pick(rng, (GHOST, NORMAL, ACCENT))
            pattern = put(pattern, voice, (cell,), level, len(line))
    return with_pattern_in_bars(genome, (bar,), pattern)


def rest_bar(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """One bar, or every second one from there, falls silent.

    In styles that keep time the time-keeper mostly goes on alone.
    """
    count = len(genome.bars)
    bar = int(rng.integers(count))
    step = 2 if rng.random() < 0.3 else count
    goes_on = rng.random() < groove_of(context.genres).time_kept
    bars = list(genome.bars)
    for index in range(bar, count, step):
        bars[index] = Bar(_rested(genome.bars[index].pattern, goes_on))
    return genome.with_bars(bars)


def _rested(pattern: Pattern, goes_on: bool) -> Pattern:
    kept = time_keeper(pattern) if goes_on else ""
    return Pattern(pattern.division, tuple(line for line in pattern.lines if line[0] == kept))


def swap_bars(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """The patterns of two bars are exchanged; fills and crashes stay where phrases end."""
    first, second = rng.integers(len(genome.bars), size=2).tolist()
    bars = list(genome.bars)
    bars[first], bars[second] = genome.repeated(second, first), genome.repeated(first, second)
    return genome.with_bars(bars)


def fill_bar(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """Another fill at the end of a bar, or none; mostly where four bars end."""
    ends = [*range(PHRASE - 1, len(genome.bars), PHRASE), len(genome.bars) - 1]
    at_end = rng.random() < PHRASE_END_SHARE
    bar = pick(rng, ends) if at_end else int(rng.integers(len(genome.bars)))
    bars = list(genome.bars)
    bars[bar] = replace(bars[bar], fill=pick(rng, (NO_FILL, NO_FILL, *FILLS)))
    return genome.with_bars(bars)


def crash_bar(genome: DrumGenome, context: Context, rng: np.random.Generator) -> DrumGenome:
    """A crash on a downbeat is added, changed or removed; mostly where four bars begin."""
    starts = range(0, len(genome.bars), PHRASE)
    at_start = rng.random() < PHRASE_START_SHARE
    bar = pick(rng, starts) if at_start else int(rng.integers(len(genome.bars)))
    bars = list(genome.bars)
    crash = NO_CRASH if bars[bar].crash and rng.random() < 0.5 else pick(rng, CRASHES)
    bars[bar] = replace(bars[bar], crash=crash)
    return genome.with_bars(bars)
