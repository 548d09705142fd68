"""Drums: how each note of a General MIDI drum kit sounds, one row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.audio.samples import SAMPLE_RATE, Samples

INAUDIBLE_TIME_CONSTANTS = 7.0
ATTACK_SECONDS = 0.001
NOISE_SEED = 131_071

# Level of the kit relative to other instruments, and of its reverb.
LEVEL = 1.8
REVERB = 0.08


@dataclass(frozen=True, slots=True)
class Drum:
    """A drum of tuned tones and filtered noise.

    Attributes:
        tones_hz: frequencies of its tones, all of one level.
        tone_seconds: time constant of the tones' decay.
        sweep: ratio of the tones' initial frequency to their final one.
        sweep_seconds: time constant of that glide.
        tone: level of the tones.
        noise: level of the noise.
        noise_seconds: time constant of the noise's decay.
        noise_hz: lowest and highest frequency of the noise.
        strokes_seconds: onsets of the strokes; a clap has several.
        level: loudness in the mix.
        pan: -1 (left) to 1 (right).
    """

    tones_hz: tuple[float, ...] = ()
    tone_seconds: float = 0.1
    sweep: float = 1.0
    sweep_seconds: float = 0.03
    tone: float = 1.0
    noise: float = 0.0
    noise_seconds: float = 0.1
    noise_hz: tuple[float, float] = (200.0, 16_000.0)
    strokes_seconds: tuple[float, ...] = (0.0,)
    level: float = 1.0
    pan: float = 0.0


HIGH = (7_000.0, 17_000.0)
METAL = (3_500.0, 17_000.0)
WOOD = (800.0, 6_000.0)

KICK = Drum((52.0,), 0.16, sweep=3.2, noise=0.12, noise_seconds=0.004, level=1.25)
SNARE = Drum((185.0, 330.0), 0.06, 1.25, tone=0.4, noise=0.7, noise_seconds=0.09, level=0.8)
SIDE_STICK = Drum((820.0, 1_720.0), 0.018, noise=0.4, noise_seconds=0.012, noise_hz=WOOD, level=0.6)
CLAP = Drum(
    noise=1.0,
    noise_seconds=0.07,
    noise_hz=(900.0, 5_000.0),
    strokes_seconds=(0.0, 0.011, 0.023),
    level=0.6,
)
CLOSED_HAT = Drum(noise=1.0, noise_seconds=0.025, noise_hz=HIGH, level=0.38, pan=0.2)
PEDAL_HAT = Drum(noise=1.0, noise_seconds=0.04, noise_hz=METAL, level=0.3, pan=0.2)
OPEN_HAT = Drum(noise=1.0, noise_seconds=0.17, noise_hz=HIGH, level=0.36, pan=0.2)
CRASH = Drum(
    (410.0, 1_130.0), 0.3, tone=0.1, noise=1.0, noise_seconds=0.5, noise_hz=METAL, level=0.5
)
RIDE = Drum(
    (620.0, 1_540.0, 3_050.0),
    0.35,
    tone=0.3,
    noise=0.5,
    noise_seconds=0.25,
    noise_hz=HIGH,
    level=0.36,
    pan=-0.25,
)
COWBELL = Drum((545.0, 815.0), 0.09, noise=0.1, noise_seconds=0.01, level=0.45, pan=0.15)
SHAKER = Drum(noise=1.0, noise_seconds=0.035, noise_hz=HIGH, level=0.3, pan=-0.2)
TAMBOURINE = Drum((6_200.0, 8_100.0), 0.08, tone=0.2, noise=0.9, noise_hz=HIGH, level=0.34)
GUIRO = Drum(
    noise=1.0,
    noise_seconds=0.015,
    noise_hz=WOOD,
    strokes_seconds=tuple(i / 60 for i in range(8)),
    level=0.35,
)
WHISTLE = Drum((2_350.0, 2_400.0), 0.12, noise=0.1, level=0.25)

# A percussion instrument that has no row.
GENERIC = Drum((600.0,), 0.06, 1.2, tone=0.7, noise=0.4, noise_seconds=0.03, level=0.45)


def _tom(hertz: float, pan: float) -> Drum:
    return Drum((hertz,), 0.2, 1.6, 0.05, noise=0.1, noise_seconds=0.03, level=0.8, pan=pan)


def _hand_drum(hertz: float, seconds: float, pan: float) -> Drum:
    return Drum(
        (hertz, 1.8 * hertz), seconds, 1.15, noise=0.15, noise_seconds=0.015, level=0.6, pan=pan
    )


def _wood(hertz: float) -> Drum:
    return Drum((hertz, 2.7 * hertz), 0.03, noise=0.1, noise_seconds=0.006, level=0.5)


def _triangle(seconds: float) -> Drum:
    return Drum((4_100.0, 6_650.0, 9_700.0), seconds, level=0.22, pan=0.3)


KIT: dict[int, Drum] = {
    35: KICK,
    36: KICK,
    37: SIDE_STICK,
    38: SNARE,
    39: CLAP,
    40: SNARE,
    41: _tom(82.0, -0.35),
    42: CLOSED_HAT,
    43: _tom(98.0, -0.25),
    44: PEDAL_HAT,
    45: _tom(117.0, -0.1),
    46: OPEN_HAT,
    47: _tom(139.0, 0.05),
    48: _tom(165.0, 0.2),
    49: CRASH,
    50: _tom(196.0, 0.3),
    51: RIDE,
    52: CRASH,
    53: RIDE,
    54: TAMBOURINE,
    55: CRASH,
    56: COWBELL,
    57: CRASH,
    59: RIDE,
    60: _hand_drum(310.0, 0.07, 0.25),
    61: _hand_drum(235.0, 0.09, 0.2),
    62: _hand_drum(330.0, 0.03, -0.15),
    63: _hand_drum(290.0, 0.12, -0.15),
    64: _hand_drum(200.0, 0.15, -0.2),
    65: _hand_drum(420.0, 0.1, 0.3),
    66: _hand_drum(320.0, 0.12, 0.3),
    67: _wood(910.0),
    68: _wood(680.0),
    69: SHAKER,
    70: SHAKER,
    71: WHISTLE,
    72: WHISTLE,
    73: GUIRO,
    74: GUIRO,
    75: _wood(2_450.0),
    76: _wood(1_020.0),
    77: _wood(760.0),
    80: _triangle(0.05),
    81: _triangle(0.6),
    82: SHAKER,
}

# An open hat rings until the next of these.
OPEN_HAT_NOTE = 46
HAT_NOTES = (42, 44, 46)


def drum_of(pitch: int) -> Drum:
    """The drum of a note on the drum channel."""
    return KIT.get(pitch, GENERIC)


def stroke(drum: Drum, velocity: float) -> Samples:
    """One stroke, ``(n, 2)``.

    Args:
        drum: what is struck.
        velocity: 0 (softest) to 1; a harder stroke has more noise, not more loudness.
    """
    longest = max(drum.tone_seconds if drum.tones_hz else 0.0, drum.noise_seconds)
    seconds = drum.strokes_seconds[-1] + INAUDIBLE_TIME_CONSTANTS * longest
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = drum.tone * _tones(drum, time) + drum.noise * (0.5 + 0.5 * velocity) * _noise(
        drum, time
    )
    sound *= np.minimum(1.0, time / ATTACK_SECONDS) * np.linspace(1.0, 0.0, len(time)) ** 0.25
    return np.stack((sound, sound), axis=1).astype(np.float32)


def _tones(drum: Drum, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """The tones, gliding down to their pitch."""
    extra = (drum.sweep - 1) * drum.sweep_seconds * (1 - np.exp(-time / drum.sweep_seconds))
    tones = sum((np.sin(2 * np.pi * hertz * (time + extra)) for hertz in drum.tones_hz), 0 * time)
    return np.asarray(tones * np.exp(-time / drum.tone_seconds) / max(1, len(drum.tones_hz)))


def _noise(drum: Drum, time: NDArray[np.float64]) -> NDArray[np.float64]:
    """Noise between two frequencies, falling after each stroke; its power is 1 before that."""
    noise = np.random.default_rng(NOISE_SEED).standard_normal(len(time))
    hertz = np.fft.rfftfreq(len(time), 1 / SAMPLE_RATE)
    low, high = drum.noise_hz
    band = 1 / (1 + (low / np.maximum(hertz, 1.0)) ** 8) / (1 + (hertz / high) ** 8)
    filtered = np.fft.irfft(np.fft.rfft(noise) * band, len(time))
    since = [time - onset for onset in drum.strokes_seconds]
    falling = [np.where(t >= 0, np.exp(-np.abs(t) / drum.noise_seconds), 0.0) for t in since]
    return np.asarray(filtered / filtered.std() * np.max(falling, axis=0)) / 3
