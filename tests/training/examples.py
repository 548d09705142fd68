"""Toy examples that a network can learn in seconds."""

from __future__ import annotations

import numpy as np

from fitness.features import FEATURE_NAMES
from fitness.roll import ROWS, STEPS
from training.composed.examples import REAL, SONG, STAGES, Examples
from training.fusion.network import Size

FEATURES = len(FEATURE_NAMES)
SMALL = Size(8, 16, 16, 16, 4, 16)  # of a network that is trained in seconds


def some_examples(count: int = 90, seed: int = 0) -> Examples:
    """Clips whose register says the colour; every tenth is a fake, every fifteenth real."""
    rng = np.random.default_rng(seed)
    number = np.arange(count)
    kind = np.where(number % 10 == 9, 2, np.where(number % 15 == 7, REAL, SONG)).astype(np.int8)
    colour = np.where(kind == SONG, number % 9, -1).astype(np.int8)
    rolls = np.zeros((count, ROWS, STEPS), np.uint8)
    for row, pitch in enumerate(40 + 4 * colour.astype(int)):
        rolls[row, pitch, : 40 + int(rng.integers(60)) : 3] = rng.integers(40, 110)
    features = rng.normal(size=(count, FEATURES)).astype(np.float32)
    features[:, 0] += colour
    stage = (number % len(STAGES)).astype(np.int8)
    nothing = np.zeros(count, np.bool_)
    bars = np.full(count, 4, np.int16)
    return Examples(rolls, features, colour, number.astype(np.int32), stage, kind, bars, nothing)
