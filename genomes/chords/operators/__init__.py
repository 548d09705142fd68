"""Operators: one small, named, musical change each; all keep bars whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genomes.chance import pick
from genomes.chords.genome import ChordGenome, whole
from genomes.chords.operators import harmonic, playing, rhythmic, voicing
from genomes.context import Context

Operator = Callable[[ChordGenome, Context, np.random.Generator], ChordGenome]

OPERATORS: dict[str, Operator] = {
    operator.__name__: operator
    for operator in (
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
        rhythmic.swap_bars,
        rhythmic.repeat_bar,
        rhythmic.repeat_phrase,
        playing.play_bar,
        playing.play_all,
        playing.play_louder_or_softer,
    )
}

MAX_TRIES = 16


def mutate(
    genome: ChordGenome, context: Context, rng: np.random.Generator
) -> tuple[ChordGenome, str]:
    """A changed copy and the operator's name; tries again where an operator finds nothing to do."""
    names = tuple(OPERATORS)
    for _ in range(MAX_TRIES):
        name = pick(rng, names)
        changed = OPERATORS[name](genome, context, rng)
        if changed != genome:
            return changed, name
    return genome, "none"


def mate(
    first: ChordGenome, second: ChordGenome, context: Context, rng: np.random.Generator
) -> ChordGenome:
    """A child with a stretch of whole bars from the second parent, the rest from the first."""
    start, end = np.sort(rng.integers(len(first.bars) + 1, size=2))
    bars = (*first.bars[:start], *second.bars[start:end], *first.bars[end:])
    register, dynamic = (
        (first.register, first.dynamic) if rng.random() < 0.5 else (second.register, second.dynamic)
    )
    return whole(first.mode, first.groups_per_bar, bars, register, dynamic)
