"""The harmony genome: bars of textures whose tones find their place around the melody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

from genomes.context import Context
from genomes.harmony.genes import Bar, bar_of, bar_row
from genomes.harmony.ground import cell_onsets
from genomes.harmony.rendering import describe, render
from genomes.harmony.similarity import distances
from genomes.harmony.tables import DYNAMICS
from genomes.notes import Part
from genomes.payloads import rows_of, whole_numbers
from genomes.time import Meter


@dataclass(frozen=True, slots=True)
class HarmonyGenome:
    """A supporting part for one section.

    Attributes:
        meter: the meter it was made for.
        bars: one entry per bar of the section; at least one is not empty.
        dynamic: velocity of an unaccented note, one of ``DYNAMICS``; a soft melody lowers it.

    Raises:
        ValueError: if any gene is outside its table, a tone lies off the grid, or none is left.
    """

    meter: Meter
    bars: tuple[Bar, ...]
    dynamic: int = 52

    def __post_init__(self) -> None:
        if not any(bar.layers for bar in self.bars):
            raise ValueError("a part needs a bar in which something sounds")
        if self.dynamic not in DYNAMICS:
            raise ValueError(f"dynamic {self.dynamic}: expected one of {DYNAMICS}")
        onsets = _places(self.meter)
        for index, bar in enumerate(self.bars):
            for tone in bar.tones():
                if tone.onset_ticks not in onsets or tone.end_ticks not in onsets[tone.onset_ticks]:
                    raise ValueError(f"bar {index + 1}: {tone} is not on the grid of {self.meter}")

    def with_bar(self, index: int, bar: Bar) -> Self:
        """A copy with one bar replaced."""
        return replace(self, bars=(*self.bars[:index], bar, *self.bars[index + 1 :]))

    def render(self, context: Context) -> Part:
        """The part as it is heard; raises ValueError in a context it wasn't made for."""
        return render(self, context)

    def describe(self, context: Context) -> dict[str, Any]:
        """Textures and notes bar by bar, and how it is played."""
        return describe(self, context)

    def distance(self, other: Self) -> float:
        """How different two parts are, 0 to 1; see ``similarity``."""
        return float(distances([self], [other])[0, 0])

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log."""
        return {
            "meter": str(self.meter),
            "dynamic": self.dynamic,
            "bars": [bar_row(bar) for bar in self.bars],
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload.

        Raises:
            ValueError: if the payload is not one.
        """
        try:
            (dynamic,) = whole_numbers(payload["dynamic"])
            bars = tuple(bar_of(row) for row in rows_of(payload["bars"]))
            return cls(Meter.parse(payload["meter"]), bars, dynamic)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a harmony genome: {error!r}") from error


@cache
def _places(meter: Meter) -> dict[int, frozenset[int]]:
    """For every onset of a bar, where a tone from there may end."""
    places = (*cell_onsets(meter), meter.bar_ticks)
    return {onset: frozenset(places[index + 1 :]) for index, onset in enumerate(cell_onsets(meter))}


def sounds(bars: Sequence[Bar]) -> bool:
    """Whether any bar has something to play."""
    return any(bar.layers for bar in bars)
