"""How loud each stroke is: levels, and shapes over a phrase or a section."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from genomes.drums.patterns import ACCENT, FLAM, GHOST, NORMAL

# Velocity of a normal stroke, from very soft to loud.
DYNAMICS = (46, 58, 70, 82, 94)

GHOST_SHARE = 0.55  # of a normal stroke's velocity
LOUDEST_GHOST = 65
ACCENT_VELOCITY = {NORMAL: 0, ACCENT: 22, FLAM: 24}  # above a normal stroke
WEIGHT_VELOCITY = 8  # times the metrical weight
SOFTEST, LOUDEST = 20, 127

PHRASE_BARS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """How loudness moves from bar to bar.

    Attributes:
        velocities: added to each bar's; one a bar of every phrase of four, or points that are
            spread evenly over the section.
        whole: whether they are spread over the section.
    """

    velocities: tuple[int, ...]
    whole: bool = False


SHAPES: dict[str, Shape] = {
    "breath": Shape((0, -4, -1, -5)),
    "answer": Shape((0, -9, 0, -9)),
    "lift": Shape((-4, -4, -2, 8)),
    "fall": Shape((4, 0, -4, -8)),
    "build": Shape((-14, 10), whole=True),
    "fade": Shape((6, -14), whole=True),
    "swell": Shape((-10, 8, -10), whole=True),
}


@cache
def bar_velocities(shape: str, bars: int) -> tuple[int, ...]:
    """What is added to the velocities of each bar of a section."""
    points = SHAPES[shape].velocities
    if not SHAPES[shape].whole:
        return tuple(points[bar % PHRASE_BARS] for bar in range(bars))
    at = np.linspace(0, len(points) - 1, bars)
    return tuple(round(v) for v in np.interp(at, range(len(points)), points).tolist())


@cache
def velocity(level: str, weight: float, dynamic: int, added: int) -> int:
    """MIDI velocity of a stroke.

    Args:
        level: a letter of ``LEVELS``.
        weight: metrical weight of its cell, 0 to 1.
        dynamic: velocity of a normal stroke.
        added: by the shape of the section.
    """
    if level == GHOST:
        return min(LOUDEST_GHOST, max(SOFTEST, round(GHOST_SHARE * (dynamic + added))))
    loud = dynamic + added + ACCENT_VELOCITY[level] + round(WEIGHT_VELOCITY * weight)
    return min(LOUDEST, max(SOFTEST, loud))
