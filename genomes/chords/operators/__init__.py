"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

import numpy as np

from genomes.chords.genome import ChordGenome
from genomes.chords.operators import harmonic, rhythmic, voicing
from genomes.context import Context
from genomes.stage import Operator, named
from genomes.variation import crossed, draw_stretch, repeat_bar, repeat_phrase, swap_bars

OPERATORS: dict[str, Operator[ChordGenome]] = named(
    harmonic.substitute,
    harmonic.follow,
    harmonic.tonicise,
    harmonic.borrow,
    harmonic.extend,
    harmonic.extend_all,
    harmonic.cadence,
    harmonic.plain,
    voicing.revoice,
    voicing.revoice_all,
    voicing.respread,
    voicing.invert,
    voicing.move_register,
    rhythmic.move_change,
    rhythmic.split_change,
    rhythmic.join_changes,
    swap_bars,
    repeat_bar,
    repeat_phrase,
    voicing.play_bar,
    voicing.play_all,
    voicing.play_louder_or_softer,
)


def mate(
    first: ChordGenome, second: ChordGenome, context: Context, rng: np.random.Generator
) -> ChordGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first."""
    bars = crossed(first.bars, second.bars, draw_stretch(len(first.bars), rng))
    return (first if rng.random() < 0.5 else second).with_bars(bars)
