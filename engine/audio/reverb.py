"""Reverb: convolution with the impulse response of one small room, the same for every track."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.audio.samples import SAMPLE_RATE, Samples

NOISE_SEED = 524_287
LENGTH_SECONDS = 1.3
DECAY_SECONDS = 0.22
DELAY_SECONDS = 0.018
HIGHEST_HZ = 5_000.0
LOWEST_HZ = 180.0

# Frames of one fast Fourier transform; about two thirds of them are new sound (overlap-add).
BLOCK_FRAMES = 2**18


def add_reverb(samples: Samples, level: float) -> None:
    """Add to a sound, ``(n, 2)``, its reverberation, in place; at level 1 it is about as loud."""
    frames = len(samples)
    step = BLOCK_FRAMES - len(_impulse_response())
    spectrum = _spectrum()
    # From the end: what a block adds lies in itself and after it, where all is computed already.
    for start in reversed(range(0, frames, step)):
        dry = samples[start : start + step]
        if not dry.any():
            continue
        block = np.fft.rfft(dry.mean(axis=1), BLOCK_FRAMES)
        wet = np.fft.irfft(block[:, None] * spectrum, BLOCK_FRAMES, axis=0)
        heard = samples[start : start + BLOCK_FRAMES]
        heard += np.float32(level) * wet[: len(heard)]


@cache
def _spectrum() -> NDArray[np.complex64]:
    spectrum = np.fft.rfft(_impulse_response(), BLOCK_FRAMES, axis=0)
    return np.asarray(spectrum, dtype=np.complex64)


@cache
def _impulse_response() -> Samples:
    """Exponentially decaying noise, band-passed, uncorrelated between left and right."""
    frames = round(LENGTH_SECONDS * SAMPLE_RATE)
    time = np.arange(frames) / SAMPLE_RATE
    noise = np.random.default_rng(NOISE_SEED).standard_normal((frames, 2))
    hertz = np.fft.rfftfreq(frames, 1 / SAMPLE_RATE)
    band = 1 / (1 + (LOWEST_HZ / np.maximum(hertz, 1.0)) ** 2) / (1 + (hertz / HIGHEST_HZ) ** 2)
    filtered = np.fft.irfft(np.fft.rfft(noise, axis=0) * band[:, None], frames, axis=0)
    decay = np.exp(-time / DECAY_SECONDS) * (time > DELAY_SECONDS) * np.linspace(1.0, 0.0, frames)
    response = filtered * decay[:, None]
    return np.asarray(response / np.sqrt((response**2).sum(axis=0)), dtype=np.float32)
