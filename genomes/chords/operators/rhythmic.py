"""Operators on when chords change."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from genomes.chords.genome import Change, ChordGenome, draw_change_position
from genomes.chords.seeds import draw_chord
from genomes.chords.tables import followers
from genomes.context import Context
from genomes.variation import draw


def move_change(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A change one beat group earlier or later."""
    bar, index = draw_change_position(genome, rng)
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
    added = Change.of(group, draw_chord(genome.mode, token, rng), before.voicing)
    return genome.with_changes(bar, tuple(sorted((*changes, added), key=_group)))


def join_changes(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One change fewer: the chord before it holds on."""
    bar, index = draw_change_position(genome, rng)
    if (bar, index) == (0, 0):
        return genome
    changes = genome.bars[bar].changes
    return genome.with_changes(bar, (*changes[:index], *changes[index + 1 :]))
