"""Sound as samples: how long a score lasts, how it ends, how loud it may be."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from engine.errors import Refused
from genomes.time import TempoMap

SAMPLE_RATE = 44_100

# What rings on after the last bar, and the end of it that is faded out.
TAIL_SECONDS = 2.5
FADE_SECONDS = 1.0

# A decibel is left for what lies between the samples.
PEAK = 10 ** (-1 / 20)

MAX_SECONDS = 20 * 60

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Stereo sound.

    Attributes:
        samples: ``(n, 2)`` float32, left and right, within -1 to 1; read-only.
        sample_rate: frames per second.
    """

    samples: Samples
    sample_rate: int = SAMPLE_RATE

    def __post_init__(self) -> None:
        self.samples.flags.writeable = False

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.sample_rate


def frames_of(tempo_map: TempoMap, length_ticks: int) -> int:
    """Frames of a score and its tail.

    Raises:
        Refused: if the score lasts longer than ``MAX_SECONDS``.
    """
    seconds = float(tempo_map.seconds(length_ticks))
    if seconds > MAX_SECONDS:
        raise Refused(f"{seconds / 60:.0f} minutes of sound: expected {MAX_SECONDS // 60} at most")
    return ceil((seconds + TAIL_SECONDS) * SAMPLE_RATE)


def fade_out(samples: Samples) -> None:
    """Bring the end down to nothing, in place."""
    frames = round(FADE_SECONDS * SAMPLE_RATE)
    ramp = np.linspace(0.0, np.pi, frames, dtype=np.float32)
    samples[-frames:] *= ((1 + np.cos(ramp)) / 2)[:, None]


def peak(samples: Samples) -> float:
    """The largest sample either way."""
    return float(max(samples.max(), -samples.min()))
