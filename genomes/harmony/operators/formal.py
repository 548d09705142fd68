"""Operators on whole bars, and on how loud all of them are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chance import pick
from genomes.context import Context
from genomes.harmony.genome import HarmonyGenome
from genomes.harmony.operators.places import put_bars
from genomes.harmony.tables import DYNAMICS

PHRASE_BARS = (2, 4, 8)


def swap_bars(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Two whole bars change places."""
    first, second = (int(index) for index in rng.integers(len(genome.bars), size=2))
    return put_bars(genome, {first: genome.bars[second], second: genome.bars[first]})


def repeat_bar(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One whole bar heard again in the place of another."""
    source, target = (int(index) for index in rng.integers(len(genome.bars), size=2))
    return put_bars(genome, {target: genome.bars[source]})


def repeat_phrase(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """A phrase of a few bars heard again right after itself, as far as there is room."""
    count, length = len(genome.bars), pick(rng, PHRASE_BARS)
    if count <= length:
        return genome
    start = length * int(rng.integers((count - 1) // length))
    again = genome.bars[start : start + length][: count - start - length]
    return put_bars(genome, {start + length + i: bar for i, bar in enumerate(again)})


def play_louder_or_softer(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))
