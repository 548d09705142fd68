"""Lines: which tones a style plays at the onsets of a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from genomes.bass.genome import OCTAVES
from genomes.bass.tones import (
    ABOVE,
    BELOW,
    COLOUR,
    DOMINANT,
    FIFTH,
    LEADS,
    ROOT,
    THIRD,
    TONES,
    TONIC,
)
from genomes.variation import pick

Step = tuple[str, int]  # a tone and its octave


@dataclass(frozen=True, slots=True)
class Onset:
    """Where a note of a bar begins.

    Attributes:
        is_change: whether it is the first over its chord.
        leads: whether the next note sounds over another chord.
    """

    is_change: bool
    leads: bool


PlayBar = Callable[[Sequence[Onset]], list[Step]]
Line = Callable[[np.random.Generator], PlayBar]

R, R8 = (ROOT, 0), (ROOT, 1)
T, F5, LOW_F5, C7, LOW_C7 = (THIRD, 0), (FIFTH, 0), (FIFTH, -1), (COLOUR, 0), (COLOUR, -1)
T10 = (THIRD, 1)

# Figures that begin again with every bar and every chord; those listed twice are twice as likely.
CYCLES: dict[str, tuple[tuple[Step, ...], ...]] = {
    "roots": ((R,),),
    "fifths": ((R, F5), (R, LOW_F5), (R, R, F5, F5), (R, R, LOW_F5, LOW_F5), (R, R, R, LOW_F5)),
    "octaves": ((R, R8), (R, R8), (R, R, R8, R8), (R, R, R8), (R8, R), (R, R8, R8, R)),
    "arpeggio": (
        (R, T, F5),
        (R, T, F5, T),
        (R, F5, R8, F5),
        (R, F5, T10, F5),
        (R, T, F5, R8),
        (R8, F5, T),
        (R, T, F5, C7),
        (R, LOW_F5, T),
    ),
    "pedal": (((TONIC, 0),), ((TONIC, 0),), ((TONIC, 0),), ((DOMINANT, -1),)),
}

# What a riff is made of, and how likely.
RIFF_STEPS: dict[Step, float] = {
    R: 0.36,
    F5: 0.16,
    LOW_F5: 0.08,
    R8: 0.12,
    T: 0.08,
    C7: 0.05,
    LOW_C7: 0.06,
    (BELOW, 0): 0.05,
    (ABOVE, 0): 0.04,
}
# Where a walking line goes between the root and the next chord.
WALKING_STEPS: dict[Step, float] = {
    T: 0.3,
    F5: 0.25,
    (ABOVE, 0): 0.15,
    R8: 0.1,
    LOW_F5: 0.1,
    LOW_C7: 0.1,
}
WALKING_LEADS: dict[Step, float] = {
    ("half_below", 0): 0.35,
    ("half_above", 0): 0.15,
    ("step_below", 0): 0.2,
    ("step_above", 0): 0.2,
    ("fifth_above", 0): 0.1,
}


# The same of a line that stays on the root until it leads on.
LEADING_STEPS: dict[Step, float] = {R: 0.5, (ABOVE, 0): 0.2, (BELOW, 0): 0.15, T: 0.15}
LEADING_LEADS: dict[Step, float] = {("step_below", 0): 0.5, ("step_above", 0): 0.5}


def _cycle(name: str) -> Line:
    """One of the named figures, the same for the whole section."""

    def line(rng: np.random.Generator) -> PlayBar:
        return _cycling(pick(rng, CYCLES[name]))

    return line


def _cycling(steps: Sequence[Step]) -> PlayBar:
    def play(onsets: Sequence[Onset]) -> list[Step]:
        found, position = [], 0
        for onset in onsets:
            position = 0 if onset.is_change else position
            found.append(steps[position % len(steps)])
            position += 1
        return found

    return play


def _riff(rng: np.random.Generator) -> PlayBar:
    """Drawn steps after an opening root."""

    def play(onsets: Sequence[Onset]) -> list[Step]:
        return [R, *_drawn(RIFF_STEPS, len(onsets) - 1, rng)] if onsets else []

    return play


def _walking_line(likely: dict[Step, float], leads: dict[Step, float]) -> Line:
    """The root where the chord changes, then drawn steps; the last note leads to the next chord."""

    def line(rng: np.random.Generator) -> PlayBar:
        def play(onsets: Sequence[Onset]) -> list[Step]:
            steps, into = _drawn(likely, len(onsets), rng), _drawn(leads, len(onsets), rng)
            for index, onset in enumerate(onsets):
                if onset.is_change or index == 0:
                    steps[index] = R
                elif onset.leads:
                    steps[index] = into[index]
            return steps

        return play

    return line


def _drawn(likely: dict[Step, float], count: int, rng: np.random.Generator) -> list[Step]:
    """Some steps of a table of shares, drawn at once: one by one takes much longer."""
    options = tuple(likely)
    return [options[i] for i in rng.choice(len(options), size=count, p=[*likely.values()])]


def _any(rng: np.random.Generator) -> PlayBar:
    """Any tone in any octave."""

    def play(onsets: Sequence[Onset]) -> list[Step]:
        tones = rng.integers(len(TONES), size=len(onsets)).tolist()
        octaves = rng.integers(len(OCTAVES), size=len(onsets)).tolist()
        return [(TONES[t], OCTAVES[o]) for t, o in zip(tones, octaves, strict=True)]

    return play


def draw_lead(rng: np.random.Generator) -> Step:
    """A tone that leads to the next chord."""
    return pick(rng, LEADS), 0


LINES: dict[str, Line] = {
    **{name: _cycle(name) for name in CYCLES},
    "riff": _riff,
    "walking": _walking_line(WALKING_STEPS, WALKING_LEADS),
    "leading": _walking_line(LEADING_STEPS, LEADING_LEADS),
    "any": _any,
}
