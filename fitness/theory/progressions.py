"""Rules of the chord stage that were measured in songs: likely changes, loops, root position."""

from __future__ import annotations

from math import exp

from fitness.theory.chord_voicing import chords_of
from fitness.theory.common import within
from genomes.chords.song_model import SongModel, Step, step_of
from genomes.chords.tables import family_of_mode
from genomes.context import Context
from genomes.notes import Part

# Bits per chord at which a section is worth a half, and how many make it e times as likely to be
# good. Charted sections have -8.9 to -2.1 (5 to 95 %, median -4.4), our first genomes -20 to -8.
HALF_BITS, SCALE_BITS = -6.5, 2.0

# Charted songs repeat .55 of the bars four bars later, pop songs as recorded .28.
LOOP_BARS = 4
LOOPS_FROM, LOOPS_TO, LOOPS_MARGIN = 0.35, 0.75, 0.5
FEWEST_LOOPED_BARS = 2 * LOOP_BARS
TOO_SHORT = 0.5  # nothing can come round: neither good nor bad

# Share of the time on chords over another bass than the root; .09 in songs.
INVERTED_TO, INVERTED_MARGIN = 0.15, 0.15


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
    """Bars come round: about half of them have the chords of the bar four earlier.

    1 from .35 to .75 of the bars that have one; a half in sections under eight bars.
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


def root_position(part: Part, context: Context) -> float:
    """Chords stand on their root; another bass is an ornament, up to .15 of the time."""
    del context
    chords = chords_of(part)
    inverted = sum(c.duration_ticks for c in chords if c.bass_pitch_class != c.root_pitch_class)
    share = inverted / sum(chord.duration_ticks for chord in chords)
    return within(share, 0.0, INVERTED_TO, INVERTED_MARGIN)
