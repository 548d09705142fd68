"""The drum genome: bars of strokes, and one swing, dynamic and shape for all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple, Self

import msgspec
from msgspec.structs import replace

from genomes.drums.dynamics import DYNAMICS, SHAPES
from genomes.drums.fills import CRASHES, FILLS, NO_CRASH, NO_FILL, played
from genomes.drums.patterns import REST, Pattern, cell_count, fault, legal
from genomes.stage import Genome, plain_values
from genomes.time import Meter

# How late the off-beats of straight patterns come, in percent of the way to triplets.
SWINGS_PERCENT = (0, 33, 67, 100)


class Bar(msgspec.Struct, frozen=True, cache_hash=True):
    """One bar of a section.

    Attributes:
        pattern: what is struck; bars of a loop share one.
        fill: what ends it, one of ``FILLS`` or empty.
        crash: what is struck on its downbeat besides, one of ``CRASHES`` or empty.
    """

    pattern: Pattern
    fill: str = NO_FILL
    crash: str = NO_CRASH


class _PackedBar(NamedTuple):
    pattern: int
    fill: str
    crash: str


class _Packed(msgspec.Struct):
    """A genome as the log has it: patterns once each, and bars that name them by number."""

    meter: str
    swing_percent: int
    dynamic: int
    shape: str
    patterns: tuple[Pattern, ...]
    bars: tuple[_PackedBar, ...]


class DrumGenome(Genome, frozen=True):
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
    swing_percent: int
    dynamic: int
    shape: str

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

    def with_bars(self, bars: Sequence[Bar]) -> Self:
        """A copy with other bars, or the genome itself where they would all be silent."""
        return replace(self, bars=tuple(bars)) if sounds(bars, self.meter) else self

    def repeated(self, source: int, target: int) -> Bar:
        """What a bar becomes where another's pattern is heard again; fill and crash stay."""
        return replace(self.bars[target], pattern=self.bars[source].pattern)

    def to_payload(self) -> dict[str, Any]:
        """Plain JSON values for the log; ``from_payload`` gives back an equal genome."""
        patterns = self.patterns
        number = {pattern: index for index, pattern in enumerate(patterns)}
        bars = tuple(_PackedBar(number[bar.pattern], bar.fill, bar.crash) for bar in self.bars)
        feel = self.swing_percent, self.dynamic, self.shape
        return plain_values(_Packed(str(self.meter), *feel, patterns, bars))

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload; raises ValueError naming the gene that is wrong."""
        packed = msgspec.convert(payload, _Packed)
        count = len(packed.patterns)
        if not all(0 <= bar.pattern < count for bar in packed.bars):
            raise ValueError(f"bars: expected numbers of {count} patterns")
        bars = tuple(Bar(packed.patterns[each.pattern], *each[1:]) for each in packed.bars)
        feel = packed.swing_percent, packed.dynamic, packed.shape
        return cls(Meter.parse(packed.meter), bars, *feel)


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


def audible_genome(
    meter: Meter, bars: Sequence[Bar], swing_percent: int, dynamic: int, shape: str
) -> DrumGenome:
    """A genome; where all of its bars are silent, the first gets one soft stroke."""
    if not sounds(bars, meter):
        division = bars[0].pattern.division
        stroke = "x".ljust(cell_count(meter, division), REST)
        bars = (Bar(legal(division, {"soft_kick": stroke})), *bars[1:])
    return DrumGenome(meter, tuple(bars), swing_percent, dynamic, shape)
