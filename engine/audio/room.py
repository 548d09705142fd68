"""The room: what comes back of a sound, the same for every track."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from engine.audio.pcm import SAMPLE_RATE, Samples

ROOM_SEED = 524_287
ROOM_SECONDS = 1.3
DECAY_SECONDS = 0.22
DELAY_SECONDS = 0.018
HIGHEST_HZ = 5_000.0
LOWEST_HZ = 180.0

# A power of two: two thirds of each block are new sound, the rest is the room's answer to it.
BLOCK_FRAMES = 2**18


def answer(samples: Samples) -> Samples:
    """What the room gives back of this sound, as long as it and about as loud."""
    frames = len(samples)
    step = BLOCK_FRAMES - len(_impulse_response())
    back = np.zeros((frames + BLOCK_FRAMES, 2), dtype=np.float32)
    spectrum = _spectrum()
    middle = samples.mean(axis=1)
    for start in range(0, frames, step):
        block = np.fft.rfft(middle[start : start + step], BLOCK_FRAMES)
        answered = np.fft.irfft(block[:, None] * spectrum, BLOCK_FRAMES, axis=0)
        back[start : start + BLOCK_FRAMES] += answered.astype(np.float32)
    return back[:frames]


@cache
def _spectrum() -> NDArray[np.complex64]:
    spectrum = np.fft.rfft(_impulse_response(), BLOCK_FRAMES, axis=0)
    return np.asarray(spectrum, dtype=np.complex64)


@cache
def _impulse_response() -> Samples:
    """Noise that falls away, a little different on either side, without rumble and hiss."""
    frames = round(ROOM_SECONDS * SAMPLE_RATE)
    time = np.arange(frames) / SAMPLE_RATE
    noise = np.random.default_rng(ROOM_SEED).standard_normal((frames, 2))
    hertz = np.fft.rfftfreq(frames, 1 / SAMPLE_RATE)
    band = 1 / (1 + (LOWEST_HZ / np.maximum(hertz, 1.0)) ** 2) / (1 + (hertz / HIGHEST_HZ) ** 2)
    filtered = np.fft.irfft(np.fft.rfft(noise, axis=0) * band[:, None], frames, axis=0)
    fall = np.exp(-time / DECAY_SECONDS) * (time > DELAY_SECONDS) * np.linspace(1.0, 0.0, frames)
    response = filtered * fall[:, None]
    return np.asarray(response / np.sqrt((response**2).sum(axis=0)), dtype=np.float32)
