"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genomes.chance import pick
from genomes.context import Context
from genomes.drums.genome import DrumGenome, whole
from genomes.drums.operators import form, playing, strokes, voicing

Operator = Callable[[DrumGenome, Context, np.random.Generator], DrumGenome]

OPERATORS: dict[str, Operator] = {
    operator.__name__: operator
    for operator in (
        strokes.add_stroke,
        strokes.drop_stroke,
        strokes.move_stroke,
        strokes.relevel_stroke,
        strokes.thin_out,
        strokes.add_ghosts,
        strokes.rotate_voice,
        strokes.spread_evenly,
        strokes.kick_on_changes,
        voicing.swap_voice,
        voicing.add_voice,
        voicing.drop_voice,
        voicing.keep_time,
        voicing.half_or_full_time,
        form.vary_bar,
        form.rest_bar,
        form.repeat_bar,
        form.swap_bars,
        form.repeat_phrase,
        form.fill_bar,
        form.crash_bar,
        playing.swing,
        playing.divide,
        playing.play_louder_or_softer,
        playing.reshape,
    )
}

MAX_TRIES = 16


def mutate(
    genome: DrumGenome, context: Context, rng: np.random.Generator
) -> tuple[DrumGenome, str]:
    """A changed copy and the operator's name; tries again where an operator finds nothing to do."""
    names = tuple(OPERATORS)
    for _ in range(MAX_TRIES):
        name = pick(rng, names)
        changed = OPERATORS[name](genome, context, rng)
        if changed != genome:
            return changed, name
    return genome, "none"


def mate(
    first: DrumGenome, second: DrumGenome, context: Context, rng: np.random.Generator
) -> DrumGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first.

    Dynamic and shape come from one of them; swing from whoever gives more bars.
    """
    start, end = (int(edge) for edge in np.sort(rng.integers(len(first.bars) + 1, size=2)))
    bars = (*first.bars[:start], *second.bars[start:end], *first.bars[end:])
    swing_percent = (second if 2 * (end - start) > len(bars) else first).swing_percent
    player = first if rng.random() < 0.5 else second
    return whole(context.meter, bars, swing_percent, player.dynamic, player.shape)
