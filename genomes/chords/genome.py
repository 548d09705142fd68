"""The chord genome: bars of chord changes, their voicings, and how each bar is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from genomes.chords.comping import PATTERNS
from genomes.chords.functions import functions, tonic
from genomes.chords.genes import DYNAMICS, Bar, Change, change_of, change_row
from genomes.chords.harmony import Chord, extensions, max_inversion
from genomes.chords.rendering import describe, render
from genomes.chords.similarity import distances
from genomes.chords.voicing import REGISTERS, SPREADS, Voicing
from genomes.context import Context
from genomes.notes import Part
from genomes.payloads import rows_of


@dataclass(frozen=True, slots=True)
class ChordGenome:
    """A progression for one section.

    Attributes:
        mode: the mode whose functions the chords name.
        groups_per_bar: beat groups of the meter it was made for.
        bars: one entry per bar of the section; the first begins with a chord.
        register: MIDI pitch around which the voices lie, one of ``REGISTERS``.
        dynamic: velocity of an unaccented stroke, one of ``DYNAMICS``.

    Raises:
        ValueError: if any gene is outside its table or a bar isn't whole.
    """

    mode: str
    groups_per_bar: int
    bars: tuple[Bar, ...]
    register: int = 60
    dynamic: int = 64

    def __post_init__(self) -> None:
        if not self.bars or not self.bars[0].changes or self.bars[0].changes[0].group != 0:
            raise ValueError("a progression begins with a chord on the first downbeat")
        if self.register not in REGISTERS or self.dynamic not in DYNAMICS:
            raise ValueError(f"register {self.register}, dynamic {self.dynamic}: not in the tables")
        for index, bar in enumerate(self.bars):
            self._check_bar(index, bar)

    def _check_bar(self, index: int, bar: Bar) -> None:
        groups = [change.group for change in bar.changes]
        if bar.pattern not in PATTERNS:
            raise ValueError(f"bar {index + 1}: unknown pattern {bar.pattern!r}")
        if groups != sorted(set(groups)) or not set(groups) <= set(range(self.groups_per_bar)):
            raise ValueError(f"bar {index + 1}: changes on groups {groups}")
        for change in bar.changes:
            self._check_chord(index, change)

    def _check_chord(self, index: int, change: Change) -> None:
        chord = change.chord
        known = chord.function in functions(self.mode)
        if not known or chord.extension not in extensions(self.mode, chord.function):
            raise ValueError(f"bar {index + 1}: {chord} is no chord of {self.mode}")
        if not 0 <= chord.inversion <= max_inversion(chord.extension):
            raise ValueError(f"bar {index + 1}: inversion {chord.inversion} of {chord.extension}")
        if change.voicing.spread not in SPREADS or not 0 <= change.voicing.position < 5:
            raise ValueError(f"bar {index + 1}: unknown voicing {change.voicing}")

    def changes(self) -> list[tuple[int, Change]]:
        """All changes in order, each with the index of its bar."""
        return [(index, change) for index, bar in enumerate(self.bars) for change in bar.changes]

    def with_bar(self, index: int, bar: Bar) -> Self:
        """A copy with one bar replaced."""
        bars = (*self.bars[:index], bar, *self.bars[index + 1 :])
        return type(self)(self.mode, self.groups_per_bar, bars, self.register, self.dynamic)

    def with_changes(self, index: int, changes: tuple[Change, ...]) -> Self:
        """A copy with the changes of one bar replaced."""
        return self.with_bar(index, Bar(changes, self.bars[index].pattern))

    def render(self, context: Context) -> Part:
        """The progression as it is played; raises ValueError in a context it wasn't made for."""
        return render(self, context)

    def describe(self, context: Context) -> dict[str, Any]:
        """Numerals and names bar by bar, and how it is played."""
        return describe(self, context)

    def distance(self, other: Self) -> float:
        """How different two progressions are, 0 to 1; see ``similarity``."""
        return float(distances([self], [other])[0, 0])

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log."""
        return {
            "mode": self.mode,
            "groups_per_bar": self.groups_per_bar,
            "register": self.register,
            "dynamic": self.dynamic,
            "bars": [
                {"pattern": bar.pattern, "changes": [change_row(c) for c in bar.changes]}
                for bar in self.bars
            ],
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The genome that gave this payload.

        Raises:
            ValueError: if the payload is not one.
        """
        try:
            bars = tuple(
                Bar(tuple(map(change_of, rows_of(bar["changes"]))), bar["pattern"])
                for bar in rows_of(payload["bars"])
            )
            numbers = [payload[name] for name in ("groups_per_bar", "register", "dynamic")]
            if not all(type(number) is int for number in numbers):
                raise TypeError(f"groups_per_bar, register and dynamic: {numbers}")
            groups_per_bar, register, dynamic = numbers
            return cls(payload["mode"], groups_per_bar, bars, register, dynamic)
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a chord genome: {error!r}") from error


def whole(
    mode: str, groups_per_bar: int, bars: tuple[Bar, ...], register: int, dynamic: int
) -> ChordGenome:
    """A genome from bars that may have lost their opening chord, which is then put back."""
    first = bars[0]
    if not first.changes:
        opening: tuple[Change, ...] = (Change(0, Chord(tonic(mode)), Voicing()),)
        bars = (replace(first, changes=opening), *bars[1:])
    elif first.changes[0].group != 0:
        opening = (replace(first.changes[0], group=0), *first.changes[1:])
        bars = (replace(first, changes=opening), *bars[1:])
    return ChordGenome(mode, groups_per_bar, bars, register, dynamic)


def rebuilt(genome: ChordGenome, bars: Sequence[Bar]) -> ChordGenome:
    """A genome with other bars, as ``whole`` makes it."""
    return whole(genome.mode, genome.groups_per_bar, tuple(bars), genome.register, genome.dynamic)
