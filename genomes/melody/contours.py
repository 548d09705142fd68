"""Contours: in which steps of the scale a phrase moves."""

from __future__ import annotations

from collections.abc import Callable
from math import pi, sin

import numpy as np

from genomes.melody.genes import FARTHEST_HEIGHT

# A first-order walk: after an interval in steps, how likely each next one is. Steps go on, leaps
# turn back by step, and what stood still may move either way.
INTERVALS = (-3, -2, -1, 0, 1, 2, 3, 4)
WALK: dict[int, tuple[float, ...]] = {
    -3: (0.02, 0.06, 0.17, 0.20, 0.40, 0.12, 0.03, 0.00),
    -2: (0.02, 0.08, 0.30, 0.18, 0.30, 0.09, 0.02, 0.01),
    -1: (0.03, 0.09, 0.40, 0.18, 0.18, 0.08, 0.03, 0.01),
    0: (0.03, 0.08, 0.28, 0.25, 0.22, 0.09, 0.03, 0.02),
    1: (0.03, 0.08, 0.26, 0.18, 0.33, 0.09, 0.02, 0.01),
    2: (0.03, 0.11, 0.40, 0.16, 0.21, 0.07, 0.02, 0.00),
    3: (0.04, 0.16, 0.50, 0.16, 0.10, 0.03, 0.01, 0.00),
    4: (0.06, 0.20, 0.50, 0.16, 0.06, 0.02, 0.00, 0.00),
}
_WALK_EDGES = {interval: np.cumsum(row) for interval, row in WALK.items()}
WIDEST_WALK = 5

# Steps above a tonic of the five-note scales.
PENTATONIC = {False: (-3, -2, 0, 1, 2, 4, 5, 7), True: (-4, -3, -1, 0, 2, 3, 4, 6)}


def arch(count: int, rng: np.random.Generator) -> list[int]:
    """Steps up to a peak past the middle, and down again."""
    peak = rng.uniform(0.45, 0.75)
    top = min(2 + int(rng.integers(4)), max(2, round(count * peak)))  # reached by steps
    ends = int(rng.integers(-2, 2))
    heights = []
    for index in range(count):
        at = index / max(1, count - 1)
        share = at / peak if at < peak else (1 - at) / (1 - peak)
        heights.append(round(top * sin(share * pi / 2) + ends * max(0.0, at - peak)))
    return heights


def conversational(count: int, rng: np.random.Generator) -> list[int]:
    """Speech-like: one pitch with small inflections, and a fall at the end."""
    draws = rng.random((count, 2))
    height = 0
    heights: list[int] = []
    for moves, direction in draws.tolist():
        if heights and moves < 0.38:
            height += (
                (1 if direction < 0.5 else 2) if height <= 0 else (-1 if direction < 0.7 else -2)
            )
        heights.append(height)
    if count > 2:
        heights[-1] -= 1 + int(draws[0, 0] < 0.5)
    return heights


def drone_and_step(count: int, rng: np.random.Generator) -> list[int]:
    """One pitch, left by a step or two and returned to."""
    draws = rng.random((count, 2))
    sign = 1 if draws[0, 0] < 0.65 else -1
    heights = [0]
    for leaves, far in draws[1:].tolist():
        left = heights[-1] != 0
        goes_on = left and leaves < 0.25
        if goes_on:
            heights.append(heights[-1] + sign)
        else:
            heights.append(0 if left or leaves > 0.6 else sign * (1 if far < 0.75 else 2))
    return heights


def leap_step(count: int, rng: np.random.Generator) -> list[int]:
    """A leap, filled in by steps the other way."""
    sign = 1 if rng.random() < 0.75 else -1
    at = 1 + int(rng.integers(max(1, count // 2)))
    leap = sign * (3 + int(rng.integers(3)))
    stays = rng.random(count)
    heights = [0]
    for index in range(1, count):
        if index == at:
            heights.append(heights[-1] + leap)
        elif stays[index] < 0.25:
            heights.append(heights[-1])
        else:
            heights.append(heights[-1] - (sign if index > at else 0))
    return heights


def long_notes(count: int, rng: np.random.Generator) -> list[int]:
    """Neighbours and thirds around one pitch, for long notes."""
    moves = rng.choice((-2, -1, 0, 1, 2), size=count, p=(0.08, 0.38, 0.08, 0.38, 0.08))
    height, heights = 0, [0]
    for move in moves[1:].tolist():
        height += move if abs(height + move) <= 3 else -move
        heights.append(height)
    return heights


def call_response(count: int, rng: np.random.Generator) -> list[int]:
    """A rising call, and an answer that falls below where it began."""
    rise = 1 + int(rng.integers(3))
    half = (count + 1) // 2
    call = [round(rise * index / max(1, half - 1)) for index in range(half)]
    fall = -1 - int(rng.integers(2))
    rest = count - half
    return call + [
        round(rise - 1 + (fall - rise + 1) * index / max(1, rest - 1)) for index in range(rest)
    ]


def walk(count: int, rng: np.random.Generator) -> list[int]:
    """A walk over intervals, each drawn after the one before it; see ``WALK``."""
    draws = rng.random(count).tolist()
    height, last, heights = 0, 0, [0]
    for value in draws[1:]:
        chosen = int(np.searchsorted(_WALK_EDGES[last], value, side="right"))
        last = INTERVALS[min(chosen, len(INTERVALS) - 1)]
        if abs(height + last) > WIDEST_WALK:
            last = -1 if height > 0 else 1
        height += last
        heights.append(height)
    return heights


def pentatonic(count: int, rng: np.random.Generator, *, is_minor: bool) -> list[int]:
    """Neighbours in the five-note scale, counted from the tonic."""
    scale = PENTATONIC[is_minor]
    at = scale.index(0)
    moves = rng.choice((-2, -1, 0, 1, 2), size=count, p=(0.08, 0.37, 0.15, 0.32, 0.08))
    heights = [0]
    for move in moves[1:].tolist():
        at = max(0, min(len(scale) - 1, at + move))
        heights.append(scale[at])
    return heights


Contour = Callable[[int, np.random.Generator], list[int]]

CONTOURS: dict[str, Contour] = {
    contour.__name__: contour
    for contour in (
        arch,
        conversational,
        drone_and_step,
        leap_step,
        long_notes,
        call_response,
        walk,
    )
}


def kept_within(heights: list[int]) -> list[int]:
    """Heights clipped to the range of a phrase."""
    return [max(-FARTHEST_HEIGHT, min(FARTHEST_HEIGHT, height)) for height in heights]
