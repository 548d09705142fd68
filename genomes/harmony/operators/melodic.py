"""Operators on the pitches that tones aim at."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.harmony.genome import TEXTURES, HarmonyGenome
from genomes.harmony.operators.editing import (
    change_tone,
    draw_layer,
    layer_at,
    layers_of,
    put_tones,
)
from genomes.variation import pick

STEPS = (-5, -4, -3, -2, 2, 3, 4, 5)
SHIFTS = (-12, -7, -5, -3, 3, 5, 7, 12)


def move_tone(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One tone aims higher or lower."""
    step = pick(rng, STEPS)
    return change_tone(genome, context, rng, lambda tone: replace(tone, pitch=tone.pitch + step))


def move_bar(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A texture lies higher or lower in one bar."""
    shift = pick(rng, SHIFTS)
    place = draw_layer(genome, rng)
    tones = layer_at(genome, place).tones
    return put_tones(genome, place, (replace(t, pitch=t.pitch + shift) for t in tones))


def move_texture(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """A texture lies higher or lower wherever its range allows."""
    shift = pick(rng, SHIFTS)
    texture = layer_at(genome, draw_layer(genome, rng)).texture
    for place in layers_of(genome):
        layer = layer_at(genome, place)
        if layer.texture == texture:
            genome = put_tones(
                genome, place, (replace(t, pitch=t.pitch + shift) for t in layer.tones)
            )
    return genome


def mirror(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Where the tones of a bar rose they fall, from the same first pitch."""
    place = draw_layer(genome, rng)
    layer = layer_at(genome, place)
    first, known = layer.tones[0].pitch, TEXTURES[layer.texture]
    mirrored = (
        min(max(2 * first - tone.pitch, known.lowest_pitch), known.highest_pitch)
        for tone in layer.tones
    )
    return put_tones(
        genome,
        place,
        (replace(tone, pitch=p) for tone, p in zip(layer.tones, mirrored, strict=True)),
    )


def settle(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A bar's line flattens: every tone of a voice aims at the pitch of its first."""
    place = draw_layer(genome, rng)
    tones = layer_at(genome, place).tones
    firsts: dict[int, int] = {}
    for tone in tones:
        firsts.setdefault(tone.voice, tone.pitch)
    return put_tones(genome, place, (replace(t, pitch=firsts[t.voice]) for t in tones))
