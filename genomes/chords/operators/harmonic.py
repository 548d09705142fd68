"""Operators on which chord sounds."""

from __future__ import annotations

import numpy as np

from genomes.chords.functions import functions, is_minor, on_degree, tonic
from genomes.chords.genome import (
    ChordGenome,
    change_at,
    change_positions,
    draw_change_position,
    put_chord,
)
from genomes.chords.harmony import EXTENSIONS, Chord, extensions, max_inversion
from genomes.chords.seeds import draw_chord
from genomes.chords.tables import followers, in_mode, substitutes
from genomes.chords.written import function_named
from genomes.context import Context
from genomes.variation import draw, pick

EXTENDED_SHARE = 0.8


def substitute(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another chord of the same functional family."""
    position = draw_change_position(genome, rng)
    options = substitutes(genome.mode, change_at(genome, position).chord.function)
    if not options:
        return genome
    return put_chord(genome, position, draw_chord(genome.mode, pick(rng, options), rng))


def follow(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """The chord that counted music would put after the one before it."""
    positions = change_positions(genome)
    index = int(rng.integers(len(positions)))
    before = change_at(genome, positions[index - 1]).chord.function
    token = draw(rng, *followers(genome.mode, before))
    return put_chord(genome, positions[index], draw_chord(genome.mode, token, rng))


def tonicise(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A secondary dominant in the position before the chord that it leads to."""
    positions = change_positions(genome)
    index = int(rng.integers(1, len(positions))) if len(positions) > 1 else 0
    target = change_at(genome, positions[index]).chord.function
    options = tuple(
        token for token in (f"V/{target}", f"viio/{target}") if token in functions(genome.mode)
    )
    if not options or index == 0:
        return genome
    token = pick(rng, options)
    extension = "7" if "7" in extensions(genome.mode, token) else "triad"
    return put_chord(genome, positions[index - 1], Chord(token, extension))


def borrow(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """The chord of the same degree from the parallel mode, or back from there."""
    position = draw_change_position(genome, rng)
    here = function_named(genome.mode, change_at(genome, position).chord.function)
    options = tuple(
        other.token
        for other in functions(genome.mode).values()
        if other.degree == here.degree and other.source != "applied" and other != here
    )
    if not options:
        return genome
    return put_chord(genome, position, draw_chord(genome.mode, pick(rng, options), rng))


def extend(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """Another extension of the same chord, or none."""
    position = draw_change_position(genome, rng)
    chord = change_at(genome, position).chord
    extension = pick(rng, extensions(genome.mode, chord.function))
    return put_chord(genome, position, _extended(chord, extension))


def _extended(chord: Chord, extension: str) -> Chord:
    """The same chord with another extension, inverted as far as that allows."""
    if extension == chord.extension:
        return chord
    return Chord(chord.function, extension, min(chord.inversion, max_inversion(extension)))


def extend_all(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """One extension for most chords that can take it, or none: the vocabulary of a style."""
    extension = pick(rng, tuple(EXTENSIONS))
    for position in change_positions(genome):
        chord = change_at(genome, position).chord
        if extension in extensions(genome.mode, chord.function) and rng.random() < EXTENDED_SHARE:
            genome = put_chord(genome, position, _extended(chord, extension))
    return genome


def cadence(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A close: the dominant or subdominant, then the tonic; or the dominant, back to the start."""
    mode = genome.mode
    dominant, home = in_mode("V", mode), tonic(mode)
    subdominant = in_mode("iv" if is_minor(mode) else "IV", mode)
    ends = ((dominant, home), (subdominant, home), (subdominant, dominant))
    close = ends[int(rng.integers(len(ends)))]
    positions = change_positions(genome)[-len(close) :]
    for position, token in zip(positions, close[-len(positions) :], strict=True):
        genome = put_chord(genome, position, draw_chord(mode, token, rng, plain=True))
    return genome


def plain(genome: ChordGenome, context: Context, rng: np.random.Generator) -> ChordGenome:
    """A diatonic major or minor triad in root position on the same degree."""
    position = draw_change_position(genome, rng)
    here = function_named(genome.mode, change_at(genome, position).chord.function)
    own = functions(genome.mode)[on_degree(genome.mode, here.degree)]
    if own.quality not in {"major", "minor"}:
        return genome
    return put_chord(genome, position, Chord(own.token))
