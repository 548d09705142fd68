"""Finding and changing one bar, one layer or one tone of a genome."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from genomes.context import Context
from genomes.harmony.constraints import constraints_of
from genomes.harmony.genome import Bar, HarmonyGenome, Layer, Tone, layer_of
from genomes.harmony.resolving import resolve
from genomes.variation import pick

# Tones that are tried until a change makes an audible difference.
CHANGE_TRIES = 6

LayerPosition = tuple[int, int]  # number of the bar, index of the layer in it


def layer_positions(genome: HarmonyGenome) -> list[LayerPosition]:
    """The position of every layer."""
    return [(bar, index) for bar, layers in enumerate(genome.bars) for index in range(len(layers))]


def draw_layer_position(genome: HarmonyGenome, rng: np.random.Generator) -> LayerPosition:
    """The position of one layer, all equally likely."""
    return pick(rng, layer_positions(genome))


def layer_at(genome: HarmonyGenome, position: LayerPosition) -> Layer:
    """The layer at a position."""
    return genome.bars[position[0]][position[1]]


def put_layer(genome: HarmonyGenome, position: LayerPosition, layer: Layer | None) -> HarmonyGenome:
    """A copy with a layer replaced or removed; unchanged where nothing would be left."""
    bar, index = position
    layers = genome.bars[bar]
    kept = (*layers[:index], *((layer,) if layer else ()), *layers[index + 1 :])
    return put_bars(genome, {bar: kept})


def put_bars(genome: HarmonyGenome, changed: dict[int, Bar]) -> HarmonyGenome:
    """A copy with some bars replaced; unchanged where nothing would be left."""
    return genome.with_bars([changed.get(index, bar) for index, bar in enumerate(genome.bars)])


def put_tones(
    genome: HarmonyGenome, position: LayerPosition, tones: Iterable[Tone]
) -> HarmonyGenome:
    """A copy with the tones of a layer replaced; unchanged where they don't go together."""
    try:
        layer = layer_of(layer_at(genome, position).texture, list(tones))
    except ValueError:
        return genome
    return put_layer(genome, position, layer)


def change_tone(
    genome: HarmonyGenome,
    context: Context,
    rng: np.random.Generator,
    change: Callable[[Tone], Tone],
) -> HarmonyGenome:
    """A copy with one tone changed so that it is heard; unchanged where a few tries find none."""
    for _ in range(CHANGE_TRIES):
        position = draw_layer_position(genome, rng)
        tones = layer_at(genome, position).tones
        chosen = pick(rng, tones)
        changed = put_tones(genome, position, (change(t) if t is chosen else t for t in tones))
        if changed is not genome and is_heard(genome, changed, context):
            return changed
    return genome


def is_heard(before: HarmonyGenome, after: HarmonyGenome, context: Context) -> bool:
    """Whether two genomes give different notes."""
    constraints = constraints_of(context)
    return resolve(before.bars, constraints).notes != resolve(after.bars, constraints).notes
