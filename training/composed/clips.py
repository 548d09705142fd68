"""Clips: whole bars cut from parts."""

from __future__ import annotations

import numpy as np

from genomes.notes import Part
from training.composed.settings import MIN_CLIP_BARS


def cut(part: Part, onset_ticks: int, length_ticks: int) -> Part:
    """What sounds in a stretch; a note held into it begins with it. Harmony is left behind."""
    onsets = part.notes["onset_ticks"]
    ends = np.minimum(onsets + part.notes["duration_ticks"], onset_ticks + length_ticks)
    begins = np.maximum(onsets, onset_ticks)
    notes = part.notes[inside := ends > begins].copy()
    notes["onset_ticks"] = (begins - onset_ticks)[inside]
    notes["duration_ticks"] = (ends - begins)[inside]
    return Part.of(notes, length_ticks)


def draw_stretch(bars: int, rng: np.random.Generator) -> tuple[int, int]:
    """First bar and length in bars of a clip: every length alike on a scale of octaves."""
    shortest, longest = np.log2(MIN_CLIP_BARS), np.log2(bars + 0.99)
    length = min(bars, int(2 ** rng.uniform(shortest, max(shortest, longest))))
    # Evolution's parts begin at their beginning: half of the clips do.
    first = 0 if rng.random() < 0.5 else int(rng.integers(bars - length + 1))
    return first, length
