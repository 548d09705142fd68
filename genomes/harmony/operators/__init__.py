"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.context import Context
from genomes.harmony.genome import HarmonyGenome
from genomes.harmony.operators import melodic, rhythmic, textural
from genomes.stage import Operator, named
from genomes.variation import crossed, draw_stretch, repeat_bar, repeat_phrase, swap_bars

OPERATORS: dict[str, Operator[HarmonyGenome]] = named(
    textural.retexture,
    textural.combine,
    textural.add_layer,
    textural.drop_layer,
    textural.fall_silent,
    rhythmic.thin,
    rhythmic.split,
    rhythmic.lengthen,
    rhythmic.shorten,
    rhythmic.delay,
    rhythmic.tie,
    rhythmic.tie_all,
    rhythmic.suspend,
    melodic.move_tone,
    melodic.move_bar,
    melodic.move_texture,
    melodic.mirror,
    melodic.settle,
    swap_bars,
    repeat_bar,
    repeat_phrase,
    textural.play_louder_or_softer,
)


def mate(
    first: HarmonyGenome, second: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first.

    A child of silent bars alone is the first parent again.
    """
    bars = crossed(first.bars, second.bars, draw_stretch(len(first.bars), rng))
    dynamic = first.dynamic if rng.random() < 0.5 else second.dynamic
    return replace(first, bars=bars, dynamic=dynamic) if any(bars) else first
