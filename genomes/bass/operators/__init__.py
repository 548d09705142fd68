"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

import numpy as np

from genomes.bass.genome import BassGenome, rebuilt
from genomes.bass.operators import playing, rhythmic, tonal
from genomes.context import Context
from genomes.stage import Operator, named
from genomes.variation import crossed, draw_stretch, repeat_bar, repeat_phrase, swap_bars

OPERATORS: dict[str, Operator[BassGenome]] = named(
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
    swap_bars,
    repeat_bar,
    repeat_phrase,
    playing.loop,
    playing.new_bar,
    playing.lead_back,
    playing.accent,
    playing.regate,
    playing.play_louder_or_softer,
    playing.move_register,
    playing.lock_to_kick,
)


def mate(
    first: BassGenome,
    second: BassGenome,
    context: Context,
    rng: np.random.Generator,
) -> BassGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first."""
    bars = crossed(first.bars, second.bars, draw_stretch(len(first.bars), rng))
    return rebuilt(first if rng.random() < 0.5 else second, bars)
