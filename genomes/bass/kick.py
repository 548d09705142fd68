"""The kick drum, as a bass player hears it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS
from genomes.notes import NOTE_DTYPE

KICKS = (35, 36)  # General MIDI's two bass drums

# How far a pluck moves to meet the kick.
REACH_TICKS = EIGHTH_TICKS


def kick_onsets_ticks(context: Context) -> tuple[int, ...]:
    """Where the approved drums kick, in order; none where there are no drums."""
    drums = context.part("drums")
    return _kicks(drums.notes.tobytes()) if drums else ()


@lru_cache(maxsize=16)
def _kicks(note_bytes: bytes) -> tuple[int, ...]:
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    onsets = notes["onset_ticks"][np.isin(notes["pitch"], KICKS)]
    return tuple(dict.fromkeys(onsets.tolist()))


def met(onsets_ticks: Sequence[int], kicks_ticks: Sequence[int], bar_ticks: int) -> list[int]:
    """Onsets moved on to the kick where one is near, in their bars and in their order.

    Args:
        onsets_ticks: in order.
        kicks_ticks: in order.
        bar_ticks: length of every bar.
    """
    found: list[int] = []
    before = -1
    for index, onset in enumerate(onsets_ticks):
        bar_onset = onset - onset % bar_ticks
        following = onsets_ticks[index + 1] if index + 1 < len(onsets_ticks) else onset + bar_ticks
        first = max(before + 1, bar_onset, onset - REACH_TICKS)
        last = min(following - 1, bar_onset + bar_ticks - 1, onset + REACH_TICKS)
        near = kicks_ticks[bisect_left(kicks_ticks, first) : bisect_right(kicks_ticks, last)]
        before = min((abs(kick - onset), kick) for kick in near)[1] if near else onset
        found.append(before)
    return found
