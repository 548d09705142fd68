"""Operators on the target pitches of tones."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.harmony.genome import TEXTURES, HarmonyGenome
from genomes.harmony.operators.editing import (
    change_tone,
    draw_layer_position,
    layer_at,
    layer_positions,
    put_tones,
)
from genomes.variation import pick

# Semitones that one tone, or a whole layer, is moved by.
STEPS = (-5, -4, -3, -2, 2, 3, 4, 5)
SHIFTS = (-12, -7, -5, -3, 3, 5, 7, 12)


def move_tone(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """The target pitch of one tone is moved up or down."""
    step = pick(rng, STEPS)
    return change_tone(genome, context, rng, lambda tone: replace(tone, pitch=tone.pitch + step))


def move_bar(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One texture of one bar is transposed."""
    shift = pick(rng, SHIFTS)
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    return put_tones(genome, position, (replace(t, pitch=t.pitch + shift) for t in tones))


def move_texture(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """One texture is transposed in every bar where its range allows it."""
    shift = pick(rng, SHIFTS)
    texture = layer_at(genome, draw_layer_position(genome, rng)).texture
    for position in layer_positions(genome):
        layer = layer_at(genome, position)
        if layer.texture == texture:
            genome = put_tones(
                genome, position, (replace(t, pitch=t.pitch + shift) for t in layer.tones)
            )
    return genome


def mirror(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Melodic inversion: one texture of a bar is mirrored around its first pitch."""
    position = draw_layer_position(genome, rng)
    layer = layer_at(genome, position)
    axis, texture = layer.tones[0].pitch, TEXTURES[layer.texture]
    mirrored = (
        min(max(2 * axis - tone.pitch, texture.lowest_pitch), texture.highest_pitch)
        for tone in layer.tones
    )
    return put_tones(
        genome,
        position,
        (replace(tone, pitch=p) for tone, p in zip(layer.tones, mirrored, strict=True)),
    )


def settle(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Every tone of a voice in one bar gets the pitch of the voice's first tone there."""
    position = draw_layer_position(genome, rng)
    tones = layer_at(genome, position).tones
    firsts: dict[int, int] = {}
    for tone in tones:
        firsts.setdefault(tone.voice, tone.pitch)
    return put_tones(genome, position, (replace(t, pitch=firsts[t.voice]) for t in tones))
