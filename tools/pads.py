"""Plain pads: held chord tones and thirds, the second source of the bands for inner voices.

The inner voices of scores move with every chord and seldom rest; a songwriter's pad holds a
tone or two for bars, or answers once a phrase.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

from genomes.keys import SCALES
from genomes.notes import Part
from genomes.time import Meter
from tools.loops import METERS, PROGRESSIONS, TONIC_PITCHES, VELOCITY

LOWEST_PITCHES = (50, 60)

# Which scale steps above the root are held, one to four of them.
HELD_STEPS = ((0,), (4,), (0, 2), (2, 6), (0, 2, 4), (0, 2, 4, 6))
BARS_PER_CHORD = (1, 2)
# Which bars sound, to be repeated: all, each second, and the last of each phrase of four.
FORMS = ("x", "-x", "x-", "---x")

# How thirds move from beat group to beat group, in scale steps from the chord's third.
MOVES = ((0,), (0, 1), (0, -1, -2, -1), (0, 1, 2, 1))

Row = tuple[int, int, int, int]


def pads(bars: int) -> Iterator[tuple[Meter, Part]]:
    """Pads and thirds over every progression in every form in which something sounds."""
    for progression, meter, tonic, lowest, form in product(
        PROGRESSIONS, METERS, TONIC_PITCHES, LOWEST_PITCHES, FORMS
    ):
        mode, degrees = progression
        sounding = [bar for bar in range(bars) if form[bar % len(form)] == "x"]
        if not sounding:
            continue
        for steps, bars_per_chord in product(HELD_STEPS, BARS_PER_CHORD):
            rows: list[Row] = []
            for bar in sounding:
                degree = degrees[bar // bars_per_chord % len(degrees)]
                rows += _held(_placed(tonic, lowest, mode, degree, steps), meter, bar)
            yield meter, Part.of(rows, bars * meter.bar_ticks)
        for move in MOVES:
            rows = []
            for bar in sounding:
                rows += _thirds(tonic, lowest, mode, degrees[bar % len(degrees)], move, meter, bar)
            yield meter, Part.of(rows, bars * meter.bar_ticks)


def _placed(
    tonic: int, lowest: int, mode: str, degree: int, steps: tuple[int, ...]
) -> tuple[int, ...]:
    """The chord's tones in close position above a pitch."""
    scale = SCALES[mode]
    classes = {tonic + scale[(degree - 1 + step) % len(scale)] for step in steps}
    return tuple(sorted(lowest + (each - lowest) % 12 for each in classes))


def _held(pitches: tuple[int, ...], meter: Meter, bar: int) -> Iterator[Row]:
    return ((bar * meter.bar_ticks, meter.bar_ticks, pitch, VELOCITY) for pitch in pitches)


def _thirds(
    tonic: int, lowest: int, mode: str, degree: int, move: tuple[int, ...], meter: Meter, bar: int
) -> Iterator[Row]:
    """Two lines a third apart, one step a beat group."""
    onsets = (*meter.group_onsets_ticks, meter.bar_ticks)
    for index, (onset, end) in enumerate(pairwise(onsets)):
        lower, upper = (degree + 1 + move[index % len(move)] + third for third in (0, 2))
        for pitch in _placed(tonic, lowest, mode, lower, (0, upper - lower)):
            yield bar * meter.bar_ticks + onset, end - onset, pitch, VELOCITY
