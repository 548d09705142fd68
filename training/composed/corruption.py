"""Composed parts with what makes them music taken out: pitches or times shuffled, notes lost.

All keep the number of notes in each bar, or their pitches, or their rhythm: what is wrong with
them is nothing that a count of notes could tell.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from genomes.context import Context
from genomes.grid import SIXTEENTH_TICKS
from genomes.notes import Notes, Part

KEPT = (0.15, 0.4)  # share of the notes that survive a loss
SHIFT_SEMITONES = 7


def _shuffled_bars(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """Within every bar, pitches dealt anew over the onsets and onsets over the sixteenths."""
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
    """The same rhythm; every note moved by its own few semitones and dealt to another time."""
    del context
    shifts = rng.integers(-SHIFT_SEMITONES, SHIFT_SEMITONES + 1, size=len(notes))
    notes["pitch"] = np.clip(rng.permutation(notes["pitch"]) + shifts, 21, 108)
    return notes


def _shuffled_times(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """The same pitches, each at any time at all."""
    notes["onset_ticks"] = rng.integers(context.length_ticks - 1, size=len(notes))
    return notes


def _dropped_notes(notes: Notes, context: Context, rng: np.random.Generator) -> Notes:
    """Most notes lost, the others struck a little off the grid."""
    kept = notes[rng.random(len(notes)) < rng.uniform(*KEPT)]
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
