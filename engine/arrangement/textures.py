"""Textures: a section played with more or less energy than it was composed with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import numpy as np

from engine.arrangement.passes import Pass, Row, with_notes, with_rows
from genomes import Meter, Part
from genomes.drums.dynamics import LOUDEST_GHOST
from genomes.drums.voices import BY_NOTE, TIME, VOICES
from genomes.notes import Notes

Texture = Callable[[Part, Meter], Part]

# Below this energy a section that was composed with more is played sparsely; from the other one on
# a section that was composed with less is played fully.
SPARSE_ENERGY, FULL_ENERGY = 0.20, 0.80

# The highest pitch that is added above the chords, and its velocity, of the note that it doubles.
HIGHEST_DOUBLE = 84
DOUBLE_VELOCITY_SHARE = 0.8

TIME_KEEPERS = frozenset(note for note, name in BY_NOTE.items() if VOICES[name].role == TIME)


def textured(section: Pass) -> Pass:
    """A pass as it is played with its energy: sparsely, as it was composed, or fully."""
    textures: Mapping[str, Texture] = {}
    if section.energy < SPARSE_ENERGY and section.lift < 0:
        textures = {"chords": held_chords, "drums": sparse_drums}
    elif section.energy >= FULL_ENERGY and section.lift > 0:
        textures = {"chords": doubled_chords}
    for stage, texture in textures.items():
        if stage in section.parts:
            section = section.with_part(stage, texture(section.parts[stage], section.meter))
    return section


def held_chords(part: Part, meter: Meter) -> Part:
    """Each chord struck once in every bar, and held."""
    edges = {span.onset_ticks for span in part.harmony}
    edges |= set(range(0, part.length_ticks, meter.bar_ticks))
    starts = sorted(edges)
    rows: list[Row] = []
    for start, end in zip(starts, [*starts[1:], part.length_ticks], strict=True):
        notes = part.notes
        inside = notes[(notes["onset_ticks"] >= start) & (notes["onset_ticks"] < end)]
        if len(inside):
            velocity = int(np.median(inside["velocity"]))
            pitches = np.unique(inside["pitch"]).tolist()
            rows += [(start, end - start, pitch, velocity) for pitch in pitches]
    return with_rows(part, part.notes[:0], rows)


def doubled_chords(part: Part, meter: Meter) -> Part:  # noqa: ARG001 - one signature for all
    """Every chord with one of its notes an octave higher too, the highest that isn't shrill."""
    rows = []
    for stroke in strokes(part.notes):
        low = [row for row in stroke if row[2] + 12 <= HIGHEST_DOUBLE]
        if len(stroke) > 2 and low:
            onset, duration, pitch, velocity, _ = max(low, key=lambda row: row[2])
            softer = max(1, round(velocity * DOUBLE_VELOCITY_SHARE))
            rows.append((onset, duration, pitch + 12, softer))
    return with_rows(part, part.notes, rows)


def sparse_drums(part: Part, meter: Meter) -> Part:
    """Drums without ghost notes, the time kept on the beats alone."""
    notes = part.notes
    on_beat = np.isin(notes["onset_ticks"] % meter.bar_ticks, meter.group_onsets_ticks)
    is_time = np.isin(notes["pitch"], list(TIME_KEEPERS))
    is_ghost = notes["velocity"] <= LOUDEST_GHOST
    return with_notes(part, notes[(on_beat | ~is_time) & ~is_ghost])


def strokes(notes: Notes) -> list[list[Any]]:
    """The notes as rows, those that begin together in one list, in order."""
    return [list(rows) for _, rows in groupby(notes.tolist(), key=lambda row: row[0])]
