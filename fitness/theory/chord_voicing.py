"""Rules of the chord stage about how the chords are voiced and played."""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations

import numpy as np

from fitness.sonorities import Sonorities, distinct, pitches_of
from genomes.context import Context
from genomes.notes import ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER

# How much two notes rub, by the semitones between them: the lowest pitch of the lower note at
# which it rubs no more, and the amount of rub below it. Minor ninths are sour in any register;
# close intervals turn to mud as they go down (low interval limits as arrangers teach them).
DISSONANCES: dict[int, tuple[int, float]] = {
    13: (128, 2.0),
    1: (128, 0.5),
    2: (51, 1.0),
    3: (46, 1.0),
    4: (44, 1.0),
    5: (36, 1.0),
    6: (41, 1.0),
}

# So many onsets per quarter note more halve the score of a bar.
HALVED_BY_ONSETS = 4.0

Voicing = tuple[int, ...]


def chords_of(part: Part) -> tuple[ChordSpan, ...]:
    """The chords of a part; raises ValueError where it says nothing about them."""
    if not part.harmony:
        raise ValueError("the part carries no harmony: chord rules need to know its chords")
    return part.harmony


def clean_sound(part: Part, context: Context) -> float:
    """Few minor ninths, few semitones, and few close intervals in the low register.

    Per slice of time, one over one plus the dissonance of its pairs of notes (see ``DISSONANCES``).
    """
    del context
    sonorities = Sonorities.of(part)
    cleanness = [_cleanness(pitches) for pitches in sonorities.masks if pitches]
    lengths = sonorities.length_ticks[sonorities.polyphony > 0]
    return float(np.average(cleanness, weights=lengths)) if cleanness else 0.0


@lru_cache(maxsize=2**14)
def _cleanness(pitches: int) -> float:
    """Of pitches as bits."""
    pairs = combinations(pitches_of(pitches), 2)
    return 1 / (1 + sum(_pair_dissonance(low, high) for low, high in pairs))


def _pair_dissonance(low: int, high: int) -> float:
    limit, amount = DISSONANCES.get(high - low, (0, 0.0))
    return amount if low < limit else 0.0


def space(part: Part, context: Context) -> float:
    """Rather few onsets: the score of a bar halves with every four onsets per quarter note.

    Per bar: 0.96 for one stroke in 4/4, 0.84 for a stroke a beat, 0.71 for eighths, which the
    median bar of the pianos of 364 pop songs has, 0.5 for sixteenths.
    """
    onsets = distinct(part.notes["onset_ticks"])
    bar_ticks = context.meter.bar_ticks
    per_bar = np.bincount(onsets // bar_ticks, minlength=part.length_ticks // bar_ticks)
    return float(np.mean(0.5 ** (per_bar * TICKS_PER_QUARTER / bar_ticks / HALVED_BY_ONSETS)))
