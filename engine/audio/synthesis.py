"""The built-in synthesis: a track as sound, with nothing but NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audio import drums
from engine.audio.pcm import SAMPLE_RATE, Samples
from engine.audio.room import answer
from engine.audio.tones import tone
from engine.audio.voices import voice_of
from genomes.midi import DRUM_CHANNEL, Track
from genomes.time import TempoMap

# Notes whose values lie in one step of each are one sound, made once.
GATE_STEP_SECONDS = 0.02
VELOCITY_STEP = 8

# Loudness grows with this power of the velocity.
VELOCITY_POWER = 1.5

CHOKE_SECONDS = 0.015


@dataclass(frozen=True, slots=True)
class _Sound:
    """Notes that sound alike.

    Attributes:
        pitch: MIDI note number.
        gate_seconds: how long the key is held.
        touch: 0 to 1.
        frames: where they begin.
        levels: how loud each is.
    """

    pitch: int
    gate_seconds: float
    touch: float
    frames: NDArray[np.int64]
    levels: NDArray[np.float32]


def synthesised(track: Track, tempo_map: TempoMap, frames: int) -> Samples:
    """A track as sound, ``(frames, 2)``; what would ring on after the last frame is cut."""
    is_drums = track.channel == DRUM_CHANNEL
    voice = voice_of(track.program)
    dry = np.zeros((frames, 2), dtype=np.float32)
    for sound in _sounds(track, tempo_map, is_drums=is_drums):
        if is_drums:
            drum = drums.drum_of(sound.pitch)
            once = _choked(drums.hit(drum, sound.touch), sound) * _placed(
                drums.LEVEL * drum.level, drum.pan
            )
        else:
            once = tone(voice, sound.pitch, sound.gate_seconds, sound.touch)
            once *= _placed(voice.level, voice.pan)
        for start, level in zip(sound.frames.tolist(), sound.levels, strict=True):
            end = min(frames, start + len(once))
            dry[start:end] += level * once[: end - start]
    dry += np.float32(drums.ROOM if is_drums else voice.room) * answer(dry)
    return dry


def _sounds(track: Track, tempo_map: TempoMap, *, is_drums: bool) -> Iterator[_Sound]:
    """The notes of a track, those together that sound alike."""
    notes = track.part.notes
    onsets = tempo_map.seconds(notes["onset_ticks"])
    ends = tempo_map.seconds(notes["onset_ticks"] + notes["duration_ticks"])
    gates = _hat_gates(notes["pitch"], onsets) if is_drums else ends - onsets
    gate_steps = np.maximum(2, np.ceil(gates / GATE_STEP_SECONDS)).astype(np.int64)
    velocity_steps = notes["velocity"].astype(np.int64) // VELOCITY_STEP
    levels = (notes["velocity"] / 127) ** VELOCITY_POWER
    alike = np.stack((notes["pitch"], gate_steps, velocity_steps), axis=1)
    kinds, kind_of = np.unique(alike, axis=0, return_inverse=True)
    for kind, (pitch, gate, velocity) in enumerate(kinds.tolist()):
        these = kind_of == kind
        yield _Sound(
            pitch,
            gate * GATE_STEP_SECONDS,
            velocity * VELOCITY_STEP / 127,
            np.rint(onsets[these] * SAMPLE_RATE).astype(np.int64),
            levels[these].astype(np.float32),
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


def _placed(level: float, pan: float) -> Samples:
    """Gains of the left and the right side, of one power together wherever it is."""
    angle = (1 + pan) * np.pi / 4
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32) * np.float32(level)
