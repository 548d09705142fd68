"""Naming: the notes of a part in letters, for people."""

from __future__ import annotations

from genomes.keys import PLAIN_NAMES
from genomes.notes import Part


def pitch_name(pitch: int) -> str:
    """A MIDI pitch with its octave, 60 being ``"C4"``."""
    return f"{PLAIN_NAMES[pitch % 12]}{pitch // 12 - 1}"


def names_by_bar(part: Part, bar_ticks: int) -> list[list[str]]:
    """The notes that begin in each bar, in order."""
    bars: list[list[str]] = [[] for _ in range(part.length_ticks // bar_ticks)]
    for onset, _, pitch, _, _ in part.notes.tolist():
        bars[onset // bar_ticks].append(pitch_name(pitch))
    return bars
