"""Operators on which textures play in a bar, and on the dynamic."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.harmony.forms import PAIRS, playable, without_taken_voices, write_bar
from genomes.harmony.genome import DYNAMICS, TEXTURES, Bar, HarmonyGenome
from genomes.harmony.operators.editing import draw_layer_position, put_bars, put_layer
from genomes.harmony.style import draw_style
from genomes.harmony.writing import Arranger, arranger_for, write
from genomes.variation import pick

# How many bars are changed together.
CHANGED_BARS = (1, 1, 2, 4)


def retexture(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Another texture in one bar or a few."""
    textures = (pick(rng, tuple(TEXTURES)),)
    return _with_textures(genome, textures, arranger_for(context, draw_style(context, rng), rng))


def combine(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Two textures together in a bar or a few."""
    return _with_textures(
        genome, pick(rng, PAIRS), arranger_for(context, draw_style(context, rng), rng)
    )


def _with_textures(
    genome: HarmonyGenome, textures: tuple[str, ...], arranger: Arranger
) -> HarmonyGenome:
    wanted = playable(textures, arranger)
    changed: dict[int, Bar] = {}
    for index in _draw_bars(genome, arranger.rng):
        before = changed.get(index - 1, genome.bars[index - 1] if index else ())
        changed[index] = write_bar(wanted, arranger, index, before)
    return put_bars(genome, {index: bar for index, bar in changed.items() if bar})


def _draw_bars(genome: HarmonyGenome, rng: np.random.Generator) -> range:
    length = pick(rng, CHANGED_BARS)
    start = int(rng.integers(len(genome.bars)))
    return range(start, min(start + length, len(genome.bars)))


def add_layer(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A second texture is added in a bar."""
    index, _ = draw_layer_position(genome, rng)
    layers = genome.bars[index]
    arranger = arranger_for(context, draw_style(context, rng), rng)
    (texture,) = playable((pick(rng, tuple(TEXTURES)),), arranger)
    if len(layers) > 1 or texture == layers[0].texture:
        return genome
    written = write(texture, arranger, index, None)
    added = without_taken_voices(written, layers) if written else None
    return put_bars(genome, {index: (*layers, added)}) if added else genome


def drop_layer(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One texture fewer in a bar."""
    return put_layer(genome, draw_layer_position(genome, rng), None)


def fall_silent(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Silence in one bar or a few."""
    return put_bars(genome, dict.fromkeys(_draw_bars(genome, rng), ()))


def play_louder_or_softer(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))
