"""First chords for a melody: each drawn by how much of what is sung over it is of the chord."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from genomes.chords.functions import functions
from genomes.context import Context
from genomes.notes import Part

# How likely a chord is, as a factor, if all of the melody over it is of the chord, against none.
FIT_LOG_WEIGHT = 7.0
# How much a chord that isn't of the key is likelier to be left out, as a log weight.
FOREIGN_LOG_WEIGHT = -2.5


def draw_functions(
    context: Context, melody: Part, slots: Sequence[Sequence[int]], rng: np.random.Generator
) -> list[str]:
    """A function for every place where a chord begins.

    Args:
        context: of the section.
        melody: that the chords are for.
        slots: beat groups that begin a chord, for each bar.
        rng: the source of chance.
    """
    tokens, triads, log_weights = _vocabulary(context.key.mode)
    groups, bar_ticks = context.meter.group_onsets_ticks, context.meter.bar_ticks
    starts = [bar * bar_ticks + groups[group] for bar, own in enumerate(slots) for group in own]
    drawn = []
    for start, end in pairwise([*starts, context.length_ticks]):
        heard = _heard(melody, start, end, context.key.tonic_pitch_class)
        weights = np.exp(log_weights + FIT_LOG_WEIGHT * (triads @ heard))
        drawn.append(tokens[int(rng.choice(len(tokens), p=weights / weights.sum()))])
    return drawn


def _heard(melody: Part, start: int, end: int, tonic: int) -> NDArray[np.float64]:
    """The share of time of each pitch class above the tonic; zeros where nothing is sung."""
    notes = melody.notes
    ends = notes["onset_ticks"] + notes["duration_ticks"]
    lasting = np.clip(np.minimum(ends, end) - np.maximum(notes["onset_ticks"], start), 0, None)
    classes = (notes["pitch"].astype(int) - tonic) % 12
    ticks = np.bincount(classes, weights=lasting, minlength=12)
    shares: NDArray[np.float64] = ticks / max(1.0, ticks.sum())
    return shares


@cache
def _vocabulary(mode: str) -> tuple[tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """The functions of a mode, the pitch classes of their triads, and log weights."""
    known = [each for each in functions(mode).values() if each.source != "applied"]
    triads = np.zeros((len(known), 12))
    for row, function in enumerate(known):
        for tone in (0, *function.triad):
            triads[row, (function.root_semitones + tone) % 12] = 1.0
    sources = [FOREIGN_LOG_WEIGHT * (each.source != "diatonic") for each in known]
    return tuple(each.token for each in known), triads, np.array(sources)
