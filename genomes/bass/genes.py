"""The genes of a bass line: plucks, bars of them, and their tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from genomes.bass.tones import TONES

# What a pluck's level adds to the velocity of the line.
LEVELS = {"ghost": -32, "soft": -12, "plain": 0, "accent": 12}
# Share of its time that a pluck sounds.
GATES = {"staccato": 0.35, "short": 0.6, "detached": 0.85, "legato": 1.0}
# Velocity of a plain pluck off the beat, from very soft to loud.
DYNAMICS = (52, 62, 72, 82, 92)
# MIDI pitches around which roots lie.
REGISTERS = (29, 33, 38, 43, 48)
OCTAVES = (-1, 0, 1)

RING = 0  # the length of a pluck that rings until the next one


@dataclass(frozen=True, slots=True)
class Pluck:
    """A note of the line.

    Attributes:
        cell: where in its bar it begins; an index of ``genomes.grid.cells``.
        tone: what it plays of the chord that sounds there, one of ``TONES``.
        octave: -1 to 1 above where the tone lies nearest.
        length: in cells; 0 rings until the next pluck, over bar lines too.
        level: one of ``LEVELS``.
    """

    cell: int
    tone: str
    octave: int = 0
    length: int = RING
    level: str = "plain"


Bar = tuple[Pluck, ...]  # in the order of their cells; an empty bar rests or lets the last one ring


def check_bar(bar: Bar, cells_per_bar: int) -> None:
    """Raises ValueError if a pluck's genes are outside their tables or two share a cell."""
    cells = [pluck.cell for pluck in bar]
    if cells != sorted(set(cells)) or not set(cells) <= set(range(cells_per_bar)):
        raise ValueError(f"plucks on cells {cells} of {cells_per_bar}")
    for pluck in bar:
        in_tables = pluck.tone in TONES and pluck.level in LEVELS and pluck.octave in OCTAVES
        if not in_tables or not 0 <= pluck.length <= cells_per_bar:
            raise ValueError(f"{pluck}: not in the tables")


def pluck_row(pluck: Pluck) -> list[Any]:
    """``[cell, tone, octave, length, level]``."""
    return [pluck.cell, pluck.tone, pluck.octave, pluck.length, pluck.level]


def pluck_of(row: list[Any]) -> Pluck:
    """The pluck that gave this row; raises ValueError or TypeError if it is none."""
    cell, tone, octave, length, level = row
    if not all(type(number) is int for number in (cell, octave, length)):
        raise ValueError(f"cell, octave and length of {row}: expected whole numbers")
    return Pluck(cell, tone, octave, length, level)
