"""Finding and changing one bar, one layer or one tone of a genome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from genomes.chance import pick
from genomes.harmony.genes import Bar, Layer, Tone, layer_of
from genomes.harmony.genome import HarmonyGenome, sounds

Place = tuple[int, int]  # number of the bar, index of the layer in it


def layers_of(genome: HarmonyGenome) -> list[Place]:
    """Where every layer stands."""
    return [
        (bar, index) for bar, genes in enumerate(genome.bars) for index in range(len(genes.layers))
    ]


def draw_layer(genome: HarmonyGenome, rng: np.random.Generator) -> Place:
    """One layer, all equally likely."""
    return pick(rng, layers_of(genome))


def layer_at(genome: HarmonyGenome, place: Place) -> Layer:
    """The layer at a place."""
    return genome.bars[place[0]].layers[place[1]]


def put_layer(genome: HarmonyGenome, place: Place, layer: Layer | None) -> HarmonyGenome:
    """A copy with a layer replaced, or taken away; unchanged where nothing would be left."""
    bar, index = place
    layers = genome.bars[bar].layers
    kept = (*layers[:index], *((layer,) if layer else ()), *layers[index + 1 :])
    return put_bars(genome, {bar: Bar(kept)})


def put_bars(genome: HarmonyGenome, changed: dict[int, Bar]) -> HarmonyGenome:
    """A copy with some bars replaced; unchanged where nothing would be left."""
    bars = tuple(changed.get(index, bar) for index, bar in enumerate(genome.bars))
    return replace(genome, bars=bars) if sounds(bars) else genome


def put_tones(genome: HarmonyGenome, place: Place, tones: Iterable[Tone]) -> HarmonyGenome:
    """A copy with the tones of a layer replaced; unchanged where they don't go together."""
    try:
        layer = layer_of(layer_at(genome, place).texture, list(tones))
    except ValueError:
        return genome
    return put_layer(genome, place, layer)


def change_tone(
    genome: HarmonyGenome, rng: np.random.Generator, change: Callable[[Tone], Tone]
) -> HarmonyGenome:
    """A copy with one tone changed, all equally likely; unchanged where the tone can't be so."""
    place = draw_layer(genome, rng)
    tones = layer_at(genome, place).tones
    chosen = int(rng.integers(len(tones)))
    return put_tones(
        genome, place, (change(tone) if i == chosen else tone for i, tone in enumerate(tones))
    )
