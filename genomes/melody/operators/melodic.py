"""Operators on contours, register, dissonance, dynamic and melismas."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.melody.genes import DISSONANCE_TREATMENTS, DYNAMICS, HOMES, MOST_MELISMAS, REGISTERS
from genomes.melody.genome import MelodyGenome
from genomes.melody.operators.editing import draw_material_index, put_heights
from genomes.melody.seeds import SOURCES, draw_contour
from genomes.variation import pick

# Sizes of a new leap, in scale steps.
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
    tone_indices = [at for at, (a, b) in enumerate(pairwise(heights), 1) if a != b]
    if not tone_indices:
        return genome
    at = pick(rng, tone_indices)
    heights[at] = heights[at - 1]
    return put_heights(genome, index, heights)


def smooth(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The widest leap becomes a step; the tones after it are transposed to follow."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    moves = [second - first for first, second in pairwise(heights)]
    widest = max(range(len(moves)), key=lambda at: abs(moves[at]), default=0)
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
    at = int(rng.integers(1, len(heights)))
    sign = 1 if rng.random() < 0.7 else -1
    heights[at] = heights[at - 1] + sign * pick(rng, LEAPS)
    if at + 1 < len(heights):
        heights[at + 1] = heights[at] - sign
    return put_heights(genome, index, heights)


def invert(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """A contour inverted."""
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
    """One tone inside the phrase becomes its highest."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    if len(heights) < 3:
        return genome
    at = int(rng.integers(1, len(heights) - 1))
    heights[at] = 1 + max(heights[:at] + heights[at + 1 :])
    return put_heights(genome, index, heights)


def turn_back(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The contour is inverted from some tone on."""
    index = draw_material_index(genome, rng)
    heights = list(genome.materials[index].heights)
    if len(heights) < 3:
        return genome
    at = int(rng.integers(1, len(heights) - 1))
    inverted = [2 * heights[at] - height for height in heights[at + 1 :]]
    return put_heights(genome, index, heights[: at + 1] + inverted)


def new_contour(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Another contour from any source, on the rhythm that there is."""
    index = draw_material_index(genome, rng)
    count = len(genome.materials[index].tones)
    return put_heights(genome, index, draw_contour(pick(rng, tuple(SOURCES)), count, context, rng))


def move_register(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """The whole melody higher or lower in the singer's range."""
    return replace(genome, register=pick(rng, tuple(REGISTERS)))


def change_home(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Another scale degree as the home note."""
    return replace(genome, home=pick(rng, HOMES))


def lean(genome: MelodyGenome, context: Context, rng: np.random.Generator) -> MelodyGenome:
    """Dissonances are allowed more often, or less often."""
    return replace(genome, leaning=pick(rng, tuple(DISSONANCE_TREATMENTS)))


def sing_louder_or_softer(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))


def draw_syllables(
    genome: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """With words, more or fewer melismas."""
    if context.lyrics is None:
        return genome
    return replace(genome, melismas=int(rng.integers(MOST_MELISMAS + 1)))
