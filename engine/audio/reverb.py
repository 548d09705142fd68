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


def reverb(samples: Samples) -> Samples:
    """The reverberation alone, ``(n, 2)``, as long as the sound and about as loud."""
    frames = len(samples)
    step = BLOCK_FRAMES - len(_impulse_response())
    wet = np.zeros((frames + BLOCK_FRAMES, 2), dtype=np.float32)
    spectrum = _spectrum()
    mono = (samples[:, 0] + samples[:, 1]) / 2
    for start in range(0, frames, step):
        if not mono[start : start + step].any():
            continue
        block = np.fft.rfft(mono[start : start + step], BLOCK_FRAMES)
        convolved = np.fft.irfft(block[:, None] * spectrum, BLOCK_FRAMES, axis=0)
        wet[start : start + BLOCK_FRAMES] += convolved.astype(np.float32)
    return wet[:frames]


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
