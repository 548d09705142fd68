"""Parts that are not music: a model learns from them to give a low confidence.

Fakes are drawn at random. Corruptions take a composed part and shuffle its pitches or times, or
drop notes; they keep the number of notes in each bar, the pitches or the rhythm, so that simple
counts do not identify them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fitness.roll import HIGHEST_ROW, LOWEST_ROW, STEPS_PER_SECOND
from genomes.context import Context
from genomes.grid import SIXTEENTH_TICKS
from genomes.notes import Notes, Part
from genomes.time import TICKS_PER_QUARTER
from training.composed.rhythms import VELOCITIES, onsets_ticks

Note = tuple[int, int, int, int]

# Share of a roll's cells that noise fills, low and high.
THIN_NOISE, THICK_NOISE = (0.004, 0.02), (0.08, 0.3)
PITCHES = (LOWEST_ROW, HIGHEST_ROW + 1)
FAKE_RHYTHMS = ("bars", "halves", "beats", "eighths", "sixteenths", "off_beats", "dotted")
CLUSTER_NOTES = (4, 13)
HELD_NOTES = (12, 89)
# Of a composed part: the share of its notes that survive a loss, and by how much pitches move.
KEPT_SHARE = (0.15, 0.4)
SHIFT_SEMITONES = 7


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
    """One pitch, repeated."""
    pitch = int(rng.integers(28, 91))
    for onset, length, velocity in _attacks(context, rng):
        yield onset, length, pitch, velocity


def _tritones(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """Stacked tritones, another stack at every attack."""
    notes = int(rng.integers(2, 6))
    for onset, length, velocity in _attacks(context, rng):
        lowest = int(rng.integers(34, 66))
        for step in range(notes):
            yield onset, length, lowest + 6 * step, velocity


def _clusters(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """Clusters of semitones, at another pitch with every attack."""
    notes = int(rng.integers(*CLUSTER_NOTES))
    for onset, length, velocity in _attacks(context, rng):
        lowest = int(rng.integers(30, 80))
        for step in range(notes):
            yield onset, length, lowest + step, velocity


def _held_keys(context: Context, rng: np.random.Generator) -> Iterator[Note]:
    """A chromatic cluster held through the whole section."""
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


def _shuffled_bars(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """Pitches shuffled within every bar, and onsets moved to random sixteenths."""
    bar_ticks = context.meter.bar_ticks
    bars = notes["onset_ticks"] // bar_ticks
    cells = bar_ticks // SIXTEENTH_TICKS
    for bar in np.unique(bars):
        inside = np.flatnonzero(bars == bar)
        notes["pitch"][inside] = notes["pitch"][rng.permutation(inside)]
        moved = rng.integers(cells, size=len(inside)) * SIXTEENTH_TICKS
        notes["onset_ticks"][inside] = bar * bar_ticks + moved
    return notes


def _shuffled_pitches(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """The same rhythm; every pitch transposed at random, and the pitches shuffled."""
    del context
    shifts = rng.integers(-SHIFT_SEMITONES, SHIFT_SEMITONES + 1, size=len(notes))
    notes["pitch"] = np.clip(rng.permutation(notes["pitch"]) + shifts, 21, 108)
    return notes


def _shuffled_times(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """The same pitches at random times."""
    notes["onset_ticks"] = rng.integers(context.length_ticks - 1, size=len(notes))
    return notes


def _dropped_notes(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """Most notes dropped, the others moved slightly off the grid."""
    kept = notes[rng.random(len(notes)) < rng.uniform(*KEPT_SHARE)]
    kept = kept if len(kept) else notes[:1]
    jitter = rng.integers(-SIXTEENTH_TICKS, SIXTEENTH_TICKS + 1, size=len(kept))
    kept["onset_ticks"] = np.clip(kept["onset_ticks"] + jitter, 0, context.length_ticks - 1)
    return kept


CORRUPTIONS: dict[str, Callable[[Notes, Context, np.random.Generator], Notes]] = {
    "shuffled_bars": _shuffled_bars,
    "shuffled_pitches": _shuffled_pitches,
    "shuffled_times": _shuffled_times,
    "dropped_notes": _dropped_notes,
}


# Drums have no pitches to shuffle, and a few of their strokes are drums still.
OF_DRUMS = ("shuffled_times",)


def damaged_as(stage: str) -> tuple[str, ...]:
    """The ways in which a stage's parts are damaged."""
    return OF_DRUMS if stage == "drums" else tuple(CORRUPTIONS)


def corrupted(kind: str, part: Part, context: Context, rng: np.random.Generator) -> Part:
    """A part of the context's length, damaged in one way; it still has as many bars."""
    notes = CORRUPTIONS[kind](part.notes.copy(), context, rng)
    room = part.length_ticks - notes["onset_ticks"]
    notes["duration_ticks"] = np.minimum(notes["duration_ticks"], room)
    return Part.of(notes, part.length_ticks)
