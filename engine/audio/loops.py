"""Loops: bars that are repeated without a gap, with what sounds on after their end."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audio.samples import SAMPLE_RATE, Samples
from genomes.time import TempoMap


def loop_frames(tempo_map: TempoMap, length_ticks: int) -> int:
    """Frames of bars, without what sounds on after them."""
    return round(float(tempo_map.seconds(length_ticks)) * SAMPLE_RATE)


def folded(samples: Samples, frames: int) -> Samples:
    """The bars as they sound when they have been repeated for a while, ``(frames, channels)``.

    What sounds on after the bars is added to their beginning.

    Args:
        samples: ``(n, channels)``, the bars and what sounds on after them.
        frames: length of the bars.
    """
    return np.asarray(_pieces(samples, frames).sum(axis=0), dtype=np.float32)


def looped(samples: Samples, frames: int, times: int) -> Iterator[Samples]:
    """A recording several times, each begun where the bars of the one before end.

    What still sounds after the bars sounds on under the next time.

    Args:
        samples: ``(n, channels)``, the bars and what sounds on after them.
        frames: length of the bars.
        times: how often, at least once.
    """
    pieces = _pieces(samples, frames)
    for turn in range(times):
        yield pieces[: turn + 1].sum(axis=0)
    for rest in range(1, len(pieces)):
        yield pieces[rest : times + rest].sum(axis=0)


def _pieces(samples: Samples, frames: int) -> NDArray[np.float32]:
    """The samples in pieces of one length, ``(pieces, frames, channels)``; the last is padded."""
    padded = np.pad(samples, [(0, -len(samples) % frames), (0, 0)])
    return padded.reshape(-1, frames, samples.shape[1])
