"""A bass line as the rules read it: its notes in order, where in the bar, over which chord."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from fitness.sonorities import CACHED_PARTS
from genomes.bass.kick import kick_onsets_ticks
from genomes.context import Context
from genomes.grid import cells
from genomes.keys import Key
from genomes.notes import NOTE_DTYPE, ChordSpan, Part
from genomes.time import Meter


@dataclass(frozen=True, slots=True)
class Line:
    """The notes of a part, one number each.

    Attributes:
        onsets_ticks: in order.
        ends_ticks: where each stops.
        pitches: MIDI.
        weights: metrical weight of the cell that each begins in.
    """

    onsets_ticks: tuple[int, ...]
    ends_ticks: tuple[int, ...]
    pitches: tuple[int, ...]
    weights: tuple[float, ...]

    @staticmethod
    def of(part: Part, meter: Meter) -> Line:
        """The line of a part; every rule of the same part reads one."""
        return _line(part.notes.tobytes(), meter)

    def moves(self) -> list[int]:
        """Semitones from each note to the next, the last one back to the first."""
        closed = (*self.pitches[1:], *self.pitches[:1])
        return [there - here for here, there in zip(self.pitches, closed, strict=True)]


@lru_cache(maxsize=CACHED_PARTS)
def _line(note_bytes: bytes, meter: Meter) -> Line:
    rows = np.frombuffer(note_bytes, dtype=NOTE_DTYPE).tolist()
    weights = _weights(meter)
    bar_ticks = meter.bar_ticks
    return Line(
        tuple(row[0] for row in rows),
        tuple(row[0] + row[1] for row in rows),
        tuple(row[2] for row in rows),
        tuple(weights[row[0] % bar_ticks * len(weights) // bar_ticks] for row in rows),
    )


@cache
def _weights(meter: Meter) -> tuple[float, ...]:
    return tuple(cell.weight for cell in cells(meter))


def weight_at(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of the cell that a time of the part lies in."""
    weights = _weights(meter)
    return weights[onset_ticks % meter.bar_ticks * len(weights) // meter.bar_ticks]


def chord_index(harmony: Sequence[ChordSpan], onset_ticks: int) -> int:
    """Which chord sounds at a time."""
    return bisect_right(harmony, onset_ticks, key=lambda span: span.onset_ticks) - 1


def by_bar(line: Line, meter: Meter, bars: int) -> list[list[int]]:
    """The indices of the notes that begin in each bar."""
    found: list[list[int]] = [[] for _ in range(bars)]
    for index, onset in enumerate(line.onsets_ticks):
        found[onset // meter.bar_ticks].append(index)
    return found


def beats_to_meet(context: Context) -> dict[int, float]:
    """When a bass wants to play, and how much: with the kick, or on the beat groups without one."""
    kicks = kick_onsets_ticks(context)
    if kicks:
        return dict.fromkeys(kicks, 1.0)
    meter = context.meter
    return {
        bar * meter.bar_ticks + onset: accent
        for bar in range(context.section.bars)
        for onset, accent in zip(meter.group_onsets_ticks, meter.accents, strict=True)
    }


@cache
def standing(
    pitch_class: int, root: int, bass: int, pitch_classes: tuple[int, ...], key: Key
) -> str:
    """What a note is over a chord: a name of ``GROUND_WORTH`` and ``SOUND_WORTH``."""
    if pitch_class in {root, bass}:
        return "foot"
    if pitch_class in pitch_classes:
        return "fifth" if (pitch_class - root) % 12 == 7 else "chord tone"
    if pitch_class == key.tonic_pitch_class:
        return "pedal"
    return "in key" if pitch_class in key.scale_pitch_classes else "outside"


def over(pitch: int, span: ChordSpan, key: Key) -> str:
    """What a pitch is over a chord; see ``standing``."""
    root, bass = span.root_pitch_class, span.bass_pitch_class
    return standing(pitch % 12, root, bass, span.pitch_classes, key)
