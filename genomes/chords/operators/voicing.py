"""Operators on how chords are voiced."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from genomes.chance import lean, pick
from genomes.chords.genes import Change
from genomes.chords.genome import ChordGenome
from genomes.chords.harmony import Chord, max_inversion
from genomes.chords.operators.places import change_at, draw_place, places_of, put_change, put_chord
from genomes.chords.voicing import REGISTERS, SPREADS, Voicing, movement_semitones, pitches
from genomes.context import Context


def revoice(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One chord laid out so that the voices move least from the chord before it."""
    places = places_of(genome)
    index = int(rng.integers(len(places)))
    before = change_at(genome, places[index - 1])
    return put_change(
        genome, places[index], _nearest(genome, context, before, change_at(genome, places[index]))
    )


def revoice_all(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Every chord in turn laid out near the one before it."""
    places = places_of(genome)
    for before, place in pairwise(places):
        nearest = _nearest(genome, context, change_at(genome, before), change_at(genome, place))
        genome = put_change(genome, place, nearest)
    return genome


def _nearest(genome: ChordGenome, context: Context, before: Change, change: Change) -> Change:
    """The inversion and position of a chord with the least movement from the one before."""
    sounding = _pitches(genome, context, before)
    chord, spread = change.chord, change.voicing.spread
    options = [change] + [
        Change(
            change.group,
            Chord(chord.function, chord.extension, inversion),
            Voicing(spread, position),
        )
        for inversion in range(min(2, max_inversion(chord.extension)) + 1)
        for position in range(3)
    ]
    return min(options, key=lambda c: movement_semitones(sounding, _pitches(genome, context, c)))


def _pitches(genome: ChordGenome, context: Context, change: Change) -> tuple[int, ...]:
    tonic_pitch_class = context.key.tonic_pitch_class
    return pitches(genome.mode, tonic_pitch_class, change.chord, change.voicing, genome.register)


def respread(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another layout for one chord, or one layout for all."""
    spread = pick(rng, SPREADS)
    places = [draw_place(genome, rng)] if rng.random() < 0.5 else places_of(genome)
    for place in places:
        change = change_at(genome, place)
        genome = put_change(
            genome, place, replace(change, voicing=Voicing(spread, change.voicing.position))
        )
    return genome


def invert(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another chord tone in the bass."""
    place = draw_place(genome, rng)
    chord = change_at(genome, place).chord
    inversion = int(rng.integers(max_inversion(chord.extension) + 1))
    return put_chord(genome, place, replace(chord, inversion=inversion))


def move_register(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """The whole progression higher or lower."""
    return replace(genome, register=lean(rng, REGISTERS, context.section.energy))
