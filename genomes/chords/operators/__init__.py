"""Operators: one small, named, musical change each; all keep bars whole, and mostly loops."""

from __future__ import annotations

import numpy as np

from genomes.chords.genome import ChordGenome
from genomes.chords.operators import harmonic, rhythmic, voicing
from genomes.context import Context
from genomes.stage import Operator, named
from genomes.variation import (
    crossed,
    draw_stretch,
    repeat_bar,
    repeat_phrase,
    swap_bars,
    with_returns,
)

OPERATORS: dict[str, Operator[ChordGenome]] = named(
    with_returns(harmonic.substitute),
    with_returns(harmonic.follow),
    with_returns(harmonic.tonicise),
    with_returns(harmonic.borrow),
    with_returns(harmonic.extend),
    harmonic.extend_all,
    harmonic.cadence,
    with_returns(harmonic.plain),
    with_returns(voicing.revoice),
    voicing.revoice_all,
    with_returns(voicing.respread),
    with_returns(voicing.invert),
    voicing.move_register,
    with_returns(rhythmic.move_change),
    with_returns(rhythmic.split_change),
    with_returns(rhythmic.join_changes),
    swap_bars,
    repeat_bar,
    repeat_phrase,
    voicing.play_bar,
    voicing.play_all,
    voicing.play_louder_or_softer,
    voicing.play_beat,
    voicing.play_again,
    voicing.run_otherwise,
    voicing.hold_otherwise,
)


def mate(
    first: ChordGenome, second: ChordGenome, context: Context, rng: np.random.Generator
) -> ChordGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first."""
    stretch = draw_stretch(len(first.bars), rng)
    bars = crossed(first.bars, second.bars, stretch)
    comping = crossed(first.comping_by_bar(), second.comping_by_bar(), stretch)
    return (first if rng.random() < 0.5 else second).with_bars(bars).played(comping)
