"""Rules of the chord stage about how the chords are voiced and played."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from itertools import combinations, pairwise

import numpy as np

from fitness.sonorities import Sonorities, distinct, pitches_of
from fitness.theory.common import by_size, mean
from genomes.context import Context
from genomes.notes import ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER, Meter

# How well the bass moves, by the size of its interval: 0 to 12 semitones.
BASS_MOVE_SCORES = (0.1, 1.0, 1.0, 0.8, 0.8, 0.9, 0.3, 0.9, 0.5, 0.5, 0.4, 0.3, 0.5)
WIDER_BASS_MOVE = 0.2

# How smoothly the top voice goes from chord to chord, by the size of its interval in semitones.
TOP_MOVE_SMOOTHNESS: dict[int, float] = {0: 0.8, 1: 1.0, 2: 1.0, 3: 0.8, 4: 0.7, 5: 0.5, 7: 0.3}
WIDER_TOP_MOVE = 0.1

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

Voicing = tuple[int, ...]


def chords_of(part: Part) -> tuple[ChordSpan, ...]:
    """The chords of a part; raises ValueError where it says nothing about them."""
    if not part.harmony:
        raise ValueError("the part carries no harmony: chord rules need to know its chords")
    return part.harmony


def bass_line(part: Part, context: Context) -> float:
    """The bass moves by step, fourth or fifth, rather than staying or leaping otherwise.

    Per chord, back to the first one; see ``BASS_MOVE_SCORES``.
    """
    del context
    lowest = [pitches[0] for pitches in voicings(part)]
    return _moves(lowest, lambda size: by_size(size, BASS_MOVE_SCORES, WIDER_BASS_MOVE))


def top_line(part: Part, context: Context) -> float:
    """The top voice stays or moves by step from chord to chord, rather than leaping.

    Per chord, back to the first one; see ``TOP_MOVE_SMOOTHNESS``.
    """
    del context
    highest = [pitches[-1] for pitches in voicings(part)]
    return _moves(highest, lambda size: TOP_MOVE_SMOOTHNESS.get(size, WIDER_TOP_MOVE))


def _moves(line: list[int], score_of: Callable[[int], float]) -> float:
    closed = [*line, *line[:1]]
    sizes = [abs(second - first) for first, second in pairwise(closed)]
    return mean([score_of(size) for size in sizes], of_nothing=0.0)


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
    """Few onsets: the score of a bar halves with every onset per quarter note.

    Per bar: 0.5 for a stroke a beat in 4/4, 0.84 for one a bar.
    """
    onsets = distinct(part.notes["onset_ticks"])
    bar_ticks = context.meter.bar_ticks
    per_bar = np.bincount(onsets // bar_ticks, minlength=part.length_ticks // bar_ticks)
    return float(np.mean(0.5 ** (per_bar * TICKS_PER_QUARTER / bar_ticks)))


def last_bar(part: Part, context: Context) -> float:
    """The last bar doesn't repeat the one before it: the share of what sounds that differs.

    Counted as pitches in beat groups, against those of both bars; a single bar repeats none.
    """
    onsets = range(0, part.length_ticks, context.meter.bar_ticks)
    if len(onsets) < 2:
        return 1.0
    before, last = (bar_content(part, context, onset) for onset in onsets[-2:])
    either = sum((a | b).bit_count() for a, b in zip(before, last, strict=True))
    both = sum((a & b).bit_count() for a, b in zip(before, last, strict=True))
    return 1 - both / either if either else 0.0


def voicings(part: Part) -> list[Voicing]:
    """Pitches that sound during each chord, lowest first; chords without notes are left out."""
    sonorities = Sonorities.of(part)
    heard = [
        sonorities.pitches_between(chord.onset_ticks, chord.end_ticks) for chord in chords_of(part)
    ]
    return [pitches_of(pitches) for pitches in heard if pitches]


def bar_content(part: Part, context: Context, bar_onset_ticks: int) -> list[int]:
    """What sounds in a bar: for each beat group, its pitches as bits."""
    sonorities = Sonorities.of(part)
    return [
        sonorities.pitches_between(bar_onset_ticks + begin, bar_onset_ticks + end)
        for begin, end in _group_spans(context.meter)
    ]


@cache
def _group_spans(meter: Meter) -> tuple[tuple[int, int], ...]:
    return tuple(pairwise((*meter.group_onsets_ticks, meter.bar_ticks)))
