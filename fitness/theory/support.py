"""A supporting part as the harmony rules read it: its strikes beside what the melody sings."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from genomes.context import Context
from genomes.harmony.ground import top_notes
from genomes.notes import NOTE_DTYPE, Part

Sung = tuple[int, int, int]  # onset and end in ticks, pitch

KEPT_READINGS = 128


@dataclass(frozen=True, slots=True, eq=False)
class Support:
    """What rules ask of a supporting part.

    Attributes:
        notes: onset and end in ticks and pitch, in order.
        strikes: for each onset in order, the pitches struck then, lowest first.
        melody: the melody's notes in order; empty where there is none.
    """

    notes: tuple[Sung, ...]
    strikes: tuple[tuple[int, tuple[int, ...]], ...]
    melody: tuple[Sung, ...]

    @staticmethod
    def of(part: Part, context: Context) -> Support:
        """Read a part in its context."""
        melody = context.part("melody")
        return _of(part.notes.tobytes(), b"" if melody is None else melody.notes.tobytes())

    def sung_at(self, ticks: int) -> int | None:
        """The melody's pitch while a note sounds, or None in its rests."""
        index = self._last(ticks)
        sounds = index >= 0 and ticks < self.melody[index][1]
        return self.melody[index][2] if sounds else None

    def sung_until(self, ticks: int) -> int | None:
        """The melody's pitch, or in a rest the last one it had; None before it begins."""
        index = self._last(ticks)
        return self.melody[index][2] if index >= 0 else None

    def _last(self, ticks: int) -> int:
        return bisect_right(self.melody, ticks, key=_onset) - 1


def _onset(note: Sung) -> int:
    return note[0]


@lru_cache(maxsize=KEPT_READINGS)
def _of(note_bytes: bytes, melody_bytes: bytes) -> Support:
    notes = _rows(note_bytes)
    struck: dict[int, list[int]] = {}
    for onset, _, pitch in notes:
        struck.setdefault(onset, []).append(pitch)
    strikes = tuple((onset, tuple(pitches)) for onset, pitches in struck.items())
    return Support(notes, strikes, _melody(melody_bytes))


@lru_cache(maxsize=16)
def _melody(note_bytes: bytes) -> tuple[Sung, ...]:
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    return top_notes(Part(notes, 0))


def _rows(note_bytes: bytes) -> tuple[Sung, ...]:
    notes = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    pitched = notes[~notes["is_drum"]].tolist()
    return tuple((onset, onset + duration, pitch) for onset, duration, pitch, *_ in pitched)
