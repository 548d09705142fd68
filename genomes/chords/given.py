"""Progressions that a person gives: their bars as genes, and the many ways of playing them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from msgspec.structs import replace

from genomes.chords.comping import PATTERNS, by_strokes
from genomes.chords.genome import (
    DYNAMICS,
    Bar,
    Change,
    ChordGenome,
    change_at,
    change_positions,
    put_change,
)
from genomes.chords.harmony import Chord
from genomes.chords.naming import is_no_chord, read_chord
from genomes.chords.operators import voicing as operators
from genomes.chords.seeds import draw_comping
from genomes.chords.voicing import REGISTERS, SPREADS, Voicing, movement_semitones, pitches
from genomes.chords.written import REST
from genomes.context import Context
from genomes.keys import Key
from genomes.stage import named
from genomes.variation import draw_by_energy, pick

# Beat group and text of each chord that begins in a bar.
Named = Sequence[tuple[int, str]]

# Operators that leave every chord, its bass and its place alone.
PLAYING_OPERATORS = named(
    operators.play_bar,
    operators.play_all,
    operators.play_beat,
    operators.play_again,
    operators.run_otherwise,
    operators.hold_otherwise,
    operators.play_louder_or_softer,
    operators.move_register,
    operators.respread,
)
# What of them leaves a pattern that a person named.
VOICING_OPERATORS = named(
    operators.play_louder_or_softer, operators.move_register, operators.respread
)


def given_bars(bars: Sequence[tuple[int, Named]], key: Key) -> tuple[Bar, ...]:
    """The bars of a progression.

    A chord that comes again holds on. Where no chord is to sound, the one before it holds on for
    other parts, and rests.

    Args:
        bars: number of each bar as it is written, for errors, and its chords.
        key: of the song.

    Raises:
        ValueError: if a chord can't be read: which, in which bar, and what is expected.
    """
    read = [(bar, group, _chord(text, key, bar)) for bar, named_ in bars for group, text in named_]
    sounding = next((chord for *_, chord in read if chord is not None), None)
    if sounding is None:
        raise ValueError("no chord sounds in it: expected at least one")
    if not bars[0][1] or bars[0][1][0][0] != 0:
        raise ValueError(f"bar {bars[0][0]} begins with no chord: expected one, or N.C.")
    before: Chord | None = None
    remaining = iter(read)
    found = []
    for _, named_ in bars:
        changes = []
        for _ in named_:
            _, group, chord = next(remaining)
            sounding = chord or sounding
            now = chord or Chord(sounding.function, REST)
            if now != before:
                changes.append(Change.of(group, now, Voicing()))
            before = now
        found.append(Bar(tuple(changes)))
    return tuple(found)


def _chord(text: str, key: Key, bar: int) -> Chord | None:
    if is_no_chord(text):
        return None
    try:
        return read_chord(text, key)
    except ValueError as error:
        raise ValueError(f"bar {bar}: {error}") from error


def draw_playing(
    bars: tuple[Bar, ...], context: Context, pattern: str | None, rng: np.random.Generator
) -> ChordGenome:
    """One way of playing the bars of a progression.

    Args:
        bars: as ``given_bars`` makes them.
        context: of their section.
        pattern: one of ``PATTERNS`` for every bar; None to draw how each is played.
        rng: the source of chance.

    Raises:
        ValueError: if there is no such pattern.
    """
    if pattern is not None and pattern not in PATTERNS:
        raise ValueError(f"no playing {pattern!r}: expected one of {', '.join(PATTERNS)}")
    energy = context.section.energy
    comping = draw_comping(context, rng) if pattern is None else ()
    name = pattern or draw_by_energy(rng, by_strokes(context.meter), energy)
    genome = ChordGenome(
        context.key.mode,
        len(context.meter.groups),
        tuple(replace(bar, pattern=name) for bar in bars),
        draw_by_energy(rng, REGISTERS, energy),
        draw_by_energy(rng, DYNAMICS, energy),
        comping,
    )
    return _laid_out(genome, context, pick(rng, SPREADS), int(rng.integers(3)))


def _laid_out(genome: ChordGenome, context: Context, spread: str, position: int) -> ChordGenome:
    """The chords in one layout, each near to the one before it; their basses stay."""
    positions = change_positions(genome)
    first = replace(change_at(genome, positions[0]), spread=spread, position=position)
    genome = put_change(genome, positions[0], first)
    for before, each in pairwise(positions):
        here = _pitches(genome, context, change_at(genome, before))
        options = [
            replace(change_at(genome, each), spread=spread, position=place) for place in range(3)
        ]
        nearest = min(options, key=lambda c: movement_semitones(here, _pitches(genome, context, c)))
        genome = put_change(genome, each, nearest)
    return genome


def _pitches(genome: ChordGenome, context: Context, change: Change) -> tuple[int, ...]:
    tonic_pitch_class = context.key.tonic_pitch_class
    return pitches(genome.mode, tonic_pitch_class, change.chord, change.voicing, genome.register)


def play_otherwise(
    genome: ChordGenome, context: Context, pattern: str | None, rng: np.random.Generator
) -> ChordGenome:
    """The same progression with one thing about its playing changed."""
    table = PLAYING_OPERATORS if pattern is None else VOICING_OPERATORS
    return table[pick(rng, tuple(table))](genome, context, rng)
