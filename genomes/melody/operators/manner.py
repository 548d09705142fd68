"""Operators on the whole: where the melody lies, how it leans on its chords, how loud it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chance import pick
from genomes.context import Context
from genomes.melody.genes import DYNAMICS, HOMES, LEANINGS, MOST_MELISMAS, REGISTERS
from genomes.melody.genome import MelodyGenome


def move_register(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """All lies higher or lower in the singer's range."""
    return replace(genome, register=pick(rng, tuple(REGISTERS)))


def change_home(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The melody is at home on another degree."""
    return replace(genome, home=pick(rng, HOMES))


def lean(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The melody leans on notes outside its chords more, or less."""
    return replace(genome, leaning=pick(rng, tuple(LEANINGS)))


def sing_louder_or_softer(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))


def draw_syllables(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """With words, more or fewer notes that draw a syllable on."""
    if context.lyrics is None:
        return genome
    return replace(genome, melismas=int(rng.integers(MOST_MELISMAS + 1)))
