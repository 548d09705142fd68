"""Hypothesis strategies for music: meters, keys, contexts, parts."""

from __future__ import annotations

from itertools import product

import numpy as np
from hypothesis import strategies as st

from genomes.context import Context, Section
from genomes.keys import ACCIDENTALS, LETTERS, SCALES, Key
from genomes.notes import Part
from genomes.time import DENOMINATORS, MAX_NUMERATOR, Meter

EVERY_METER = tuple(Meter(n, d) for d in DENOMINATORS for n in range(1, MAX_NUMERATOR + 1))
TONIC_NAMES = tuple(letter + sign for letter, sign in product(LETTERS, ACCIDENTALS))
EVERY_KEY = tuple(
    Key.parse(f"{name} {mode.replace('_', ' ')}") for name in TONIC_NAMES for mode in SCALES
)

# Meters that songs are really in, and a few that only break things.
SONG_METERS = tuple(
    Meter(numerator, denominator)
    for denominator, numerators in (
        (4, (4, 3, 2, 5, 7)),
        (8, (6, 9, 12, 5, 7, 8, 11, 13)),
        (2, (2, 3)),
    )
    for numerator in numerators
)
ODD_METERS = tuple(
    Meter(*signature)
    for signature in ((1, 32), (18, 32), (16, 16), (7, 16), (32, 8), (1, 1), (1, 8), (31, 4))
)


def meters() -> st.SearchStrategy[Meter]:
    """Every readable meter, the ones of real songs first."""
    return st.sampled_from(SONG_METERS + ODD_METERS) | st.sampled_from(EVERY_METER)


def keys() -> st.SearchStrategy[Key]:
    """All modes in all spellings."""
    return st.sampled_from(EVERY_KEY)


def rngs() -> st.SearchStrategy[np.random.Generator]:
    """Generators that shrink to seed 0."""
    return st.integers(0, 2**32 - 1).map(np.random.default_rng)


def contexts(max_bars: int = 16) -> st.SearchStrategy[Context]:
    """A key, a meter, a tempo and a section."""
    sections = st.builds(
        Section,
        label=st.sampled_from(["verse", "chorus", "pont", "サビ"]),
        bars=st.integers(1, max_bars),
        energy=st.floats(0, 1),
    )
    return st.builds(
        Context, key=keys(), meter=meters(), tempo_bpm=st.floats(20, 320), section=sections
    )


@st.composite
def parts(
    draw: st.DrawFn, *, drums: bool = False, apart: bool = False, max_notes: int = 24
) -> Part:
    """Notes anywhere in whole bars; notes of one pitch never nest, but may cross unless apart."""
    meter = draw(meters())
    length_ticks = draw(st.integers(1, 8)) * meter.bar_ticks
    times = st.tuples(st.integers(0, length_ticks - 1), st.integers(1, length_ticks))
    values = st.tuples(times, st.integers(0, 127), st.integers(1, 127))
    rows: list[tuple[int, int, int, int]] = []
    for (onset, end), pitch, velocity in draw(st.lists(values, max_size=max_notes)):
        row = (min(onset, end), max(1, abs(end - onset)), pitch, velocity)
        if not any(_muddled(row, other, apart=apart) for other in rows):
            rows.append(row)
    return Part.of(rows, length_ticks, is_drum=drums)


def _muddled(
    row: tuple[int, int, int, int], other: tuple[int, int, int, int], *, apart: bool
) -> bool:
    """Whether two notes of one pitch overlap in a way that a MIDI file can't tell apart."""
    (start, duration, pitch, _), (other_start, other_duration, other_pitch, _) = row, other
    if pitch != other_pitch:
        return False
    end, other_end = start + duration, other_start + other_duration
    if apart:
        return start < other_end and other_start < end
    return start < other_start < other_end < end or other_start < start < end < other_end
