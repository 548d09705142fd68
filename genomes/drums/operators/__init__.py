"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

import numpy as np

from genomes.context import Context
from genomes.drums.genome import DrumGenome, audible_genome
from genomes.drums.operators import form, playing, strokes, voicing
from genomes.stage import Operator, named
from genomes.variation import crossed, draw_stretch, repeat_bar, repeat_phrase

OPERATORS: dict[str, Operator[DrumGenome]] = named(
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
    repeat_bar,
    form.swap_bars,
    repeat_phrase,
    form.fill_bar,
    form.crash_bar,
    playing.divide,
    playing.play_louder_or_softer,
    playing.reshape,
)


def mate(
    first: DrumGenome, second: DrumGenome, context: Context, rng: np.random.Generator
) -> DrumGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first.

    Dynamic and shape come from either parent; both swing as the section does.
    """
    start, end = draw_stretch(len(first.bars), rng)
    bars = crossed(first.bars, second.bars, (start, end))
    player = first if rng.random() < 0.5 else second
    return audible_genome(context.meter, bars, first.swing_percent, player.dynamic, player.shape)
