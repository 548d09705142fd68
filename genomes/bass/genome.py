"""The bass genome: bars of plucks, and how the whole line is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from genomes.bass.genes import (
    DYNAMICS,
    GATES,
    REGISTERS,
    Bar,
    Pluck,
    check_bar,
    pluck_of,
    pluck_row,
)
from genomes.bass.rendering import describe, render
from genomes.bass.similarity import distances
from genomes.bass.tones import ROOT
from genomes.context import Context
from genomes.notes import Part
from genomes.payloads import rows_of, whole_numbers


@dataclass(frozen=True, slots=True)
class BassGenome:
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
    register: int = 33
    gate: str = "legato"
    dynamic: int = 72
    kick_lock: bool = False

    def __post_init__(self) -> None:
        if not any(self.bars):
            raise ValueError("a bass line has at least one note")
        if self.register not in REGISTERS or self.dynamic not in DYNAMICS:
            raise ValueError(f"register {self.register}, dynamic {self.dynamic}: not in the tables")
        if self.gate not in GATES or not isinstance(self.kick_lock, bool):
            raise ValueError(f"gate {self.gate!r}, kick_lock {self.kick_lock!r}: not in the tables")
        # Bars come again and again: each different one is read once.
        for bar in set(self.bars):
            check_bar(bar, self.cells_per_bar)

    def plucks(self) -> list[tuple[int, Pluck]]:
        """All plucks in order, each with the index of its bar."""
        return [(index, pluck) for index, bar in enumerate(self.bars) for pluck in bar]

    def with_bar(self, index: int, bar: Bar) -> Self:
        """A copy with one bar replaced; raises ValueError if nothing is left to play."""
        return replace(self, bars=(*self.bars[:index], bar, *self.bars[index + 1 :]))

    def render(self, context: Context) -> Part:
        """The line as it is played; raises ValueError in a context it wasn't made for."""
        return render(self, context)

    def describe(self, context: Context) -> dict[str, Any]:
        """Notes and tones bar by bar, and how they are played."""
        return describe(self, context)

    def distance(self, other: Self) -> float:
        """How different two lines are, 0 to 1; see ``similarity``."""
        return float(distances([self], [other])[0, 0])

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log."""
        return {
            "cells_per_bar": self.cells_per_bar,
            "register": self.register,
            "gate": self.gate,
            "dynamic": self.dynamic,
            "kick_lock": self.kick_lock,
            "bars": [[pluck_row(pluck) for pluck in bar] for bar in self.bars],
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload.

        Raises:
            ValueError: if the payload is not one.
        """
        try:
            bars = tuple(
                tuple(pluck_of(rows_of(row)) for row in rows_of(bar))
                for bar in rows_of(payload["bars"])
            )
            names = ("cells_per_bar", "register", "dynamic")
            cells_per_bar, register, dynamic = whole_numbers(*(payload[name] for name in names))
            gate, kick_lock = payload["gate"], payload["kick_lock"]
            return cls(cells_per_bar, bars, register, gate, dynamic, kick_lock)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a bass genome: {error!r}") from error


def rebuilt(genome: BassGenome, bars: Sequence[Bar], spare: int = 0) -> BassGenome:
    """A genome with other bars; a root on the downbeat of the spare one where all are empty."""
    if not any(bars):
        bars = [(Pluck(0, ROOT),) if index == spare else bar for index, bar in enumerate(bars)]
    return replace(genome, bars=tuple(bars))
