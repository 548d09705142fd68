"""Recognition: the chords of imported music."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, extensions, max_inversion, name, numeral, pitch_classes
from genomes.context import Context
from genomes.keys import Key
from genomes.notes import ChordSpan, Notes, Part

# What a window's notes say of a chord, in shares of all that sounds.
OUTSIDE_COSTS = 1.5  # sounding, but no note of the chord
MISSING_COSTS = 0.12  # a note of the chord that doesn't sound
ROOT_IN_BASS = 0.15
RARER_COSTS = {"diatonic": 0.0, "leading tone": 0.02}
RAREST_COSTS = 0.05
# A chord holds on unless another is better by this.
CHANGE_COSTS = 0.05

Weights = NDArray[np.float64]


def with_harmony(part: Part, context: Context) -> Part:
    """A part with the chords that its notes suggest, beat group by beat group.

    Each group takes the chord of the song's key that explains most of what sounds in it and
    claims least that doesn't; a group in which nothing sounds holds the chord before it.

    Raises:
        ValueError: if nothing but drums sounds.
    """
    notes = part.notes[~part.notes["is_drum"]]
    if not len(notes):
        raise ValueError("nothing with a pitch sounds: no chords can be recognised")
    edges = _edges(part, context)
    chords: list[Chord | None] = []
    for start, end in pairwise(edges):
        weights, bass = _heard(notes, start, end)
        chords.append(_best(context.key, weights, bass, chords[-1] if chords else None))
    first = next(chord for chord in chords if chord is not None)
    spans = _spans([chord or first for chord in chords], edges, context.key)
    return Part.of(part.notes, part.length_ticks, spans)


def _edges(part: Part, context: Context) -> list[int]:
    meter = context.meter
    groups = [
        bar + onset
        for bar in range(0, part.length_ticks, meter.bar_ticks)
        for onset in meter.group_onsets_ticks
    ]
    return [*groups, part.length_ticks]


def _heard(notes: Notes, start_ticks: int, end_ticks: int) -> tuple[Weights, int]:
    """How long each pitch class sounds in a window, and the pitch class of the lowest note."""
    ends = notes["onset_ticks"] + notes["duration_ticks"]
    lasting = np.minimum(ends, end_ticks) - np.maximum(notes["onset_ticks"], start_ticks)
    sounding = lasting > 0
    weights = np.bincount(
        notes["pitch"][sounding] % 12, weights=lasting[sounding], minlength=12
    ).astype(np.float64)
    lowest = int(notes["pitch"][sounding].min(initial=127))
    return weights, lowest % 12


def _best(key: Key, weights: Weights, bass: int, before: Chord | None) -> Chord | None:
    if not weights.any():
        return before
    chords, masks, fixed = _vocabulary(key)
    shares = weights / weights.sum()
    scores = masks @ shares - OUTSIDE_COSTS * (~masks @ shares) + fixed
    scores -= MISSING_COSTS * (masks & (shares == 0)).sum(axis=1)
    roots = np.array([_root(key, chord) for chord in chords])
    scores += ROOT_IN_BASS * (roots == bass)
    if before is not None:
        scores[[chord.function != before.function for chord in chords]] -= CHANGE_COSTS
    best = chords[int(np.argmax(scores))]
    return _inverted(key, best, bass)


@cache
def _vocabulary(key: Key) -> tuple[tuple[Chord, ...], NDArray[np.bool_], Weights]:
    """Every chord of a key, the pitch classes it has, and what its rarity costs."""
    chords = tuple(
        Chord(token, extension)
        for token in functions(key.mode)
        for extension in extensions(key.mode, token)
    )
    masks = np.zeros((len(chords), 12), dtype=np.bool_)
    for row, chord in enumerate(chords):
        masks[row, _classes(key, chord)] = True
    sources = [functions(key.mode)[chord.function].source for chord in chords]
    costs = np.array([-RARER_COSTS.get(source, RAREST_COSTS) for source in sources])
    return chords, masks, costs


def _classes(key: Key, chord: Chord) -> list[int]:
    found = pitch_classes(key.mode, chord.function, chord.extension)
    return [(key.tonic_pitch_class + pitch_class) % 12 for pitch_class in found]


def _root(key: Key, chord: Chord) -> int:
    return _classes(key, chord)[0]


def _inverted(key: Key, chord: Chord, bass: int) -> Chord:
    classes = _classes(key, chord)
    inversion = classes.index(bass) if bass in classes else 0
    fits = inversion <= max_inversion(chord.extension)
    return Chord(chord.function, chord.extension, inversion if fits else 0)


def _spans(chords: list[Chord], edges: list[int], key: Key) -> list[ChordSpan]:
    """One span for each stretch of the same chord."""
    starts = [i for i, chord in enumerate(chords) if i == 0 or chord != chords[i - 1]]
    bounds = [*starts, len(chords)]
    return [
        _span(chords[first], edges[first], edges[after], key) for first, after in pairwise(bounds)
    ]


def _span(chord: Chord, start_ticks: int, end_ticks: int, key: Key) -> ChordSpan:
    classes = _classes(key, chord)
    return ChordSpan(
        start_ticks,
        end_ticks - start_ticks,
        classes[0],
        classes[chord.inversion],
        tuple(dict.fromkeys(classes)),
        numeral(chord, key.mode),
        name(chord, key),
    )
