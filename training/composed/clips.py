"""Clips: which whole bars are cut from parts."""

from __future__ import annotations

import numpy as np

from training.composed.settings import MIN_CLIP_BARS


def draw_stretch(bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """First bar and length in bars of a clip: every length alike on a scale of octaves."""
    shortest, longest = np.log2(MIN_CLIP_BARS), np.log2(bars + 0.99)
    length = min(bars, int(2 ** rng.uniform(shortest, max(shortest, longest))))
    # Evolution's parts begin at their beginning: half of the clips do.
    first = 0 if rng.random() < 0.5 else int(rng.integers(bars - length + 1))
    return first, length
