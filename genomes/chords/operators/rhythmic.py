"""Operators on when chords change, and on whole bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chance import draw
from genomes.chords.genes import Change
from genomes.chords.genome import ChordGenome, rebuilt
from genomes.chords.operators.places import draw_place
from genomes.chords.seeds import draw_chord
from genomes.chords.tables import followers
from genomes.context import Context

PHRASE_BARS = (2, 4, 8)


def move_change(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A change one beat group earlier or later."""
    bar, index = draw_place(genome, rng)
    changes = genome.bars[bar].changes
    group = changes[index].group + (1 if rng.random() < 0.5 else -1)
    taken = {change.group for change in changes}
    if group in taken or not 0 <= group < genome.groups_per_bar or (bar, index) == (0, 0):
        return genome
    moved = sorted(
        (*changes[:index], replace(changes[index], group=group), *changes[index + 1 :]), key=_group
    )
    return genome.with_changes(bar, tuple(moved))


def _group(change: Change) -> int:
    return change.group


def split_change(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A new chord inside a bar, leading on from the one before it."""
    bar = int(rng.integers(len(genome.bars)))
    changes = genome.bars[bar].changes
    free = [g for g in range(genome.groups_per_bar) if g not in {c.group for c in changes}]
    if not free:
        return genome
    group = free[int(rng.integers(len(free)))]
    before = [c for i, c in genome.changes() if (i, c.group) < (bar, group)][-1]
    token = draw(rng, *followers(genome.mode, before.chord.function))
    added = Change(group, draw_chord(genome.mode, token, rng), before.voicing)
    return genome.with_changes(bar, tuple(sorted((*changes, added), key=_group)))


def join_changes(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One change fewer: the chord before it holds on."""
    bar, index = draw_place(genome, rng)
    if (bar, index) == (0, 0):
        return genome
    changes = genome.bars[bar].changes
    return genome.with_changes(bar, (*changes[:index], *changes[index + 1 :]))


def swap_bars(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Two whole bars change places."""
    first, second = (int(index) for index in rng.integers(len(genome.bars), size=2))
    bars = list(genome.bars)
    bars[first], bars[second] = bars[second], bars[first]
    return rebuilt(genome, bars)


def repeat_bar(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One whole bar heard again in the place of another."""
    source, target = (int(index) for index in rng.integers(len(genome.bars), size=2))
    bars = list(genome.bars)
    bars[target] = bars[source]
    return rebuilt(genome, bars)


def repeat_phrase(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A phrase of a few bars heard again right after itself, as far as there is room."""
    count = len(genome.bars)
    length = PHRASE_BARS[int(rng.integers(len(PHRASE_BARS)))]
    if count <= length:
        return genome
    start = length * int(rng.integers((count - 1) // length))
    again = genome.bars[start : start + length][: count - start - length]
    bars = list(genome.bars)
    bars[start + length : start + length + len(again)] = again
    return rebuilt(genome, bars)
