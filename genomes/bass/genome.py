"""The bass genome: plucks in bars, how the line is played, and how plucks are changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Self

import msgspec
import numpy as np
from msgspec.structs import replace

from genomes.bass.tones import ROOT, TONES
from genomes.stage import Genome

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


class Pluck(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, cache_hash=True
):
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


class BassGenome(Genome, frozen=True):
    """A bass line for one section.

    Attributes:
        cells_per_bar: cells of the meter it was made for; see ``genomes.grid.cells``.
        bars: one entry per bar of the section; at least one of them holds a pluck.
        register: MIDI pitch around which roots lie, one of ``REGISTERS``.
        gate: how short it is played, one of ``GATES``.
        dynamic: velocity of a plain pluck off the beat, one of ``DYNAMICS``.
        kick_lock: whether plucks near a kick of the approved drums move on to it.

    Raises:
        ValueError: if any gene is outside its table or nothing is played.
    """

    cells_per_bar: int
    bars: tuple[Bar, ...]
    register: int
    gate: str
    dynamic: int
    kick_lock: bool

    def __post_init__(self) -> None:
        if not any(self.bars):
            raise ValueError("a bass line has at least one note")
        if self.register not in REGISTERS or self.dynamic not in DYNAMICS:
            raise ValueError(f"register {self.register}, dynamic {self.dynamic}: not in the tables")
        if self.gate not in GATES:
            raise ValueError(f"gate {self.gate!r}: not in the tables")
        # Bars come again and again: each different one is read once.
        for bar in set(self.bars):
            check_bar(bar, self.cells_per_bar)

    def plucks(self) -> list[tuple[int, Pluck]]:
        """All plucks in order, each with the index of its bar."""
        return [(index, pluck) for index, bar in enumerate(self.bars) for pluck in bar]

    def with_bar(self, index: int, bar: Bar) -> Self:
        """A copy with one bar replaced; raises ValueError if nothing is left to play."""
        return replace(self, bars=(*self.bars[:index], bar, *self.bars[index + 1 :]))

    def with_bars(self, bars: Sequence[Bar]) -> Self:
        """A copy with other bars, or the genome itself where nothing of them is played."""
        return replace(self, bars=tuple(bars)) if any(bars) else self

    def repeated(self, source: int, target: int) -> Bar:
        """The bar that replaces the target bar when the source bar is repeated there."""
        del target
        return self.bars[source]


def check_bar(bar: Bar, cells_per_bar: int) -> None:
    """Raises ValueError if a pluck's genes are outside their tables or two share a cell."""
    cells = [pluck.cell for pluck in bar]
    if cells != sorted(set(cells)) or not set(cells) <= set(range(cells_per_bar)):
        raise ValueError(f"plucks on cells {cells} of {cells_per_bar}")
    for pluck in bar:
        in_tables = pluck.tone in TONES and pluck.level in LEVELS and pluck.octave in OCTAVES
        if not in_tables or not 0 <= pluck.length <= cells_per_bar:
            raise ValueError(f"{pluck}: not in the tables")


def rebuilt(genome: BassGenome, bars: Sequence[Bar], spare: int = 0) -> BassGenome:
    """A genome with other bars; a root on the downbeat of the spare one where all are empty."""
    if not any(bars):
        bars = [(Pluck(0, ROOT),) if index == spare else bar for index, bar in enumerate(bars)]
    return replace(genome, bars=tuple(bars))


PluckPosition = tuple[int, int]  # index of the bar, index of the pluck in it


def draw_pluck_position(genome: BassGenome, rng: np.random.Generator) -> PluckPosition:
    """The position of one pluck, all equally likely."""
    positions = [
        (bar, index) for bar, plucks in enumerate(genome.bars) for index in range(len(plucks))
    ]
    return positions[int(rng.integers(len(positions)))]


def pluck_at(genome: BassGenome, position: PluckPosition) -> Pluck:
    """The pluck at a position."""
    return genome.bars[position[0]][position[1]]


def put_pluck(genome: BassGenome, position: PluckPosition, *plucks: Pluck) -> BassGenome:
    """A copy with the pluck at a position replaced by others, or by none."""
    bar, index = position
    old = genome.bars[bar]
    return genome.with_bar(bar, in_order((*old[:index], *plucks, *old[index + 1 :])))


def in_order(plucks: Iterable[Pluck]) -> Bar:
    """A bar of plucks, by their cells."""
    return tuple(sorted(plucks, key=lambda pluck: pluck.cell))


def one_bar_or_all(
    genome: BassGenome, rng: np.random.Generator, change: Callable[[Bar], Bar]
) -> BassGenome:
    """A copy in which one bar that is played, or every one, is changed; none may fall silent."""
    bars = list(genome.bars)
    played = [index for index, bar in enumerate(bars) if bar]
    chosen = played if rng.random() < 0.5 else [played[int(rng.integers(len(played)))]]
    for index in chosen:
        bars[index] = change(bars[index])
    return replace(genome, bars=tuple(bars))
