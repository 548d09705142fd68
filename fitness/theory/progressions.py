"""Rules of the chord stage that were measured in songs: likely changes, loops, root position."""

from __future__ import annotations

from functools import cache
from math import exp

import numpy as np
from numpy.typing import NDArray

from fitness.theory.chord_voicing import chords_of
from fitness.theory.common import within
from genomes.chords.song_model import SongModel, Step, step_of
from genomes.chords.tables import family_of_mode
from genomes.context import Context
from genomes.notes import Part

# Bits per chord at which a section is worth a half, and how many make it e times as likely to be
# good. Charted sections have -8.9 to -2.1 (5 to 95 %, median -4.4), our first genomes -20 to -8.
HALF_BITS, SCALE_BITS = -4.0, 1.2

# Charted songs repeat .55 of the bars four bars later, pop songs as recorded .28.
LOOP_BARS = 4
LOOPS_FROM, LOOPS_TO, LOOPS_MARGIN = 0.75, 1.0, 0.75
FEWEST_LOOPED_BARS = 2 * LOOP_BARS
TOO_SHORT = 0.5  # nothing can come round: neither good nor bad

# Share of the time on chords over another bass than the root; .09 in songs.
INVERTED_TO, INVERTED_MARGIN = 0.15, 0.15

# How well each pitch class fits major and minor keys on C, as listeners rate it (Krumhansl and
# Kessler, Psychological Review 1982), and what lead over every other key is nearly certain.
LISTENERS = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)
KEY_LEAD = 0.08


def steps_of(part: Part, context: Context) -> list[Step]:
    """The chords of a part relative to the tonic; one that is struck again is one chord."""
    steps: list[Step] = []
    last = None
    for chord in chords_of(part):
        sounding = (chord.root_pitch_class, chord.bass_pitch_class, chord.pitch_classes)
        if sounding != last:
            bar = chord.onset_ticks // context.meter.bar_ticks
            steps.append(step_of(context.key.tonic_pitch_class, *sounding, bar))
            last = sounding
    return steps


def progression(part: Part, context: Context) -> float:
    """Chords are those that songs would play here: see ``genomes.chords.song_model``.

    The mean log2 likelihood of the chords, through a logistic curve.
    """
    model = SongModel.load(family_of_mode(context.key.mode))
    bits = model.log2_likelihood(steps_of(part, context), context.section.bars)
    return 1 / (1 + exp((HALF_BITS - bits) / SCALE_BITS))


def loops(part: Part, context: Context) -> float:
    """Bars come round: most have the chords of the bar four earlier.

    1 from three quarters of the bars that have one, a half where none returns; a half in sections
    under eight bars.
    """
    share = returning_share(part, context)
    if share is None:
        return TOO_SHORT
    return within(share, LOOPS_FROM, LOOPS_TO, LOOPS_MARGIN)


def returning_share(part: Part, context: Context) -> float | None:
    """Share of bars with the chords of the bar four earlier; None in short sections."""
    bars = part.length_ticks // context.meter.bar_ticks
    if bars < FEWEST_LOOPED_BARS:
        return None
    contents = chords_by_bar(part, context)
    pairs = list(zip(contents, contents[LOOP_BARS:], strict=False))
    return sum(first == second for first, second in pairs) / len(pairs)


def chords_by_bar(part: Part, context: Context) -> list[tuple[tuple[int, int, int], ...]]:
    """What each bar holds: onset in the bar, root and bass of each chord that sounds in it."""
    bar_ticks = context.meter.bar_ticks
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(part.length_ticks // bar_ticks)]
    for chord in chords_of(part):
        first, last = chord.onset_ticks // bar_ticks, (chord.end_ticks - 1) // bar_ticks
        for bar in range(first, last + 1):
            onset = max(0, chord.onset_ticks - bar * bar_ticks)
            found[bar].append((onset, chord.root_pitch_class, chord.bass_pitch_class))
    return [tuple(bar) for bar in found]


def key(part: Part, context: Context) -> float:
    """The stated key is the one that the notes suggest.

    The correlation of the time of each pitch class with the listeners' profile of the key (major
    or minor by its third), less the best of the other 23, through a logistic curve.
    """
    notes = part.notes
    heard = np.bincount(notes["pitch"] % 12, weights=notes["duration_ticks"], minlength=12)
    spread = heard.std()
    if spread == 0:
        return 0.0
    fits = _profiles() @ ((heard - heard.mean()) / (12 * spread))
    own = context.key.tonic_pitch_class + 12 * context.key.is_minor
    lead = fits[own] - np.delete(fits, own).max()
    return float(1 / (1 + np.exp(-lead / KEY_LEAD)))


@cache
def _profiles() -> NDArray[np.float64]:
    """``(24, 12)``: the profile of each major, then each minor key; mean 0, deviation 1."""
    rows = np.array([np.roll(profile, tonic) for profile in LISTENERS for tonic in range(12)])
    return np.asarray((rows - rows.mean(axis=1, keepdims=True)) / rows.std(axis=1, keepdims=True))


def root_position(part: Part, context: Context) -> float:
    """Chords stand on their root; another bass is an ornament, up to .15 of the time."""
    del context
    chords = chords_of(part)
    inverted = sum(c.duration_ticks for c in chords if c.bass_pitch_class != c.root_pitch_class)
    share = inverted / sum(chord.duration_ticks for chord in chords)
    return within(share, 0.0, INVERTED_TO, INVERTED_MARGIN)
