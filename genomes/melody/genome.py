"""The melody genome: phrases over shared material, and how they are sung."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from msgspec.structs import replace

from genomes.context import MAX_BARS
from genomes.grid import DIVISIONS, cells
from genomes.melody.genes import (
    DISSONANCE_TREATMENTS,
    DYNAMICS,
    HOMES,
    MOST_MELISMAS,
    REGISTERS,
    LockedPitches,
    Material,
    Phrase,
)
from genomes.stage import Genome
from genomes.time import Meter

# A phrase with its material.
Piece = tuple[Phrase, Material]


class MelodyGenome(Genome, frozen=True, omit_defaults=True, cache_hash=True):
    """A melody for one section.

    Attributes:
        meter: as it is written; the meter it was made for.
        materials: what the phrases sing, in the order in which they come up.
        phrases: the form; they fill the section's bars.
        home: degree of the scale that lifts count from, one of ``HOMES``.
        register: where home lies, one of ``REGISTERS``.
        leaning: one of ``DISSONANCE_TREATMENTS``.
        dynamic: velocity of an unaccented note, one of ``DYNAMICS``.
        melismas: notes of a phrase that may be drawn over a syllable besides its own.
        line: locked pitches, used instead of those that the phrases would give; usually none.

    Raises:
        ValueError: if any gene is outside its table or a phrase has no material.
    """

    meter: str
    materials: tuple[Material, ...]
    phrases: tuple[Phrase, ...]
    home: int
    register: str
    leaning: str
    dynamic: int
    melismas: int
    line: tuple[LockedPitches, ...] = ()

    def __post_init__(self) -> None:
        cells_per_bar = {division: _cells_per_bar(self.meter, division) for division in DIVISIONS}
        used = list(dict.fromkeys(phrase.material for phrase in self.phrases))
        different = list(dict.fromkeys(self.materials))
        if not used or used != list(range(len(different))) or len(different) < len(self.materials):
            raise ValueError(f"phrases use {used} of {len(self.materials)} materials")
        if max(self.bars, *(material.bars for material in self.materials)) > MAX_BARS:
            raise ValueError(f"{self.bars} bars: expected at most {MAX_BARS}")
        for material in self.materials:
            if material.division not in DIVISIONS:
                raise ValueError(f"unknown division {material.division!r}")
            material.check(cells_per_bar[material.division])
        if any(phrase.bars > self.materials[phrase.material].bars for phrase in self.phrases):
            raise ValueError("a phrase is longer than its material")
        self._check_manner()
        self._check_line()

    def _check_manner(self) -> None:
        known = (
            self.home in HOMES,
            self.register in REGISTERS,
            self.leaning in DISSONANCE_TREATMENTS,
        )
        if not all(known) or self.dynamic not in DYNAMICS:
            raise ValueError(
                f"{self.home}, {self.register!r}, {self.leaning!r}, {self.dynamic}: not in the "
                "tables"
            )
        if not 0 <= self.melismas <= MOST_MELISMAS:
            raise ValueError(f"{self.melismas} melismas: expected 0 to {MOST_MELISMAS}")

    def _check_line(self) -> None:
        bars = [segment.bar for segment in self.line]
        if bars and (bars[0] != 0 or bars != sorted(set(bars)) or bars[-1] >= self.bars):
            raise ValueError(f"locked pitches begin in bars {bars}")
        if any(not 0 <= pitch <= 127 for segment in self.line for pitch in segment.pitches):
            raise ValueError("locked pitches: expected 0 to 127")
        if bars and not any(segment.pitches for segment in self.line):
            raise ValueError("locked pitches: at least one is needed")

    @property
    def bars(self) -> int:
        """Bars of the section it was made for."""
        return sum(phrase.bars for phrase in self.phrases)

    def pieces(self) -> list[Piece]:
        """Every phrase with its material."""
        return [(phrase, self.materials[phrase.material]) for phrase in self.phrases]


@cache
def _cells_per_bar(meter: str, division: str) -> int:
    read = Meter.parse(meter)
    if str(read) != meter:
        raise ValueError(f"meter {meter!r}: expected {str(read)!r}")
    return len(cells(read, division))


def numbered(pieces: Iterable[Piece]) -> tuple[tuple[Material, ...], tuple[Phrase, ...]]:
    """Materials, each once and in the order in which they come up, and phrases that name them."""
    index_of: dict[Material, int] = {}
    phrases = []
    for phrase, material in pieces:
        index = index_of.setdefault(material, len(index_of))
        phrases.append(phrase if phrase.material == index else replace(phrase, material=index))
    return tuple(index_of), tuple(phrases)


def rebuilt(genome: MelodyGenome, pieces: Iterable[Piece]) -> MelodyGenome:
    """A genome with other phrases; equal material is shared."""
    materials, phrases = numbered(pieces)
    return replace(genome, materials=materials, phrases=phrases)
