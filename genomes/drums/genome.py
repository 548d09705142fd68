"""The drum genome: a bar of strokes after another, and the feel that all of them share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Self

from genomes.context import Context
from genomes.drums.dynamics import DYNAMICS, SHAPES
from genomes.drums.fills import CRASHES, FILLS, NO_CRASH, NO_FILL, played
from genomes.drums.patterns import REST, Pattern, cell_count, fault, legal
from genomes.drums.rendering import describe, render
from genomes.drums.similarity import distances
from genomes.notes import Part
from genomes.payloads import rows_of, whole_numbers
from genomes.time import Meter

# How late the off-beats of straight patterns come, in percent of the way to triplets.
SWINGS_PERCENT = (0, 33, 67, 100)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a section.

    Attributes:
        pattern: what is struck; bars of a loop share one.
        fill: what ends it, one of ``FILLS`` or empty.
        crash: what is struck on its downbeat besides, one of ``CRASHES`` or empty.
    """

    pattern: Pattern
    fill: str = NO_FILL
    crash: str = NO_CRASH


@dataclass(frozen=True, slots=True)
class DrumGenome:
    """The drums of one section.

    Attributes:
        meter: what it was made for.
        bars: one entry per bar of the section; a stroke sounds in at least one of them.
        swing_percent: one of ``SWINGS_PERCENT``; triplet patterns stay as they are.
        dynamic: velocity of a normal stroke, one of ``DYNAMICS``.
        shape: how loudness moves from bar to bar, one of ``SHAPES``.

    Raises:
        ValueError: if any gene is outside its table, a bar isn't whole, or nothing sounds.
    """

    meter: Meter
    bars: tuple[Bar, ...]
    swing_percent: int = 0
    dynamic: int = 70
    shape: str = "breath"

    def __post_init__(self) -> None:
        feel = (self.swing_percent, self.dynamic, self.shape)
        tables = (SWINGS_PERCENT, DYNAMICS, SHAPES)
        if not all(gene in table for gene, table in zip(feel, tables, strict=True)):
            raise ValueError(f"swing, dynamic and shape {feel}: not in the tables")
        for index, bar in enumerate(self.bars):
            wrong = _fault(bar, self.meter)
            if wrong:
                raise ValueError(f"bar {index + 1}: {wrong}")
        if not sounds(self.bars, self.meter):
            raise ValueError("nothing is struck in any bar")

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The different patterns, in the order they are first heard."""
        return tuple(dict.fromkeys(bar.pattern for bar in self.bars))

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices of the patterns, fills and crashes aside, each once."""
        return tuple(dict.fromkeys(voice for each in self.patterns for voice in each.voices))

    def played(self, index: int) -> Pattern:
        """What is struck in a bar, with its fill and its crash."""
        bar = self.bars[index]
        return played(bar.pattern, bar.fill, bar.crash, self.meter)

    def render(self, context: Context) -> Part:
        """The drums as they are played; raises ValueError in a context they weren't made for."""
        return render(self, context)

    def describe(self, context: Context) -> dict[str, Any]:
        """Patterns as drum tablature, the form, and how it is played."""
        return describe(self, context)

    def distance(self, other: Self) -> float:
        """How different two drum parts are, 0 to 1; see ``similarity``."""
        return float(distances([self], [other])[0, 0])

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log."""
        patterns = self.patterns
        return {
            "meter": str(self.meter),
            "swing_percent": self.swing_percent,
            "dynamic": self.dynamic,
            "shape": self.shape,
            "patterns": [[p.division, [list(line) for line in p.lines]] for p in patterns],
            "bars": [[patterns.index(bar.pattern), bar.fill, bar.crash] for bar in self.bars],
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload.

        Raises:
            ValueError: if the payload is not one.
        """
        try:
            patterns = [_pattern_of(row) for row in rows_of(payload["patterns"])]
            bars = tuple(_bar_of(row, patterns) for row in rows_of(payload["bars"]))
            swing_percent, dynamic = whole_numbers(payload["swing_percent"], payload["dynamic"])
            meter = Meter.parse(payload["meter"])
            return cls(meter, bars, swing_percent, dynamic, payload["shape"])
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise ValueError(f"not a drum genome: {error!r}") from error


def _pattern_of(row: Any) -> Pattern:
    division, lines = rows_of(row)
    pairs = [rows_of(line) for line in rows_of(lines)]
    if not all(isinstance(text, str) for text in (division, *(t for pair in pairs for t in pair))):
        raise TypeError(f"{row}: expected names and letters")
    return Pattern(division, tuple((voice, letters) for voice, letters in pairs))


def _bar_of(row: Any, patterns: Sequence[Pattern]) -> Bar:
    number, fill, crash = rows_of(row)
    (index,) = whole_numbers(number)
    if index < 0:
        raise IndexError(f"pattern {index}")
    return Bar(patterns[index], fill, crash)


@cache
def _known(fill: str, crash: str) -> bool:
    return fill in (NO_FILL, *FILLS) and crash in (NO_CRASH, *CRASHES)


def _fault(bar: Bar, meter: Meter) -> str:
    if not _known(bar.fill, bar.crash):
        return f"unknown fill {bar.fill!r} or crash {bar.crash!r}"
    return fault(bar.pattern, meter)


def sounds(bars: Iterable[Bar], meter: Meter) -> bool:
    """Whether some pattern is heard, fills and crashes aside."""
    return any(
        bar.pattern.lines and played(bar.pattern, bar.fill, bar.crash, meter).lines for bar in bars
    )


def whole(
    meter: Meter, bars: Sequence[Bar], swing_percent: int, dynamic: int, shape: str
) -> DrumGenome:
    """A genome of bars that may all be silent; then one soft stroke opens them."""
    if not sounds(bars, meter):
        division = bars[0].pattern.division
        stroke = "x".ljust(cell_count(meter, division), REST)
        bars = (Bar(legal(division, {"soft_kick": stroke})), *bars[1:])
    return DrumGenome(meter, tuple(bars), swing_percent, dynamic, shape)


def rebuilt(genome: DrumGenome, bars: Sequence[Bar]) -> DrumGenome:
    """A genome with other bars, or the same one where they would all be silent."""
    if not sounds(bars, genome.meter):
        return genome
    return replace(genome, bars=tuple(bars))


def with_pattern(genome: DrumGenome, old: Pattern, new: Pattern) -> DrumGenome:
    """A genome in which every bar of one pattern plays another."""
    bars = [replace(bar, pattern=new) if bar.pattern == old else bar for bar in genome.bars]
    return rebuilt(genome, bars)
