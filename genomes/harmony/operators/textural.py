"""Operators on textures: what supports, and where nothing does."""

from __future__ import annotations

import numpy as np

from genomes.chance import pick
from genomes.context import Context
from genomes.harmony.forms import PAIRS, beside, playable, write_bar
from genomes.harmony.genes import Bar
from genomes.harmony.genome import HarmonyGenome
from genomes.harmony.operators.places import draw_layer, put_bars, put_layer
from genomes.harmony.style import draw_style
from genomes.harmony.tables import TEXTURES
from genomes.harmony.writing import Desk, desk_for, write

# Bars that change together.
STRETCH_BARS = (1, 1, 2, 4)


def retexture(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Another texture in a bar or a few."""
    return _written(
        genome, (pick(rng, tuple(TEXTURES)),), desk_for(context, draw_style(context, rng), rng)
    )


def combine(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Two textures together in a bar or a few."""
    return _written(genome, pick(rng, PAIRS), desk_for(context, draw_style(context, rng), rng))


def _written(genome: HarmonyGenome, textures: tuple[str, ...], desk: Desk) -> HarmonyGenome:
    wanted = playable(textures, desk)
    changed: dict[int, Bar] = {}
    for index in _stretch(genome, desk.rng):
        before = changed.get(index - 1, genome.bars[index - 1] if index else Bar())
        changed[index] = write_bar(wanted, desk, index, before)
    return put_bars(genome, {index: bar for index, bar in changed.items() if bar.layers})


def _stretch(genome: HarmonyGenome, rng: np.random.Generator) -> range:
    length = pick(rng, STRETCH_BARS)
    start = int(rng.integers(len(genome.bars)))
    return range(start, min(start + length, len(genome.bars)))


def add_layer(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """A second texture beside the one of a bar."""
    index, _ = draw_layer(genome, rng)
    layers = genome.bars[index].layers
    desk = desk_for(context, draw_style(context, rng), rng)
    (texture,) = playable((pick(rng, tuple(TEXTURES)),), desk)
    if len(layers) > 1 or texture == layers[0].texture:
        return genome
    written = write(texture, desk, index, None)
    added = beside(written, layers) if written else None
    return put_bars(genome, {index: Bar((*layers, added))}) if added else genome


def drop_layer(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """One texture fewer in a bar."""
    return put_layer(genome, draw_layer(genome, rng), None)


def fall_silent(genome: HarmonyGenome, context: Context, rng: np.random.Generator) -> HarmonyGenome:
    """Nothing in a bar or a few."""
    return put_bars(genome, dict.fromkeys(_stretch(genome, rng), Bar()))
