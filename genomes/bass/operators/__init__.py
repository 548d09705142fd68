"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genomes.bass.genome import BassGenome, rebuilt
from genomes.bass.operators import barwise, playing, rhythmic, tonal
from genomes.chance import pick
from genomes.context import Context

Operator = Callable[[BassGenome, Context, np.random.Generator], BassGenome]

OPERATORS: dict[str, Operator] = {
    operator.__name__: operator
    for operator in (
        rhythmic.add_pluck,
        rhythmic.drop_pluck,
        rhythmic.thin,
        rhythmic.fill,
        rhythmic.move_pluck,
        rhythmic.push,
        rhythmic.change_length,
        rhythmic.change_lengths,
        rhythmic.rest_bar,
        rhythmic.ghost,
        rhythmic.copy_rhythm,
        tonal.change_tone,
        tonal.change_octave,
        tonal.ground,
        tonal.lead,
        tonal.plain_roots,
        tonal.retune,
        tonal.stand,
        tonal.follow_slashes,
        barwise.swap_bars,
        barwise.repeat_bar,
        barwise.repeat_phrase,
        barwise.loop,
        barwise.new_bar,
        barwise.lead_back,
        playing.accent,
        playing.regate,
        playing.play_louder_or_softer,
        playing.move_register,
        playing.lock_to_kick,
    )
}

MAX_TRIES = 16


def mutate(
    genome: BassGenome, context: Context, rng: np.random.Generator
) -> tuple[BassGenome, str]:
    """A changed copy and the operator's name; tries again where an operator finds nothing to do."""
    names = tuple(OPERATORS)
    for _ in range(MAX_TRIES):
        name = pick(rng, names)
        changed = OPERATORS[name](genome, context, rng)
        if changed != genome:
            return changed, name
    return genome, "none"


def mate(first: BassGenome, second: BassGenome, rng: np.random.Generator) -> BassGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first."""
    start, end = np.sort(rng.integers(len(first.bars) + 1, size=2))
    bars = (*first.bars[:start], *second.bars[start:end], *first.bars[end:])
    played_as = first if rng.random() < 0.5 else second
    return rebuilt(played_as, bars)
