"""Operators: one small, named, musical change each; all keep phrases whole."""

from __future__ import annotations

import numpy as np

from genomes.context import Context
from genomes.melody.form import spliced_pieces
from genomes.melody.genome import MelodyGenome, rebuilt
from genomes.melody.operators import formal, melodic, rhythmic
from genomes.stage import Operator, named

# What is heard of the pitches alone: nothing, where the pitches stay.
PITCH_OPERATORS: dict[str, Operator[MelodyGenome]] = named(
    melodic.move_tone,
    melodic.repeat_tone,
    melodic.smooth,
    melodic.leap,
    melodic.invert,
    melodic.reverse,
    melodic.widen_or_flatten,
    melodic.place_peak,
    melodic.turn_back,
    melodic.new_contour,
    formal.lift_phrase,
    formal.turn_tail,
    formal.set_cadence,
    melodic.move_register,
    melodic.change_home,
    melodic.lean,
)
OTHER_OPERATORS: dict[str, Operator[MelodyGenome]] = named(
    rhythmic.split_tone,
    rhythmic.join_tones,
    rhythmic.thin_out,
    rhythmic.move_tone_in_time,
    rhythmic.hold_or_release,
    rhythmic.displace,
    rhythmic.pick_up,
    rhythmic.new_rhythm,
    rhythmic.halve_or_double,
    formal.end_phrase,
    formal.ornament,
    formal.reuse_material,
    formal.freshen,
    formal.answer_phrase,
    formal.swap_phrases,
    formal.join_phrases,
    formal.split_phrase,
    melodic.sing_louder_or_softer,
    melodic.draw_syllables,
)
OPERATORS: dict[str, Operator[MelodyGenome]] = PITCH_OPERATORS | OTHER_OPERATORS


def applicable(genome: MelodyGenome) -> dict[str, Operator[MelodyGenome]]:
    """The operators that can be heard on a genome; none on pitches where those are locked."""
    return OTHER_OPERATORS if genome.line else OPERATORS


def mate(
    first: MelodyGenome, second: MelodyGenome, context: Context, rng: np.random.Generator
) -> MelodyGenome:
    """A child with some whole phrases of the second parent, in their place in the first.

    Phrases of the first that lie across the edges are cut there. How it is sung comes from one
    parent.
    """
    edges = [0]
    for phrase in second.phrases:
        edges.append(edges[-1] + phrase.bars)
    start, end = sorted(edges[index] for index in rng.integers(len(edges), size=2).tolist())
    pieces = spliced_pieces(first.pieces(), second.pieces(), start, end, context.meter)
    return rebuilt(first if rng.random() < 0.5 else second, pieces)
