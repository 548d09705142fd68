"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from genomes.chance import pick
from genomes.context import Context
from genomes.harmony.genome import HarmonyGenome, sounds
from genomes.harmony.operators import formal, melodic, rhythmic, textural

Operator = Callable[[HarmonyGenome, Context, np.random.Generator], HarmonyGenome]

OPERATORS: dict[str, Operator] = {
    operator.__name__: operator
    for operator in (
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
        formal.swap_bars,
        formal.repeat_bar,
        formal.repeat_phrase,
        formal.play_louder_or_softer,
    )
}

MAX_TRIES = 24


def mutate(
    genome: HarmonyGenome, context: Context, rng: np.random.Generator
) -> tuple[HarmonyGenome, str]:
    """A changed copy and the operator's name; tries again where an operator finds nothing to do."""
    names = tuple(OPERATORS)
    for _ in range(MAX_TRIES):
        name = pick(rng, names)
        changed = OPERATORS[name](genome, context, rng)
        if changed != genome:
            return changed, name
    return genome, "none"


def mate(
    first: HarmonyGenome, second: HarmonyGenome, context: Context, rng: np.random.Generator
) -> HarmonyGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first.

    A child of silent bars alone is the first parent again.
    """
    del context
    start, end = (int(edge) for edge in sorted(rng.integers(len(first.bars) + 1, size=2)))
    bars = (*first.bars[:start], *second.bars[start:end], *first.bars[end:])
    dynamic = first.dynamic if rng.random() < 0.5 else second.dynamic
    return replace(first, bars=bars, dynamic=dynamic) if sounds(bars) else first
