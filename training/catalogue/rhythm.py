"""Bars of rhythm: a table's onsets, some shifted, some left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genomes.time import Meter
from training.catalogue.cards import Range
from training.catalogue.tables import RHYTHMS, SIXTEENTH_TICKS
from training.catalogue.tendency import chance

NEVER: Range = (0.0, 0.0)
LIGHT = 0.1  # accent of what lies on no beat group


@dataclass(frozen=True, slots=True)
class Stroke:
    """One attack of a bar.

    Attributes:
        onset_ticks: from the bar line.
        accent: 0 (light) to 1 (downbeat).
    """

    onset_ticks: int
    accent: float


def strokes(
    meter: Meter,
    rhythm: str,
    rng: np.random.Generator,
    *,
    shifted: Range = NEVER,
    left_out: Range = NEVER,
) -> list[Stroke]:
    """One bar of a rhythm.

    Args:
        meter: of the bar.
        rhythm: one of ``RHYTHMS``.
        rng: the source of chance.
        shifted: share of the strokes after the downbeat that come early by an eighth or less.
        left_out: share of the strokes that are silent.
    """
    accents = dict(zip(meter.group_onsets_ticks, meter.accents, strict=True))
    step = min(2 * SIXTEENTH_TICKS, meter.unit_ticks)
    onsets: set[int] = set()
    for onset in RHYTHMS[rhythm](meter):
        early = onset - (step if rng.random() < 0.5 else SIXTEENTH_TICKS)
        if not chance(left_out, rng):
            onsets.add(early if early > 0 and chance(shifted, rng) else onset)
    return [Stroke(onset, accents.get(onset, LIGHT)) for onset in sorted(onsets)]


def gated_ticks(onsets: list[int], end_ticks: int, gate: float) -> list[int]:
    """How long each note sounds: a share of the time to the next, or to the end."""
    edges = [*onsets[1:], end_ticks]
    return [max(1, round((b - a) * gate)) for a, b in zip(onsets, edges, strict=True)]
