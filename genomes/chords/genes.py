"""The genes of a progression: changes, bars, and their tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from genomes.chords.harmony import Chord
from genomes.chords.voicing import Voicing

# Velocity of an unaccented stroke, from very soft to loud.
DYNAMICS = (44, 54, 64, 74, 84)


@dataclass(frozen=True, slots=True)
class Change:
    """A chord that begins on a beat group of its bar.

    Attributes:
        group: index of the beat group, 0 the downbeat.
        chord: what sounds until the next change.
        voicing: how it is laid out.
    """

    group: int
    chord: Chord
    voicing: Voicing


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: the changes in it (none holds the last chord) and how it is played.

    Attributes:
        changes: in order of their groups.
        pattern: one of ``PATTERNS``.
    """

    changes: tuple[Change, ...]
    pattern: str = "bars"


def change_row(change: Change) -> list[Any]:
    """``[group, function, extension, inversion, spread, position]``."""
    chord, voicing = change.chord, change.voicing
    return [
        *(change.group, chord.function, chord.extension, chord.inversion),
        *(voicing.spread, voicing.position),
    ]


def change_of(row: list[Any]) -> Change:
    """The change that gave this row; raises ValueError or TypeError if it is none."""
    group, function, extension, inversion, spread, position = row
    if not all(type(number) is int for number in (group, inversion, position)):
        raise ValueError(f"group, inversion and position of {row}: expected whole numbers")
    return Change(group, Chord(function, extension, inversion), Voicing(spread, position))
