"""The backing of a bass line: its meter, the chord changes, and the kick drum."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np

from genomes.context import Context
from genomes.grid import EIGHTH_TICKS, cells
from genomes.notes import NOTE_DTYPE, ChordSpan
from genomes.time import Meter

KICKS = (35, 36)  # General MIDI's two bass drums

# The greatest distance by which a pluck is moved to coincide with a kick.
REACH_TICKS = EIGHTH_TICKS

BarCells = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Backing:
    """A section, bar by bar, on the grid.

    Attributes:
        meter: of all bars.
        energy: 0 (still) to 1 (full).
        changes: for each bar, the cells where another root or bass begins.
        kicks: for each bar, the cells where the approved drums kick.
        has_slash_chords: whether some chord has another bass note than its root.
    """

    meter: Meter
    energy: float
    changes: tuple[BarCells, ...]
    kicks: tuple[BarCells, ...]
    has_slash_chords: bool

    @staticmethod
    def of(context: Context) -> Backing:
        """The section of a context; raises ValueError where it has no chords."""
        harmony = context.harmony
        return Backing(
            context.meter,
            context.section.energy,
            _by_bar(_change_onsets_ticks(harmony), context),
            _by_bar(kick_onsets_ticks(context), context),
            any(span.bass_pitch_class != span.root_pitch_class for span in harmony),
        )

    @property
    def has_drums(self) -> bool:
        """Whether anything kicks."""
        return any(self.kicks)

    @property
    def cells_per_bar(self) -> int:
        """Grid cells in a bar."""
        return len(cells(self.meter))


def _change_onsets_ticks(harmony: Sequence[ChordSpan]) -> list[int]:
    return [harmony[0].onset_ticks] + [
        after.onset_ticks
        for before, after in pairwise(harmony)
        if _root_and_bass(before) != _root_and_bass(after)
    ]


def _root_and_bass(span: ChordSpan) -> tuple[int, int]:
    return span.root_pitch_class, span.bass_pitch_class


def _by_bar(onsets_ticks: Iterable[int], context: Context) -> tuple[BarCells, ...]:
    """The cells that onsets lie in; late ones, as in a swung groove, count for theirs."""
    bar_ticks, count = context.meter.bar_ticks, len(cells(context.meter))
    found: list[dict[int, None]] = [{} for _ in range(context.section.bars)]
    for onset in onsets_ticks:
        bar, within = divmod(onset, bar_ticks)
        found[bar][within * count // bar_ticks] = None
    return tuple(map(tuple, found))


def kick_onsets_ticks(context: Context) -> tuple[int, ...]:
    """Where the approved drums kick, in order; none where there are no drums."""
    drums = context.part("drums")
    return _kicks(drums.notes.tobytes()) if drums else ()


@lru_cache(maxsize=16)
def _kicks(note_bytes: bytes) -> tuple[int, ...]:
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    onsets = notes["onset_ticks"][np.isin(notes["pitch"], KICKS)]
    return tuple(dict.fromkeys(onsets.tolist()))


def moved_to_kicks(
    onsets_ticks: Sequence[int], kicks_ticks: Sequence[int], bar_ticks: int
) -> list[int]:
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
