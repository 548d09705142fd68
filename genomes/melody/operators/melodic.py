"""Operators on contours, and on where a melody lies and how it is sung."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.melody.genes import DYNAMICS, HOMES, LEANINGS, MOST_MELISMAS, REGISTERS
from genomes.melody.genome import MelodyGenome
from genomes.melody.operators.editing import draw_material_index, put_heights
from genomes.melody.seeds import SEEDS, draw_contour
from genomes.variation import pick

# Sizes in steps of a leap that is put in.
LEAPS = (3, 4, 5)
STRETCHED, FLATTENED = 1.5, 0.5


def move_tone(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One tone a step or two higher or lower."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    heights[int(rng.integers(len(heights)))] += pick(rng, (-2, -1, 1, 2))
    return put_heights(genome, index, heights)


def repeat_tone(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One tone stays on the pitch of the one before it."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    places = [place for place, (a, b) in enumerate(pairwise(heights), 1) if a != b]
    if not places:
        return genome
    place = pick(rng, places)
    heights[place] = heights[place - 1]
    return put_heights(genome, index, heights)


def smooth(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The widest leap becomes a step; what follows it is moved along."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    moves = [second - first for first, second in pairwise(heights)]
    widest = max(range(len(moves)), key=lambda place: abs(moves[place]), default=0)
    if not moves or abs(moves[widest]) < 2:
        return genome
    closer = moves[widest] - (1 if moves[widest] > 0 else -1)
    moved = [height - closer for height in heights[widest + 1 :]]
    return put_heights(genome, index, heights[: widest + 1] + moved)


def leap(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A leap to one tone, and a step back to the one after it."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    if len(heights) < 2:
        return genome
    place = int(rng.integers(1, len(heights)))
    sign = 1 if rng.random() < 0.7 else -1
    heights[place] = heights[place - 1] + sign * pick(rng, LEAPS)
    if place + 1 < len(heights):
        heights[place + 1] = heights[place] - sign
    return put_heights(genome, index, heights)


def invert(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A contour upside down."""
    index = draw_material_index(genome, rng)
    return put_heights(genome, index, [-height for height in genome.materials[index].heights])


def reverse(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A contour backwards, on the rhythm that it has."""
    index = draw_material_index(genome, rng)
    return put_heights(genome, index, genome.materials[index].heights[::-1])


def widen_or_flatten(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """A contour with larger moves, or with smaller ones."""
    index = draw_material_index(genome, rng)
    scale = pick(rng, (STRETCHED, FLATTENED, FLATTENED))
    heights = [round(scale * height) for height in genome.materials[index].heights]
    return put_heights(genome, index, heights)


def place_peak(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """One tone inside the phrase becomes its only highest."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    if len(heights) < 3:
        return genome
    place = int(rng.integers(1, len(heights) - 1))
    heights[place] = 1 + max(heights[:place] + heights[place + 1 :])
    return put_heights(genome, index, heights)


def turn_back(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """From some tone on, the contour goes the other way."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    if len(heights) < 3:
        return genome
    place = int(rng.integers(1, len(heights) - 1))
    turned = [2 * heights[place] - height for height in heights[place + 1 :]]
    return put_heights(genome, index, heights[: place + 1] + turned)


def new_contour(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Another contour from any source, on the rhythm that there is."""
    index = draw_material_index(genome, rng)
    count = len(genome.materials[index].tones)
    return put_heights(genome, index, draw_contour(pick(rng, tuple(SEEDS)), count, context, rng))


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
