"""What is no music, as parts: so that a model learns when to say that it doesn't know."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fitness.roll import HIGHEST_ROW, LOWEST_ROW, STEPS_PER_SECOND
from genomes.context import Context
from genomes.grid import SIXTEENTH_TICKS
from genomes.notes import Part
from genomes.time import TICKS_PER_QUARTER
from training.composed.rhythm import onsets_ticks
from training.composed.tables import VELOCITIES

Note = tuple[int, int, int, int]

# Share of a roll's cells that noise fills, low and high.
THIN_NOISE, THICK_NOISE = (0.004, 0.02), (0.08, 0.3)
PITCHES = (LOWEST_ROW, HIGHEST_ROW + 1)
FAKE_RHYTHMS = ("bars", "halves", "beats", "eighths", "sixteenths", "off_beats", "dotted")
CLUSTER_NOTES = (4, 13)
HELD_NOTES = (12, 89)


def _noise(fill: tuple[float, float]) -> Callable[[Context, np.random.Generator], Iterator[Note]]:
    def make(context: Context, rng: np.random.Generator) -> Iterator[Note]:
        """Any pitch at any time, a step of the roll long."""
        length = context.length_ticks
        step = round(context.tempo_bpm * TICKS_PER_QUARTER / 60 / STEPS_PER_SECOND)
        cells = (PITCHES[1] - PITCHES[0]) * length / step
        for onset in rng.integers(0, length - step, size=int(rng.uniform(*fill) * cells) + 1):
            yield int(onset), step, int(rng.integers(*PITCHES)), int(rng.integers(1, 128))

    return make


def _one_note(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """One pitch, again and again."""
    pitch = int(rng.integers(28, 91))
    for onset, length, velocity in _attacks(context, rng):
        yield onset, length, pitch, velocity


def _tritones(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """Stacked tritones, another pile at every attack."""
    notes = int(rng.integers(2, 6))
    for onset, length, velocity in _attacks(context, rng):
        lowest = int(rng.integers(34, 66))
        for step in range(notes):
            yield onset, length, lowest + 6 * step, velocity


def _clusters(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """Neighbouring semitones, somewhere else at every attack."""
    notes = int(rng.integers(*CLUSTER_NOTES))
    for onset, length, velocity in _attacks(context, rng):
        lowest = int(rng.integers(30, 80))
        for step in range(notes):
            yield onset, length, lowest + step, velocity


def _held_keys(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """A whole stretch of the keyboard held down, from the first bar line to the last."""
    count = int(rng.integers(*HELD_NOTES))
    lowest = int(rng.integers(PITCHES[0], PITCHES[1] - count + 1))
    velocity = int(rng.choice(VELOCITIES))
    for pitch in range(lowest, lowest + count):
        yield 0, context.length_ticks, pitch, velocity


def _attacks(context: Context, rng: np.random.Generator) -> Iterator[tuple[int, int, int]]:
    """Onset, length and velocity of the attacks of one rhythm throughout."""
    rhythm = FAKE_RHYTHMS[int(rng.integers(len(FAKE_RHYTHMS)))]
    velocity, gate = int(rng.choice(VELOCITIES)), float(rng.uniform(0.2, 1))
    meter = context.meter
    bar = onsets_ticks(rhythm, meter) or (0,)
    onsets = [
        index * meter.bar_ticks + onset for index in range(context.section.bars) for onset in bar
    ]
    for onset, edge in zip(onsets, [*onsets[1:], context.length_ticks], strict=True):
        yield onset, max(SIXTEENTH_TICKS // 4, round((edge - onset) * gate)), velocity


FAKES: dict[str, Callable[[Context, np.random.Generator], Iterator[Note]]] = {
    "noise_1": _noise(THIN_NOISE),
    "noise_20": _noise(THICK_NOISE),
    "one_note": _one_note,
    "tritones": _tritones,
    "clusters": _clusters,
    "held_keys": _held_keys,
}


def make_fake(kind: str, context: Context, rng: np.random.Generator) -> Part:
    """A fake of a kind, as long as the context's section."""
    return Part.of(list(FAKES[kind](context, rng)), context.length_ticks)
