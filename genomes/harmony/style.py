"""Style: choices made once for a whole supporting part, so that its bars are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genomes.context import Context
from genomes.grid import UNIT_WEIGHT, cells
from genomes.time import Meter
from genomes.variation import draw, pick

# How a pad enters: common tones held, all tones struck with each chord, or on the second group.
HELD, ANEW, LATE = "held", "anew", "late"
ENTRIES, ENTRY_WEIGHTS = (HELD, ANEW, LATE), (0.55, 0.33, 0.12)

# Which melody notes are doubled: all, those longer than an eighth, the bar's last one or two.
EVERY, LONG, TAIL = "every", "long", "tail"
DOUBLES, DOUBLE_WEIGHTS = (EVERY, LONG, TAIL), (0.45, 0.35, 0.2)

# Tones a bar of a counter-line, from a calm to a full section; the share of bars with 1 to 6.
STILL_LINE = (0.6, 0.3, 0.1, 0.0, 0.0, 0.0)
FULL_LINE = (0.12, 0.28, 0.26, 0.18, 0.1, 0.06)

LOW_REGISTERS, HIGH_REGISTERS = (50, 53, 55, 57), (57, 60, 62, 65)
# How far apart a pad's neighbouring voices aim to lie, in semitones.
SPREADS = (4, 5, 7)
DOWN_A_THIRD, UP_A_THIRD = -2, 2
DOWN_A_SIXTH, UP_A_SIXTH = -5, 5

# How likely the first tone of a bar is held on from the bar before.
LINE_TIE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Style:
    """Choices that all bars share.

    Attributes:
        register: MIDI pitch around which pads and lines lie.
        pad_voices: 2 to 4.
        spread: semitones between a pad's voices.
        entry: one of ``ENTRIES``.
        third_steps: scale steps from the melody to its thirds.
        sixth_steps: scale steps from the melody to its sixths.
        doubles: one of ``DOUBLES``.
        line_onsets: where a counter-line moves, in ticks from the bar line.
        gate: share of the time to the next tone that a line's tone lasts: 1 or a half.
        drone_fifth: whether a drone aims at the key's fifth and not its tonic.
    """

    register: int
    pad_voices: int
    spread: int
    entry: str
    third_steps: int
    sixth_steps: int
    doubles: str
    line_onsets: tuple[int, ...]
    gate: float
    drone_fifth: bool


def draw_style(context: Context, rng: np.random.Generator) -> Style:
    """A style; at a high energy more voices, a higher register and more movement are likely."""
    energy = context.section.energy
    is_high = rng.random() < 0.4 + 0.5 * energy
    return Style(
        register=pick(rng, HIGH_REGISTERS if is_high else LOW_REGISTERS),
        pad_voices=draw(rng, (2, 3, 4), (0.7 - 0.3 * energy, 0.25, 0.05 + 0.3 * energy)),
        spread=pick(rng, SPREADS),
        entry=draw(rng, ENTRIES, ENTRY_WEIGHTS),
        third_steps=draw(rng, (DOWN_A_THIRD, UP_A_THIRD), (0.8, 0.2)),
        sixth_steps=draw(rng, (DOWN_A_SIXTH, UP_A_SIXTH), (0.85, 0.15)),
        doubles=draw(rng, DOUBLES, DOUBLE_WEIGHTS),
        line_onsets=draw_line_onsets(context, frozenset(), rng),
        gate=draw(rng, (1.0, 0.5), (0.85, 0.15)),
        drone_fifth=bool(rng.random() < 0.4),
    )


def draw_line_onsets(
    context: Context, sung: frozenset[int], rng: np.random.Generator
) -> tuple[int, ...]:
    """Onsets of a counter-line in a bar; those of the melody are less likely."""
    energy = context.section.energy
    shares = (1 - energy) * np.array(STILL_LINE) + energy * np.array(FULL_LINE)
    onsets, weights = _weighted_onsets(context.meter)
    likely = np.array(
        [w * (0.3 if at in sung else 1.0) for at, w in zip(onsets, weights, strict=True)]
    )
    count = min(1 + int(rng.choice(len(shares), p=shares / shares.sum())), len(onsets))
    chosen = rng.choice(len(onsets), size=count, replace=False, p=likely / likely.sum())
    return tuple(sorted(onsets[int(index)] for index in chosen))


def _weighted_onsets(meter: Meter) -> tuple[list[int], list[float]]:
    """Eighths and beat groups of a bar, and how likely a line moves there."""
    chosen = [cell for cell in cells(meter) if cell.weight >= UNIT_WEIGHT]
    return [cell.onset_ticks for cell in chosen], [0.1 + cell.weight for cell in chosen]
