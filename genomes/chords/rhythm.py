"""Harmonic rhythm: where in a section the chords may change."""

from __future__ import annotations

import numpy as np

from genomes.context import Context

# How many chords a bar begins, by the pace of a section; the share of bars with 0, 1, 2 and 3.
PACES: dict[str, tuple[float, float, float, float]] = {
    "patient": (0.55, 0.45, 0.0, 0.0),
    "steady": (0.0, 0.95, 0.05, 0.0),
    "walking": (0.05, 0.50, 0.45, 0.0),
    "busy": (0.0, 0.25, 0.55, 0.20),
}


def draw_slots(context: Context, pace: str, rng: np.random.Generator) -> list[list[int]]:
    """Beat groups that begin a chord, for each bar; the first bar begins on its downbeat.

    Phrases of two bars share a rhythm, so that a section has a shape one can remember.
    """
    groups = len(context.meter.groups)
    phrase = [_bar_slots(groups, context, pace, rng) for _ in range(min(2, context.section.bars))]
    slots = [list(phrase[bar % len(phrase)]) for bar in range(context.section.bars)]
    if rng.random() < 0.5:
        slots[-1] = _bar_slots(groups, context, pace, rng)
    if not slots[0] or slots[0][0] != 0:
        slots[0] = [0, *(group for group in slots[0] if group)]
    return slots


def _bar_slots(groups: int, context: Context, pace: str, rng: np.random.Generator) -> list[int]:
    count = min(int(rng.choice(4, p=PACES[pace])), groups)
    if count == 0:
        return []
    accents = np.array(context.meter.accents[1:])
    others = [] if count == 1 else _drawn(count - 1, accents, rng)
    return [0, *sorted(others)]


def _drawn(count: int, accents: np.ndarray, rng: np.random.Generator) -> list[int]:
    """Groups after the downbeat, the accented ones more likely."""
    weights = accents**2 / (accents**2).sum()
    chosen = rng.choice(len(accents), size=min(count, len(accents)), replace=False, p=weights)
    return [int(index) + 1 for index in chosen]
