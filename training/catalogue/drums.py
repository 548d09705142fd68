"""Drums of a card: kick, snare and what keeps the time, looped, with fills."""

from __future__ import annotations

import numpy as np

from genomes.context import Context
from genomes.notes import Part
from genomes.time import Meter
from training.catalogue.cards import DrumCard
from training.catalogue.rhythm import NEVER, strokes
from training.catalogue.tables import DRUM_NOTES, FILL_NOTES, SIXTEENTH_TICKS
from training.catalogue.tendency import chance, choose

Hit = tuple[int, int, int]  # onset_ticks in the bar, note, velocity
GHOST_BELOW = 30  # softer than a stroke


def compose_drums(card: DrumCard, context: Context, rng: np.random.Generator) -> Part:
    """A section's drums, on the meter's beat groups."""
    meter, bars = context.meter, context.section.bars
    loop = _loop(card, meter, min(bars, choose(card.loop_bars, rng)), rng)
    rows = []
    for bar in range(bars):
        hits = loop[bar % len(loop)]
        if (bar % 4 == 3 or bar == bars - 1) and chance(card.fills, rng):
            hits = _with_fill(hits, card, meter, rng)
        if bar % 4 == 0 and chance(card.crash, rng):
            hits = [*hits, (0, DRUM_NOTES["crash"], _velocity(card, 1.0))]
        rows += [
            (bar * meter.bar_ticks + onset, SIXTEENTH_TICKS, note, velocity)
            for onset, note, velocity in {hit[:2]: hit for hit in hits}.values()
        ]
    return Part.of(rows, context.length_ticks, is_drum=True)


def _loop(card: DrumCard, meter: Meter, bars: int, rng: np.random.Generator) -> list[list[Hit]]:
    """Bars that share their rhythms; each later one leaves out and shifts its own strokes."""
    layers = (
        (choose(card.kick, rng), DRUM_NOTES["kick"], card.syncopation),
        (choose(card.snare, rng), DRUM_NOTES[choose(card.snare_voice, rng)], NEVER),
        (choose(card.time, rng), DRUM_NOTES[choose(card.time_voice, rng)], NEVER),
    )
    found: list[list[Hit]] = []
    for _ in range(bars):
        hits = [
            (stroke.onset_ticks, note, _velocity(card, stroke.accent))
            for rhythm, note, syncopation in layers
            for stroke in strokes(meter, rhythm, rng, shifted=syncopation, left_out=card.missing)
        ]
        found.append(hits + _ghosts(card, meter, rng))
    if not any(found):
        found[0] = [(0, DRUM_NOTES["kick"], _velocity(card, 1.0))]
    return found


def _ghosts(card: DrumCard, meter: Meter, rng: np.random.Generator) -> list[Hit]:
    """Soft strokes of the snare on sixteenths off the beat."""
    light = max(1, _velocity(card, 0.0) - GHOST_BELOW)
    return [
        (onset, DRUM_NOTES["snare"], light)
        for onset in range(SIXTEENTH_TICKS, meter.bar_ticks, 2 * SIXTEENTH_TICKS)
        if chance(card.ghosts, rng)
    ]


def _with_fill(
    hits: list[Hit], card: DrumCard, meter: Meter, rng: np.random.Generator
) -> list[Hit]:
    """The last beat group played down the toms."""
    start = meter.group_onsets_ticks[-1]
    step = SIXTEENTH_TICKS * int(rng.integers(1, 3))
    onsets = range(start, meter.bar_ticks, step)
    fill = [
        (onset, FILL_NOTES[index * len(FILL_NOTES) // len(onsets)], _velocity(card, 0.5))
        for index, onset in enumerate(onsets)
    ]
    return [hit for hit in hits if hit[0] < start] + fill


def _velocity(card: DrumCard, accent: float) -> int:
    """Loudest dynamic of the song's taste, less what a lighter stroke lacks."""
    loudest = max(card.dynamic, key=lambda velocity: card.dynamic[velocity])
    return int(np.clip(loudest + round(card.accent[0] * (accent - 0.5)), 1, 127))
