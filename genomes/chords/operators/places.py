"""Finding and changing one chord of a genome."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genomes.chords.genes import Change
from genomes.chords.genome import ChordGenome
from genomes.chords.harmony import Chord

Place = tuple[int, int]  # index of the bar, index of the change in it


def places_of(genome: ChordGenome) -> list[Place]:
    """Where every change stands, in order."""
    return [
        (bar, index) for bar, entry in enumerate(genome.bars) for index in range(len(entry.changes))
    ]


def draw_place(genome: ChordGenome, rng: np.random.Generator) -> Place:
    """One place, all equally likely."""
    places = places_of(genome)
    return places[int(rng.integers(len(places)))]


def change_at(genome: ChordGenome, place: Place) -> Change:
    """The change at a place."""
    return genome.bars[place[0]].changes[place[1]]


def put_change(genome: ChordGenome, place: Place, change: Change) -> ChordGenome:
    """A copy with the change at a place replaced."""
    bar, index = place
    changes = genome.bars[bar].changes
    return genome.with_changes(bar, (*changes[:index], change, *changes[index + 1 :]))


def put_chord(genome: ChordGenome, place: Place, chord: Chord) -> ChordGenome:
    """A copy with the chord at a place replaced, its group and voicing kept."""
    return put_change(genome, place, replace(change_at(genome, place), chord=chord))
