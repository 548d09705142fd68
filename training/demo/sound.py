"""Sound for the stems: additive synthesis for instruments, a tone and noise for drums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from genomes.notes import Notes
from genomes.time import TempoMap

SAMPLE_RATE = 22_050
HIGHEST_HZ = 9_000.0
RELEASE_SECONDS = 0.06
ATTACK_SECONDS = 0.004
PEAK = 0.7
NOISE_SEED = 509

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Voice:
    """An instrument.

    Attributes:
        partials: level of each harmonic, the fundamental first.
        decay_seconds: time in which a held note falls by a factor e.
        attack_seconds: time in which it comes to its full level.
    """

    partials: tuple[float, ...]
    decay_seconds: float
    attack_seconds: float = ATTACK_SECONDS


@dataclass(frozen=True, slots=True)
class Drum:
    """A drum.

    Attributes:
        hertz: of its tone, which begins an octave higher.
        tone: level of the tone.
        noise: level of the noise.
        seconds: time in which both fall by a factor e.
    """

    hertz: float
    tone: float
    noise: float
    seconds: float


VOICES = {
    "keys": Voice((1.0, 0.5, 0.33, 0.2, 0.12, 0.08), 0.9),
    "bass": Voice((1.0, 0.6, 0.25, 0.1), 1.2),
    "lead": Voice((1.0, 0.0, 0.33, 0.0, 0.2, 0.0, 0.14), 3.0, 0.02),
    "strings": Voice((1.0, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15), 6.0, 0.08),
}

LOW, SNARE = Drum(55.0, 1.0, 0.05, 0.12), Drum(190.0, 0.4, 0.7, 0.08)
CYMBAL, TOM = Drum(0.0, 0.0, 0.5, 0.3), Drum(120.0, 0.9, 0.1, 0.15)
HAT, OTHER = Drum(0.0, 0.0, 0.45, 0.03), Drum(600.0, 0.5, 0.4, 0.05)
DRUMS = {
    **dict.fromkeys((35, 36), LOW),
    **dict.fromkeys((37, 38, 39, 40), SNARE),
    **dict.fromkeys((41, 43, 45, 47, 48, 50), TOM),
    **dict.fromkeys((42, 44), HAT),
    **dict.fromkeys((46, 49, 51, 52, 53, 55, 57, 59), CYMBAL),
}


def sounded(notes: Notes, tempo_map: TempoMap, frames: int, voice: str) -> Samples:
    """Notes as sound, ``(frames,)``, the loudest sample at ``PEAK``; silence stays silence.

    Args:
        notes: drums among them sound as drums.
        tempo_map: turns their ticks into seconds.
        frames: how many samples; what rings on after them is cut.
        voice: one of ``VOICES``.
    """
    sound = np.zeros(frames, np.float32)
    onsets = np.rint(tempo_map.seconds(notes["onset_ticks"]) * SAMPLE_RATE).astype(np.int64)
    ends = tempo_map.seconds(notes["onset_ticks"] + notes["duration_ticks"]) * SAMPLE_RATE
    made: dict[tuple[int, int], Samples] = {}
    for note, first, end in zip(notes, onsets.tolist(), np.rint(ends).astype(int), strict=True):
        kind = (int(note["pitch"]), 0 if note["is_drum"] else int(end) - first)
        if kind not in made:
            made[kind] = _hit(kind[0]) if note["is_drum"] else _tone(VOICES[voice], *kind)
        once = made[kind][: max(0, frames - first)]
        sound[first : first + len(once)] += (int(note["velocity"]) / 127) ** 1.5 * once
    return normalised(sound, PEAK)


def normalised(sound: Samples, peak: float) -> Samples:
    """The sound with its loudest sample at a peak; silence stays silence."""
    loudest = float(np.abs(sound).max(initial=0.0))
    return sound * np.float32(peak / loudest) if loudest else sound


def _tone(voice: Voice, pitch: int, gate_frames: int) -> Samples:
    time = np.arange(gate_frames + int(4 * RELEASE_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = 440.0 * 2 ** ((pitch - 69) / 12)
    wave = np.zeros(len(time))
    for number, level in enumerate(voice.partials, start=1):
        if level and number * hertz < HIGHEST_HZ:
            wave += level * np.sin(2 * np.pi * number * hertz * time)
    envelope = np.exp(-time / voice.decay_seconds) * np.minimum(1, time / voice.attack_seconds)
    envelope *= np.exp(-np.maximum(0, time - gate_frames / SAMPLE_RATE) / RELEASE_SECONDS)
    return np.asarray(wave * envelope, np.float32)


def _hit(pitch: int) -> Samples:
    drum = DRUMS.get(pitch, OTHER)
    time = np.arange(int(5 * drum.seconds * SAMPLE_RATE)) / SAMPLE_RATE
    swept = drum.hertz * (time + 0.03 * (1 - np.exp(-time / 0.03)))
    noise = np.random.default_rng(NOISE_SEED + pitch).standard_normal(len(time))
    if drum.tone == 0:  # cymbals hiss: what changes slowly is taken out
        noise = np.diff(noise, prepend=0.0)
    wave = drum.tone * np.sin(2 * np.pi * swept) + drum.noise * noise / 3
    return np.asarray(wave * np.exp(-time / drum.seconds), np.float32)
