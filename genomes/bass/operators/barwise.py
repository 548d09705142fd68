"""Operators on whole bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from genomes.bass.genes import Bar
from genomes.bass.genome import BassGenome
from genomes.bass.scene import Scene
from genomes.bass.seeds import draw_bar, leading_back
from genomes.chance import pick
from genomes.context import Context

PHRASE_BARS = (2, 4, 8)
LOOP_BARS = (1, 2, 4)


def swap_bars(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """Two whole bars change places."""
    first, second = (int(index) for index in rng.integers(len(genome.bars), size=2))
    bars = list(genome.bars)
    bars[first], bars[second] = bars[second], bars[first]
    return _unless_silent(genome, bars)


def repeat_bar(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One whole bar heard again in the place of another."""
    source, target = (int(index) for index in rng.integers(len(genome.bars), size=2))
    bars = list(genome.bars)
    bars[target] = bars[source]
    return _unless_silent(genome, bars)


def repeat_phrase(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A phrase of a few bars heard again right after itself, as far as there is room."""
    count, length = len(genome.bars), pick(rng, PHRASE_BARS)
    if count <= length:
        return genome
    start = length * int(rng.integers((count - 1) // length))
    again = genome.bars[start : start + length][: count - start - length]
    bars = list(genome.bars)
    bars[start + length : start + length + len(again)] = again
    return _unless_silent(genome, bars)


def loop(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """A riff: one bar, or a few, heard again and again over the changing chords."""
    count, length = len(genome.bars), pick(rng, LOOP_BARS)
    if count <= length:
        return genome
    start = int(rng.integers(count - length + 1))
    riff = genome.bars[start : start + length]
    return _unless_silent(genome, [riff[index % length] for index in range(count)])


def new_bar(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """One bar as some style would play it."""
    bar = int(rng.integers(len(genome.bars)))
    bars = list(genome.bars)
    bars[bar] = draw_bar(Scene.of(context), bar, rng)
    return _unless_silent(genome, bars)


def lead_back(genome: BassGenome, context: Context, rng: np.random.Generator) -> BassGenome:
    """The last bar ends by leading to the first chord."""
    *others, last = genome.bars
    return replace(genome, bars=(*others, leading_back(last, context.meter, rng)))


def _unless_silent(genome: BassGenome, bars: Sequence[Bar]) -> BassGenome:
    """A copy with other bars, or the genome itself where nothing of them is played."""
    return replace(genome, bars=tuple(bars)) if any(bars) else genome
