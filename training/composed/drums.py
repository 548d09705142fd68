"""Drums of a card, as genomes: a loop of patterns, with what ends and begins its phrases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genomes.context import Context
from genomes.drums.fills import NO_CRASH, NO_FILL
from genomes.drums.genome import Bar, DrumGenome, whole
from genomes.drums.patterns import ACCENT, GHOST, NORMAL, REST, Pattern, cell_count, legal
from genomes.grid import STRAIGHT, cells
from genomes.time import Meter
from training.composed.cards import DrumCard, Range
from training.composed.rhythm import NEVER, cells_of, struck
from training.composed.tendency import chance, choose

PHRASE_BARS = 4
HEAVY = 0.25  # metrical weight from which a stroke is one on the beat
GHOSTED = "snare"


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one limb does throughout.

    Attributes:
        voice: of ``genomes.drums.voices``.
        rhythm: of ``RHYTHMS``.
        on_beat: level of its strokes on the beat groups.
        off_beat: level of the others.
        shifted: share of its strokes that come early.
    """

    voice: str
    rhythm: str
    on_beat: str
    off_beat: str
    shifted: Range = NEVER


def compose_drums(card: DrumCard, context: Context, rng: np.random.Generator) -> DrumGenome:
    """A section's drums, on the meter's beat groups."""
    meter, count = context.meter, context.section.bars
    loop = _loop(card, meter, min(count, choose(card.loop_bars, rng)), rng)
    bars = [_bar(card, loop[index % len(loop)], index, count, rng) for index in range(count)]
    swing_percent, dynamic = choose(card.swing, rng), choose(card.dynamic, rng)
    return whole(meter, bars, swing_percent, dynamic, choose(card.shape, rng))


def _bar(card: DrumCard, pattern: Pattern, index: int, count: int, rng: np.random.Generator) -> Bar:
    """A bar at its place: phrases end with fills and begin with crashes."""
    place = index % PHRASE_BARS
    ends, begins = place == PHRASE_BARS - 1 or index == count - 1, place == 0
    fill = choose(card.fill, rng) if ends and chance(card.fills, rng) else NO_FILL
    crash = choose(card.crash_voice, rng) if begins and chance(card.crash, rng) else NO_CRASH
    return Bar(pattern, fill, crash)


def _loop(card: DrumCard, meter: Meter, bars: int, rng: np.random.Generator) -> list[Pattern]:
    """Bars that share their rhythms; each later one leaves out and shifts its own strokes."""
    layers = [
        _layer(card, choose(card.kick_voice, rng), choose(card.kick, rng), card.syncopation, rng),
        _layer(card, choose(card.snare_voice, rng), choose(card.snare, rng), NEVER, rng),
        _layer(card, choose(card.time_voice, rng), choose(card.time, rng), NEVER, rng),
    ]
    return [
        Pattern(STRAIGHT)
        if index and chance(card.rests, rng)
        else _pattern(card, layers, meter, rng)
        for index in range(bars)
    ]


def _layer(
    card: DrumCard, voice: str, rhythm: str, shifted: Range, rng: np.random.Generator
) -> _Layer:
    on_beat = ACCENT if chance(card.accents, rng) else NORMAL
    off_beat = GHOST if chance(card.soft, rng) else NORMAL
    return _Layer(voice, rhythm, on_beat, off_beat, shifted)


def _pattern(
    card: DrumCard, layers: list[_Layer], meter: Meter, rng: np.random.Generator
) -> Pattern:
    lines: dict[str, list[str]] = {}
    for cell in range(1, cell_count(meter, STRAIGHT), 2):
        if chance(card.ghosts, rng):
            _put(lines, GHOSTED, cell, GHOST, meter)
    for layer in layers:
        at = cells_of(layer.rhythm, meter)
        for cell in struck(at, meter, rng, shifted=layer.shifted, left_out=card.missing):
            is_heavy = cells(meter)[cell].weight >= HEAVY
            level = layer.on_beat if is_heavy else layer.off_beat
            _put(lines, layer.voice, cell, level, meter)
    return legal(STRAIGHT, {voice: "".join(line) for voice, line in lines.items()})


def _put(lines: dict[str, list[str]], voice: str, cell: int, level: str, meter: Meter) -> None:
    lines.setdefault(voice, [REST] * cell_count(meter, STRAIGHT))[cell] = level
