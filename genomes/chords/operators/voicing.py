"""Operators on how chords are voiced and played."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from genomes.chords.comping import by_strokes
from genomes.chords.figures import LENGTHS_PERCENT, SINGLE, draw_bar, draw_run, redraw_beat
from genomes.chords.genome import (
    DYNAMICS,
    Change,
    ChordGenome,
    change_at,
    change_positions,
    draw_change_position,
    put_change,
)
from genomes.chords.harmony import max_inversion
from genomes.chords.seeds import draw_comping
from genomes.chords.voicing import REGISTERS, SPREADS, movement_semitones, pitches
from genomes.chords.written import WRITTEN
from genomes.context import Context
from genomes.variation import draw_by_energy, pick


def revoice(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One chord laid out so that the voices move least from the chord before it."""
    positions = change_positions(genome)
    index = int(rng.integers(len(positions)))
    before = change_at(genome, positions[index - 1])
    return put_change(
        genome,
        positions[index],
        _nearest(genome, context, before, change_at(genome, positions[index])),
    )


def revoice_all(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Every chord in turn laid out near the one before it."""
    positions = change_positions(genome)
    for before, position in pairwise(positions):
        nearest = _nearest(genome, context, change_at(genome, before), change_at(genome, position))
        genome = put_change(genome, position, nearest)
    return genome


def _nearest(genome: ChordGenome, context: Context, before: Change, change: Change) -> Change:
    """The inversion and position of a chord with the least movement from the one before."""
    sounding = _pitches(genome, context, before)
    options = [change] + [
        replace(change, inversion=inversion, position=position)
        for inversion in _inversions(change)
        for position in range(3)
    ]
    return min(options, key=lambda c: movement_semitones(sounding, _pitches(genome, context, c)))


def _inversions(change: Change) -> tuple[int, ...]:
    """The chord tones that may come to be in the bass; a written chord keeps its own."""
    if change.extension == WRITTEN:
        return (change.inversion,)
    return tuple(range(min(2, max_inversion(change.extension)) + 1))


def _pitches(genome: ChordGenome, context: Context, change: Change) -> tuple[int, ...]:
    tonic_pitch_class = context.key.tonic_pitch_class
    return pitches(genome.mode, tonic_pitch_class, change.chord, change.voicing, genome.register)


def respread(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another layout for one chord, or one layout for all."""
    spread = pick(rng, SPREADS)
    positions = (
        [draw_change_position(genome, rng)] if rng.random() < 0.5 else change_positions(genome)
    )
    for position in positions:
        genome = put_change(genome, position, replace(change_at(genome, position), spread=spread))
    return genome


def invert(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another chord tone in the bass."""
    position = draw_change_position(genome, rng)
    change = change_at(genome, position)
    if change.extension == WRITTEN:
        return genome
    inversion = int(rng.integers(max_inversion(change.extension) + 1))
    return put_change(genome, position, replace(change, inversion=inversion))


def move_register(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """The whole progression higher or lower."""
    return replace(genome, register=draw_by_energy(rng, REGISTERS, context.section.energy))


def play_bar(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Other figures in one bar, as they may follow those of the bar before."""
    bar = int(rng.integers(len(genome.bars)))
    return genome.with_comping(bar, draw_bar(context, genome.comping_by_bar()[bar - 1], rng))


def play_all(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Other figures throughout, or one pattern."""
    comping = draw_comping(context, rng)
    if not comping:
        pattern = _pattern(context, rng)
        genome = genome.with_bars([replace(bar, pattern=pattern) for bar in genome.bars])
    return genome.played(comping)


def play_beat(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another figure, and another length, in one beat of a bar that is played by figures."""
    comping = genome.comping_by_bar()
    bar = int(rng.integers(len(comping)))
    if not comping[bar].figures:
        return genome
    return genome.with_comping(bar, redraw_beat(comping, bar, context, rng))


def play_again(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One bar played in the way of another; each keeps its chords."""
    comping = genome.comping_by_bar()
    source, target = rng.integers(len(comping), size=2).tolist()
    if not comping[source].figures:
        return genome
    return genome.with_comping(target, comping[source])


def run_otherwise(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Single notes go through the chords in another order, in one bar or in all."""
    run, bars = draw_run(rng), range(len(genome.bars))
    chosen = bars if rng.random() < 0.5 else (int(rng.integers(len(bars))),)
    return genome.played(
        [
            replace(how, run=run) if bar in chosen and SINGLE in "".join(how.figures) else how
            for bar, how in enumerate(genome.comping_by_bar())
        ]
    )


def hold_otherwise(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Shorter or longer notes, in one bar or in all that are played by figures."""
    length, bars = pick(rng, LENGTHS_PERCENT), range(len(genome.bars))
    chosen = bars if rng.random() < 0.5 else (int(rng.integers(len(bars))),)
    return genome.played(
        [
            replace(how, lengths_percent=(length,) * len(how.figures)) if bar in chosen else how
            for bar, how in enumerate(genome.comping_by_bar())
        ]
    )


def _pattern(context: Context, rng: np.random.Generator) -> str:
    return draw_by_energy(rng, by_strokes(context.meter), context.section.energy)


def play_louder_or_softer(
    genome: ChordGenome, context: Context, rng: np.random.Generator
) -> ChordGenome:
    """Another dynamic."""
    return replace(genome, dynamic=draw_by_energy(rng, DYNAMICS, context.section.energy))
