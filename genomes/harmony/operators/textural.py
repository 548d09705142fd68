"""Operators on textures: what supports, where nothing does, and how loud it is."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.harmony.forms import PAIRS, beside, playable, write_bar
from genomes.harmony.genome import DYNAMICS, TEXTURES, Bar, HarmonyGenome
from genomes.harmony.operators.editing import draw_layer, put_bars, put_layer
from genomes.harmony.style import draw_style
from genomes.harmony.writing import Arranger, arranger_for, write
from genomes.variation import pick

# Bars that change together.
STRETCH_BARS = (1, 1, 2, 4)


def retexture(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Another texture in a bar or a few."""
    return _written(
        genome, (pick(rng, tuple(TEXTURES)),), arranger_for(context, draw_style(context, rng), rng)
    )


def combine(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Two textures together in a bar or a few."""
    return _written(genome, pick(rng, PAIRS), arranger_for(context, draw_style(context, rng), rng))


def _written(genome: HarmonyGenome, textures: tuple[str, ...], arranger: Arranger) -> HarmonyGenome:
    wanted = playable(textures, arranger)
    changed: dict[int, Bar] = {}
    for index in _stretch(genome, arranger.rng):
        before = changed.get(index - 1, genome.bars[index - 1] if index else ())
        changed[index] = write_bar(wanted, arranger, index, before)
    return put_bars(genome, {index: bar for index, bar in changed.items() if bar})


def _stretch(genome: HarmonyGenome, rng: np.random.Generator) -> range:
    length = pick(rng, STRETCH_BARS)
    start = int(rng.integers(len(genome.bars)))
    return range(start, min(start + length, len(genome.bars)))


def add_layer(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A second texture beside the one of a bar."""
    index, _ = draw_layer(genome, rng)
    layers = genome.bars[index]
    arranger = arranger_for(context, draw_style(context, rng), rng)
    (texture,) = playable((pick(rng, tuple(TEXTURES)),), arranger)
    if len(layers) > 1 or texture == layers[0].texture:
        return genome
    written = write(texture, arranger, index, None)
    added = beside(written, layers) if written else None
    return put_bars(genome, {index: (*layers, added)}) if added else genome


def drop_layer(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One texture fewer in a bar."""
    return put_layer(genome, draw_layer(genome, rng), None)


def fall_silent(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Nothing in a bar or a few."""
    return put_bars(genome, dict.fromkeys(_stretch(genome, rng), ()))


def play_louder_or_softer(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """Another dynamic."""
    return replace(genome, dynamic=pick(rng, DYNAMICS))
