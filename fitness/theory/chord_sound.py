"""Rules of the chord stage that ask how the chords are voiced and played."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np

from fitness.sonorities import Sonorities, distinct, pitches_of
from fitness.theory.reading import bar_content, mean, voicings
from fitness.theory.tables import (
    BASS_MOVE_WORTH,
    RUBS,
    TOP_MOVE_SMOOTHNESS,
    WIDER_BASS_MOVE,
    WIDER_TOP_MOVE,
)
from genomes.context import Context
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER


def bass_line(part: Part, context: Context) -> float:
    """The bass goes somewhere: steps, fourths and fifths; neither standing nor jumping about.

    Per chord, back to the first one; see ``BASS_MOVE_WORTH``.
    """
    del context
    lowest = [pitches[0] for pitches in voicings(part)]
    return _moves(lowest, BASS_MOVE_WORTH, WIDER_BASS_MOVE)


def top_line(part: Part, context: Context) -> float:
    """The top voice sings: it steps or stays from chord to chord rather than leaping.

    Per chord, back to the first one; see ``TOP_MOVE_SMOOTHNESS``.
    """
    del context
    highest = [pitches[-1] for pitches in voicings(part)]
    return _moves(highest, TOP_MOVE_SMOOTHNESS, WIDER_TOP_MOVE)


def _moves(line: list[int], worth: Mapping[int, float], wider: float) -> float:
    closed = [*line, *line[:1]]
    sizes = [abs(second - first) for first, second in pairwise(closed)]
    return mean([worth.get(size, wider) for size in sizes], of_nothing=0.0)


def clean_sound(part: Part, context: Context) -> float:
    """No sour notes and no mud: few minor ninths, semitones and close intervals down low.

    Per slice of time, one over one plus the rub of its pairs of notes (see ``RUBS``).
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
    return 1 / (1 + sum(_pair_rub(low, high) for low, high in pairs))


def _pair_rub(low: int, high: int) -> float:
    limit, amount = RUBS.get(high - low, (0, 0.0))
    return amount if low < limit else 0.0


def space(part: Part, context: Context) -> float:
    """Sparse and patient: a bar halves its worth with every onset per quarter note.

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
