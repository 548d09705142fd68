"""The built-in synthesis: a track to sound with NumPy alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audio import drums
from engine.audio.reverb import add_reverb
from engine.audio.samples import SAMPLE_RATE, Samples
from engine.audio.tones import tone
from engine.audio.voices import voice_of
from genomes.midi import DRUM_CHANNEL, Track
from genomes.time import TempoMap

# Notes of one pitch whose length and velocity fall into the same step are synthesised once.
GATE_STEP_SECONDS = 0.02
VELOCITY_STEP = 8

# The amplitude grows with this power of the velocity, 40 log10 of it in decibels, as the General
# MIDI Level 2 specification recommends and as soundfonts are played.
VELOCITY_POWER = 2.0

CHOKE_SECONDS = 0.015


@dataclass(frozen=True, slots=True)
class _Sound:
    """Notes that share one synthesised sound.

    Attributes:
        pitch: MIDI note number.
        gate_seconds: from onset to release.
        velocity: 0 to 1.
        frames: onset of each, in frames.
        levels: level of each.
    """

    pitch: int
    gate_seconds: float
    velocity: float
    frames: NDArray[np.int64]
    levels: NDArray[np.float32]


def synthesise(track: Track, tempo_map: TempoMap, frames: int) -> Samples:
    """A track as sound, ``(frames, 2)``, cut at the last frame."""
    is_drums = track.channel == DRUM_CHANNEL
    voice = voice_of(track.program)
    dry = np.zeros((frames, 2), dtype=np.float32)
    for sound in _sounds(track, tempo_map, is_drums=is_drums):
        if is_drums:
            drum = drums.drum_of(sound.pitch)
            once = _choked(drums.stroke(drum, sound.velocity), sound) * _pan_gains(
                drums.LEVEL * drum.level, drum.pan
            )
        else:
            once = tone(voice, sound.pitch, sound.gate_seconds, sound.velocity)
            once *= _pan_gains(voice.level, voice.pan)
        for start, level in zip(sound.frames.tolist(), sound.levels, strict=True):
            end = min(frames, start + len(once))
            dry[start:end] += level * once[: end - start]
    add_reverb(dry, drums.REVERB if is_drums else voice.reverb)
    return dry


def _sounds(track: Track, tempo_map: TempoMap, *, is_drums: bool) -> Iterator[_Sound]:
    """The notes of a track, grouped by pitch, length step and velocity step."""
    notes = track.part.notes
    onsets = tempo_map.seconds(notes["onset_ticks"])
    ends = tempo_map.seconds(notes["onset_ticks"] + notes["duration_ticks"])
    gates = _hat_gates(notes["pitch"], onsets) if is_drums else ends - onsets
    gate_steps = np.maximum(2, np.ceil(gates / GATE_STEP_SECONDS)).astype(np.int64)
    velocity_steps = notes["velocity"].astype(np.int64) // VELOCITY_STEP
    levels = (notes["velocity"] / 127) ** VELOCITY_POWER
    groups = np.stack((notes["pitch"], gate_steps, velocity_steps), axis=1)
    distinct, group_of = np.unique(groups, axis=0, return_inverse=True)
    for group, (pitch, gate, velocity) in enumerate(distinct.tolist()):
        members = group_of == group
        yield _Sound(
            pitch,
            gate * GATE_STEP_SECONDS,
            velocity * VELOCITY_STEP / 127,
            np.rint(onsets[members] * SAMPLE_RATE).astype(np.int64),
            levels[members].astype(np.float32),
        )


def _hat_gates(pitches: NDArray[np.uint8], onsets: NDArray[np.float64]) -> NDArray[np.float64]:
    """How long each drum rings: an open hat until a hat's next stroke, all others to their end."""
    gates = np.zeros(len(onsets))
    strokes = np.sort(onsets[np.isin(pitches, drums.HAT_NOTES)])
    is_open = pitches == drums.OPEN_HAT_NOTE
    following = np.searchsorted(strokes, onsets[is_open], side="right")
    gates[is_open] = np.append(strokes, np.inf)[following] - onsets[is_open]
    return np.minimum(gates, 1.0)


def _choked(sound: Samples, of: _Sound) -> Samples:
    if of.pitch != drums.OPEN_HAT_NOTE:
        return sound
    time = np.arange(len(sound)) / SAMPLE_RATE
    fall = np.exp(-np.maximum(0.0, time - of.gate_seconds) / CHOKE_SECONDS)
    return np.asarray(sound * fall[:, None], dtype=np.float32)


def _pan_gains(level: float, pan: float) -> Samples:
    """Gains of left and right by the constant-power pan law."""
    angle = (1 + pan) * np.pi / 4
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) * np.float32(level)
