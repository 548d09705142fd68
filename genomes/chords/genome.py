"""The chord genome: bars of chord changes, how each bar is played, and how changes are found."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Self

import msgspec
import numpy as np
from msgspec.structs import replace

from genomes.chords.comping import PATTERNS
from genomes.chords.figures import BY_PATTERN, Comping, comping_fault
from genomes.chords.functions import tonic
from genomes.chords.harmony import Chord, extensions, inversions
from genomes.chords.voicing import REGISTERS, SPREADS, Voicing
from genomes.chords.written import REST, function_named
from genomes.keys import SCALES
from genomes.stage import Genome

# Velocity of an unaccented stroke, from very soft to loud.
DYNAMICS = (44, 54, 64, 74, 84)


class Change(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, cache_hash=True
):
    """A chord that begins on a beat group of its bar.

    Attributes:
        group: index of the beat group, 0 the downbeat.
        function: token of a function of the mode, or of a written chord.
        extension: one of ``EXTENSIONS``, ``written`` or ``rest``.
        inversion: which chord tone is in the bass, 0 the root.
        spread: how the chord is laid out, one of ``SPREADS``.
        position: which chord tone the upper voices start from, 0 the root.
    """

    group: int
    function: str
    extension: str
    inversion: int
    spread: str
    position: int

    @classmethod
    def of(cls, group: int, chord: Chord, voicing: Voicing) -> Self:
        """A chord in a voicing."""
        return cls(
            *(group, chord.function, chord.extension, chord.inversion),
            *(voicing.spread, voicing.position),
        )

    @property
    def chord(self) -> Chord:
        """What sounds until the next change."""
        return Chord(self.function, self.extension, self.inversion)

    @property
    def voicing(self) -> Voicing:
        """How it is laid out."""
        return Voicing(self.spread, self.position)

    def with_chord(self, chord: Chord) -> Self:
        """Another chord on the same beat group, laid out in the same way."""
        return self.of(self.group, chord, self.voicing)


class Bar(msgspec.Struct, frozen=True, cache_hash=True):
    """One bar: the changes in it (none holds the last chord) and how it is played.

    Attributes:
        changes: in order of their groups.
        pattern: one of ``PATTERNS``.
    """

    changes: tuple[Change, ...]
    pattern: str = "bars"


@lru_cache(maxsize=2**14)
def _bar_fault(bar: Bar, mode: str, groups_per_bar: int) -> str:
    """What is wrong with a bar of a mode and a number of beat groups; empty if nothing is."""
    groups = [change.group for change in bar.changes]
    if bar.pattern not in PATTERNS:
        return f"unknown pattern {bar.pattern!r}"
    if groups != sorted(set(groups)) or not set(groups) <= set(range(groups_per_bar)):
        return f"changes on groups {groups}"
    return next(filter(None, (_change_fault(change, mode) for change in bar.changes)), "")


def _change_fault(change: Change, mode: str) -> str:
    try:
        function_named(mode, change.function)
    except ValueError:
        return f"{change.chord} is no chord of {mode}"
    if change.extension not in (*extensions(mode, change.function), REST):
        return f"{change.chord} is no chord of {mode}"
    if not 0 <= change.inversion < inversions(change.function, change.extension):
        return f"inversion {change.inversion} of {change.extension}"
    if change.spread not in SPREADS or not 0 <= change.position < 5:
        return f"unknown voicing {change.voicing}"
    return ""


class ChordGenome(Genome, frozen=True, omit_defaults=True, cache_hash=True):
    """A progression for one section.

    Attributes:
        mode: the mode whose functions the chords name.
        groups_per_bar: beat groups of the meter it was made for.
        bars: one entry per bar of the section; the first begins with a chord.
        register: MIDI pitch around which the voices lie, one of ``REGISTERS``.
        dynamic: velocity of an unaccented stroke, one of ``DYNAMICS``.
        comping: how each bar is played where that isn't by its pattern; empty, or one for each bar.

    Raises:
        ValueError: if any gene is outside its table or a bar isn't whole.
    """

    mode: str
    groups_per_bar: int
    bars: tuple[Bar, ...]
    register: int
    dynamic: int
    comping: tuple[Comping, ...] = ()

    def __post_init__(self) -> None:
        if self.mode not in SCALES:
            raise ValueError(f"unknown mode {self.mode!r}")
        if not self.bars or not self.bars[0].changes or self.bars[0].changes[0].group != 0:
            raise ValueError("a progression begins with a chord on the first downbeat")
        if self.register not in REGISTERS or self.dynamic not in DYNAMICS:
            raise ValueError(f"register {self.register}, dynamic {self.dynamic}: not in the tables")
        for index, bar in enumerate(self.bars):
            if fault := _bar_fault(bar, self.mode, self.groups_per_bar):
                raise ValueError(f"bar {index + 1}: {fault}")
        if len(self.comping) not in {0, len(self.bars)}:
            raise ValueError(f"comping of {len(self.comping)} bars, not of {len(self.bars)}")
        for index, how in enumerate(self.comping):
            if fault := comping_fault(how, self.groups_per_bar):
                raise ValueError(f"bar {index + 1}: {fault}")

    def changes(self) -> list[tuple[int, Change]]:
        """All changes in order, each with the index of its bar."""
        return [(index, change) for index, bar in enumerate(self.bars) for change in bar.changes]

    def with_bar(self, index: int, bar: Bar) -> Self:
        """A copy with one bar replaced."""
        return replace(self, bars=(*self.bars[:index], bar, *self.bars[index + 1 :]))

    def with_changes(self, index: int, changes: tuple[Change, ...]) -> Self:
        """A copy with the changes of one bar replaced."""
        return self.with_bar(index, Bar(changes, self.bars[index].pattern))

    def with_bars(self, bars: Sequence[Bar]) -> Self:
        """A copy with other bars; where they have lost their opening chord it is put back."""
        first = bars[0]
        if not first.changes:
            opening: tuple[Change, ...] = (Change.of(0, Chord(tonic(self.mode)), Voicing()),)
            bars = (replace(first, changes=opening), *bars[1:])
        elif first.changes[0].group != 0:
            opening = (replace(first.changes[0], group=0), *first.changes[1:])
            bars = (replace(first, changes=opening), *bars[1:])
        return replace(self, bars=tuple(bars))

    def comping_by_bar(self) -> tuple[Comping, ...]:
        """How each bar is played; what is played by its pattern has no figures."""
        return self.comping or (BY_PATTERN,) * len(self.bars)

    def played(self, comping: Sequence[Comping]) -> Self:
        """A copy with other ways of playing its bars; none at all where no bar has figures."""
        has_figures = any(how.figures for how in comping)
        return replace(self, comping=tuple(comping) if has_figures else ())

    def with_comping(self, index: int, how: Comping) -> Self:
        """A copy with one bar played otherwise."""
        comping = self.comping_by_bar()
        return self.played((*comping[:index], how, *comping[index + 1 :]))

    def repeated(self, source: int, target: int) -> Bar:
        """The bar that replaces the target bar when the source bar is repeated there."""
        del target
        return self.bars[source]


ChangePosition = tuple[int, int]  # index of the bar, index of the change in it


def change_positions(genome: ChordGenome) -> list[ChangePosition]:
    """The position of every change, in order."""
    return [
        (bar, index) for bar, entry in enumerate(genome.bars) for index in range(len(entry.changes))
    ]


def draw_change_position(genome: ChordGenome, rng: np.random.Generator) -> ChangePosition:
    """One position, all equally likely."""
    positions = change_positions(genome)
    return positions[int(rng.integers(len(positions)))]


def change_at(genome: ChordGenome, position: ChangePosition) -> Change:
    """The change at a position."""
    return genome.bars[position[0]].changes[position[1]]


def put_change(genome: ChordGenome, position: ChangePosition, change: Change) -> ChordGenome:
    """A copy with the change at a position replaced."""
    bar, index = position
    changes = genome.bars[bar].changes
    return genome.with_changes(bar, (*changes[:index], change, *changes[index + 1 :]))


def put_chord(genome: ChordGenome, position: ChangePosition, chord: Chord) -> ChordGenome:
    """A copy with the chord at a position replaced, its group and voicing kept."""
    return put_change(genome, position, change_at(genome, position).with_chord(chord))
