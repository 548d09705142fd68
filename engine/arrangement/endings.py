"""Endings: how a song stops, on the chord of its home."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from engine.arrangement.drum_fills import normal_velocity
from engine.arrangement.passes import Pass, Row, nearest
from engine.arrangement.textures import strokes
from genomes import Key, Meter, Part, TempoMap
from genomes.chords.functions import tonic
from genomes.chords.harmony import Chord
from genomes.chords.rendering import chord_span
from genomes.drums.voices import VOICES
from genomes.time import microseconds_per_quarter

# How long the last chord is held at least.
HOLD_SECONDS = 2.5

# The tempo at the end of a ritardando, of the song's, which slows down over the last bar.
SLOWED = 0.7

# How long a fade lasts, or as long as the song is shorter.
FADE_SECONDS = 12.0

# What is struck with the last chord.
LAST_STROKES = ("kick", "crash")


def hold_bars(meter: Meter, tempo_bpm: float) -> int:
    """How many bars the last chord is held."""
    bar_seconds = meter.bar_quarters * 60 / tempo_bpm
    return max(1, ceil(HOLD_SECONDS / bar_seconds))


def final_chord(last: Pass, bars: int) -> Pass:
    """The chord of home, held by every part of the last pass from where it played last."""
    length_ticks = bars * last.meter.bar_ticks
    chord = Chord(tonic(last.key.mode))
    span = chord_span(chord, last.key, 0, length_ticks)
    parts = {}
    for stage, part in last.parts.items():
        if not len(part.notes):
            continue
        if part.notes["is_drum"].any():
            parts[stage] = _last_strokes(part, length_ticks)
        else:
            rows = _HOME_NOTES.get(stage, _home_chord)(part, last.key, length_ticks)
            parts[stage] = Part.of(rows, length_ticks, [span] if part.harmony else [])
    return replace(last, parts=parts, locked={})


def _home_chord(part: Part, key: Key, length_ticks: int) -> list[Row]:
    """The last stroke moved to the nearest notes of the tonic triad, over its root."""
    stroke = _last_stroke(part)
    velocity = int(np.median(part.notes["velocity"]))
    moved = {nearest(row[2], key.tonic_triad_pitch_classes) for row in stroke}
    lowest = min(moved)
    moved.add(lowest - (lowest - key.tonic_pitch_class) % 12)
    return [(0, length_ticks, pitch, velocity) for pitch in sorted(moved)]


def _last_stroke(part: Part) -> list[Row]:
    """The last notes that began together, at least three where there were ever as many."""
    found = strokes(part.notes)
    most = max(len(stroke) for stroke in found)
    return next(stroke for stroke in reversed(found) if len(stroke) >= min(3, most))


def _home_root(part: Part, key: Key, length_ticks: int) -> list[Row]:
    """The tonic nearest to the last note."""
    pitch = nearest(int(part.notes["pitch"][-1]), [key.tonic_pitch_class])
    return [(0, length_ticks, pitch, int(np.median(part.notes["velocity"])))]


_HOME_NOTES = {"bass": _home_root, "melody": _home_root}


def _last_strokes(part: Part, length_ticks: int) -> Part:
    velocity, length = normal_velocity(part), int(part.notes["duration_ticks"].max())
    rows = [(0, length, VOICES[name].note, velocity) for name in LAST_STROKES]
    return Part.of(rows, length_ticks, is_drum=True)


def ritardando(tempo_bpm: float, meter: Meter, end_ticks: int) -> TempoMap:
    """One tempo until a bar before a tick, then slower with every beat group until that tick."""
    start = end_ticks - meter.bar_ticks
    onsets = (*meter.group_onsets_ticks, meter.bar_ticks)
    steps = np.linspace(1.0, SLOWED, len(onsets) + 1)[1:]
    slowed = [
        (start + onset, microseconds_per_quarter(tempo_bpm * step))
        for onset, step in zip(onsets, steps.tolist(), strict=True)
    ]
    whole = (0, microseconds_per_quarter(tempo_bpm))
    return TempoMap(((0, whole[1]), *slowed) if start > 0 else tuple(slowed))


@dataclass(frozen=True, slots=True)
class Fade:
    """A song's end fading out.

    Attributes:
        start_ticks: where it begins to fade.
        end_ticks: where it is silent.
    """

    start_ticks: int
    end_ticks: int

    def expression(self, step_ticks: int) -> tuple[tuple[int, int], ...]:
        """``(onset_ticks, value)`` of MIDI's expression controller, 127 down to 0."""
        length = self.end_ticks - self.start_ticks
        onsets = range(self.start_ticks, self.end_ticks, step_ticks)
        falling = [(on, round(127 * (1 - (on - self.start_ticks) / length))) for on in onsets]
        return (*falling, (self.end_ticks, 0))


def fade(tempo_map: TempoMap, end_ticks: int) -> Fade:
    """The last seconds of a song."""
    seconds = float(tempo_map.seconds(end_ticks))
    start = max(0.0, seconds - FADE_SECONDS)
    return Fade(int(tempo_map.ticks(start)), end_ticks)
