"""Tones: one note of a voice, summed from its harmonic partials."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.audio.samples import SAMPLE_RATE, Samples
from engine.audio.voices import Voice

MAX_PARTIALS = 32
HIGHEST_HZ = 12_000.0

# Level of each partial relative to the one below, at the softest and the loudest velocity.
BRIGHTNESS = (0.55, 0.93)

VIBRATO_HZ = 5.3
VIBRATO_ONSET_SECONDS = 0.35

# A note is cut after this many time constants: e^-7 is -61 dB.
INAUDIBLE_TIME_CONSTANTS = 7.0
LAST_FADE_SECONDS = 0.004
ATTACK_NOISE_SECONDS = 0.012
NOISE_SEED = 8191

Curve = NDArray[np.float32]


def tone(voice: Voice, pitch: int, gate_seconds: float, velocity: float) -> Samples:
    """One note, ``(n, 2)``; its loudness doesn't depend on its pitch.

    Args:
        voice: of the instrument.
        pitch: MIDI note number.
        gate_seconds: from onset to release.
        velocity: 0 (softest) to 1; it changes the brightness, not the loudness.
    """
    decay_seconds = voice.decay_seconds * 2 ** ((60 - pitch) / 24)
    seconds = gate_seconds + INAUDIBLE_TIME_CONSTANTS * voice.release_seconds
    if voice.sustain == 0:
        seconds = min(seconds, voice.attack_seconds + INAUDIBLE_TIME_CONSTANTS * decay_seconds)
    time = np.arange(round(seconds * SAMPLE_RATE), dtype=np.float64) / SAMPLE_RATE
    envelope = _envelope(voice, decay_seconds, gate_seconds, time)
    stereo = _oscillators(voice, pitch, velocity, time)
    if voice.attack_noise:
        noise = (
            voice.attack_noise * velocity * np.exp(-time / ATTACK_NOISE_SECONDS).astype(np.float32)
        )
        stereo += (_noise(len(time)) * noise)[:, None]
    return np.asarray(stereo * envelope[:, None], dtype=np.float32)


def _envelope(
    voice: Voice, decay_seconds: float, gate_seconds: float, time: NDArray[np.float64]
) -> Curve:
    """Attack, decay to the sustained level, release."""
    level = voice.sustain + (1 - voice.sustain) * np.exp(-time / decay_seconds)
    level *= np.minimum(1.0, time / voice.attack_seconds)
    level *= np.exp(-np.maximum(0.0, time - gate_seconds) / voice.release_seconds)
    level *= np.minimum(1.0, (time[-1] - time) / LAST_FADE_SECONDS)
    return level.astype(np.float32)


def _oscillators(voice: Voice, pitch: int, velocity: float, time: NDArray[np.float64]) -> Samples:
    """Left and right channel before the envelope, at unit power."""
    hertz = 440.0 * 2 ** ((pitch - 69) / 12)
    softest, loudest = BRIGHTNESS
    brightness = softest + (loudest - softest) * velocity
    partials = _partials(voice, hertz)
    power = np.sum((partials * brightness ** np.arange(1, len(partials) + 1)) ** 2)
    partials = partials / np.sqrt(power)
    radius = (brightness * np.exp(-voice.damping_per_second * time)).astype(np.float32)
    cycles = hertz * _with_vibrato(voice, time)
    if not voice.chorus_cents:
        side = _sum_partials(partials, radius, cycles)
        return np.stack((side, side), axis=1)
    detuning = 2 ** (voice.chorus_cents / 1200)
    left, right = (
        _sum_partials(partials, radius, cycles * ratio) for ratio in (1 / detuning, detuning)
    )
    return np.stack((left, right), axis=1)


def _partials(voice: Voice, hertz: float) -> NDArray[np.float64]:
    """Level of each harmonic that is low enough to be heard, the fundamental first."""
    count = int(min(MAX_PARTIALS, max(1, HIGHEST_HZ // hertz)))
    number = np.arange(1, count + 1)
    levels = 10 ** (-voice.rolloff_db / 20 * np.log2(number))
    return np.where(number % 2 == 0, voice.even_partials * levels, levels)


def _with_vibrato(voice: Voice, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Time warped by the voice's vibrato: a sine of it is frequency-modulated."""
    if not voice.vibrato_cents:
        return time
    depth = np.log(2) * voice.vibrato_cents / 1200 / (2 * np.pi * VIBRATO_HZ)
    grown = np.minimum(1.0, time / VIBRATO_ONSET_SECONDS)
    return np.asarray(time + depth * grown * np.sin(2 * np.pi * VIBRATO_HZ * time))


def _sum_partials(
    partials: NDArray[np.float64], radius: Curve, cycles: NDArray[np.float64]
) -> Curve:
    """The sum over k of ``partials[k - 1] * radius**k * sin(2 pi k cycles)``.

    It is the imaginary part of a polynomial in z = radius * exp(2 pi i cycles), by Horner's rule:
    one sine and one cosine give all partials, and upper partials, powers of the radius, fade first.
    """
    angle = (2 * np.pi * (cycles % 1.0)).astype(np.float32)
    rotor = np.empty(len(angle), dtype=np.complex64)
    rotor.real, rotor.imag = radius * np.cos(angle), radius * np.sin(angle)
    total = np.full(len(angle), partials[-1], dtype=np.complex64)
    for level in partials[-2::-1].astype(np.float32):
        total *= rotor
        total += level
    total *= rotor
    return total.imag


@cache
def _whole_noise() -> Curve:
    return np.random.default_rng(NOISE_SEED).standard_normal(SAMPLE_RATE).astype(np.float32)


def _noise(frames: int) -> Curve:
    """The same noise each time, a second at most; nothing after it."""
    noise = np.zeros(frames, dtype=np.float32)
    noise[:SAMPLE_RATE] = _whole_noise()[:frames]
    return noise
