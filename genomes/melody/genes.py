"""The genes of a melody: tones, the material of phrases, phrases, and their tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec

from genomes.grid import STRAIGHT

# Velocity of an unaccented note, from very soft to loud.
DYNAMICS = (56, 66, 76, 86, 96)

# Where the home note of a melody lies in the singer's range: 0 the lowest note, 1 the highest.
REGISTERS: dict[str, float] = {"low": 0.18, "middle": 0.4, "high": 0.62}

# Scale degrees of a melody's home note, which heights count from: tonic, third, fifth.
HOMES = (0, 2, 4)

# Scale steps between a tone and the first of its phrase at most, and between that and home.
FARTHEST_HEIGHT = 9
FARTHEST_LIFT = 5

# Notes of a phrase, at most, that continue a syllable which began on an earlier note.
MOST_MELISMAS = 4


@dataclass(frozen=True, slots=True)
class DissonanceTreatment:
    """Where a melody may have notes that are not of the chord.

    Attributes:
        consonant_weight: notes on cells of at least this metrical weight are chord tones.
        resolves: whether a dissonance is allowed there if it resolves by step to a chord tone.
    """

    consonant_weight: float
    resolves: bool


DISSONANCE_TREATMENTS: dict[str, DissonanceTreatment] = {
    "settled": DissonanceTreatment(0.25, resolves=False),
    "plain": DissonanceTreatment(0.5, resolves=False),
    "passing": DissonanceTreatment(1.0, resolves=False),
    "leaning": DissonanceTreatment(0.5, resolves=True),
    "free": DissonanceTreatment(1.0, resolves=True),
}

# How the second half of a phrase is varied: steps that it is moved by, and a factor on its moves.
TAILS: dict[str, tuple[int, float]] = {
    "plain": (0, 1.0),
    "up": (1, 1.0),
    "down": (-1, 1.0),
    "higher": (2, 1.0),
    "lower": (-2, 1.0),
    "turned": (0, -1.0),
    "level": (0, 0.0),
}

# How a phrase ends: as its material does, held to its end, without its last tone, or with its
# last two tones as one.
ENDINGS = ("plain", "held", "short", "joined")

# Where the last tone of a phrase goes: anywhere in the chord, or to a note of it (0 the root).
CADENCES: dict[str, int | None] = {"free": None, "root": 0, "third": 1, "fifth": 2}

# How the longest tone of a phrase is split: shares of its length, each with its height in steps
# above the tone.
ORNAMENTS: dict[str, tuple[tuple[float, int], ...]] = {
    "none": (),
    "turn": ((0.5, 0), (0.25, 1), (0.25, 0)),
    "lean": ((0.25, 1), (0.75, 0)),
    "fall": ((0.75, 0), (0.25, -1)),
    "again": ((0.5, 0), (0.5, 0)),
}


class Tone(NamedTuple):
    """A note of a phrase, before it gets a pitch.

    Attributes:
        cell: where it begins, in cells of the grid from the first bar line of its phrase.
        length: in cells.
        height: steps of the scale above the first tone of its phrase.
    """

    cell: int
    length: int
    height: int


class Material(msgspec.Struct, frozen=True, cache_hash=True):
    """Rhythm and contour of a phrase; several phrases may share them.

    Attributes:
        tones: in order, the first in the first bar; none overlap.
        bars: how long it is.
        division: of the grid, ``straight`` or ``triplet``.
    """

    tones: tuple[Tone, ...]
    bars: int
    division: str = STRAIGHT

    @property
    def rhythm(self) -> tuple[tuple[int, int], ...]:
        """Cell and length of every tone."""
        return tuple((tone.cell, tone.length) for tone in self.tones)

    @property
    def heights(self) -> tuple[int, ...]:
        """Height of every tone."""
        return tuple(tone.height for tone in self.tones)

    def check(self, cells_per_bar: int) -> None:
        """Raises ValueError if a tone is out of range or overlaps another."""
        if not self.tones or not 0 <= self.tones[0].cell < cells_per_bar:
            raise ValueError("material begins in its first bar")
        end = 0
        for tone in self.tones:
            if tone.cell < end or tone.length < 1 or abs(tone.height) > FARTHEST_HEIGHT:
                raise ValueError(f"{tone}: overlaps, lasts no time or lies too far off")
            end = tone.cell + tone.length
        if self.tones[0].height != 0 or end > self.bars * cells_per_bar:
            raise ValueError("material begins at height 0 and ends within its bars")


class Phrase(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, cache_hash=True
):
    """One phrase of the form: whose material it sings, and how it varies it.

    Attributes:
        material: index of its material.
        bars: how long it is; material that is longer is cut.
        lift: steps of the scale that it begins above home.
        tail: one of ``TAILS``.
        ending: one of ``ENDINGS``.
        cadence: one of ``CADENCES``.
        ornament: one of ``ORNAMENTS``.
    """

    material: int
    bars: int
    lift: int = 0
    tail: str = "plain"
    ending: str = "plain"
    cadence: str = "free"
    ornament: str = "none"

    def __post_init__(self) -> None:
        if self.bars < 1 or self.material < 0 or abs(self.lift) > FARTHEST_LIFT:
            raise ValueError(f"phrase of {self.bars} bars, material {self.material}, {self.lift}")
        known = (self.tail in TAILS, self.ending in ENDINGS, self.cadence in CADENCES)
        if not (all(known) and self.ornament in ORNAMENTS):
            raise ValueError(f"{self}: not in the tables")


class LockedPitches(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, cache_hash=True
):
    """Locked pitches of some bars, in order, for any rhythm.

    Attributes:
        bar: number of the bar that it begins in; it ends where the next begins.
        pitches: MIDI pitches in order; neighbours differ.
    """

    bar: int
    pitches: tuple[int, ...]
