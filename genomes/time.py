"""Meters and the tempo map: the only place that converts ticks, beats and seconds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from genomes.keys import UnreadableMusic

TICKS_PER_QUARTER = 480
SIXTEENTH_TICKS = TICKS_PER_QUARTER // 4
MICROSECONDS_PER_MINUTE = 60_000_000

MAX_NUMERATOR = 32
DENOMINATORS = (1, 2, 4, 8, 16, 32)

# Beat groups that a rule would get wrong or leave open, in units of the denominator.
GROUPINGS: dict[tuple[int, int], tuple[int, ...]] = {
    (5, 8): (3, 2),
    (7, 8): (2, 2, 3),
    (8, 8): (3, 3, 2),
    (11, 8): (3, 3, 3, 2),
    (13, 8): (3, 3, 3, 2, 2),
}

# Where the second accent of a bar falls, by the number of its groups (3 groups have none).
SECONDARY_ACCENT_GROUP = {2: 1, 4: 2, 5: 3, 6: 3, 8: 4}


@dataclass(frozen=True, slots=True)
class Meter:
    """A time signature, read as groups of beats.

    Attributes:
        numerator: 1 to 32.
        denominator: 1, 2, 4, 8, 16 or 32.
        unit_ticks: ticks of one unit of the denominator.
        bar_ticks: ticks of one bar; kept, as hardly anything is asked for so often.

    Raises:
        ValueError: if either number is outside those ranges.
    """

    numerator: int
    denominator: int
    unit_ticks: int = field(init=False, repr=False, compare=False)
    bar_ticks: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.numerator <= MAX_NUMERATOR or self.denominator not in DENOMINATORS:
            raise UnreadableMusic(
                f"meter {self.numerator}/{self.denominator}: expected N/D with N from 1 to "
                f"{MAX_NUMERATOR} and D one of {', '.join(map(str, DENOMINATORS))}"
            )
        unit_ticks = 4 * TICKS_PER_QUARTER // self.denominator
        object.__setattr__(self, "unit_ticks", unit_ticks)
        object.__setattr__(self, "bar_ticks", self.numerator * unit_ticks)

    @classmethod
    def parse(cls, text: str) -> Meter:
        """Read ``"7/8"``; raises ValueError for anything else."""
        numerator, slash, denominator = text.partition("/")
        if not (slash and numerator.strip().isdecimal() and denominator.strip().isdecimal()):
            raise UnreadableMusic(f"meter {text!r}: expected N/D, for example 7/8")
        return cls(int(numerator), int(denominator))

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"

    @property
    def bar_quarters(self) -> float:
        """Quarter notes in one bar."""
        return self.bar_ticks / TICKS_PER_QUARTER

    @property
    def groups(self) -> tuple[int, ...]:
        """Sizes of the beat groups, in units of the denominator; they sum to the numerator."""
        fixed = GROUPINGS.get((self.numerator, self.denominator))
        if fixed is not None:
            return fixed
        if self.denominator <= 4:
            return (1,) * self.numerator
        return _grouped_in_threes_and_twos(self.numerator)

    @property
    def group_onsets_ticks(self) -> tuple[int, ...]:
        """Where each beat group begins, in ticks from the bar line."""
        return _group_onsets_ticks(self)

    @property
    def accents(self) -> tuple[float, ...]:
        """Metrical weight of each group: 1 the downbeat, 0.5 the second accent, 0.25 the others."""
        return _accents(len(self.groups))


@cache
def _group_onsets_ticks(meter: Meter) -> tuple[int, ...]:
    onsets, position = [], 0
    for size in meter.groups:
        onsets.append(position)
        position += size * meter.unit_ticks
    return tuple(onsets)


@cache
def _accents(groups: int) -> tuple[float, ...]:
    weights = [0.25] * groups
    weights[0] = 1.0
    secondary = SECONDARY_ACCENT_GROUP.get(groups)
    if secondary is not None:
        weights[secondary] = 0.5
    return tuple(weights)


def _grouped_in_threes_and_twos(units: int) -> tuple[int, ...]:
    """Split a bar of short units into threes, closed by one or two twos where three doesn't fit."""
    threes, rest = divmod(units, 3)
    if rest == 0:
        return (3,) * threes
    if units < 3:
        return (units,)
    if rest == 2:
        return (3,) * threes + (2,)
    return (3,) * (threes - 1) + (2, 2)


COMMON_TIME = Meter(4, 4)


@dataclass(frozen=True)
class MeterMap:
    """Meters over time: bars are counted by the meter that holds, and each change begins one.

    Attributes:
        changes: ``(onset_ticks, meter)`` in order, each another meter than the one before; the
            first is at tick 0.
    """

    changes: tuple[tuple[int, Meter], ...]

    @classmethod
    def constant(cls, meter: Meter) -> MeterMap:
        """One meter throughout."""
        return cls(((0, meter),))

    @classmethod
    def from_changes(cls, changes: Iterable[tuple[int, Meter]]) -> MeterMap:
        """Build a map from unsorted changes; 4/4 until the first, the last of equals wins."""
        by_tick = {0: COMMON_TIME}
        by_tick.update(sorted(changes, key=lambda change: change[0]))
        kept: list[tuple[int, Meter]] = []
        for tick, meter in sorted(by_tick.items()):
            if not kept or kept[-1][1] != meter:
                kept.append((tick, meter))
        return cls(tuple(kept))

    @cached_property
    def _first_bars(self) -> tuple[int, ...]:
        """The number of the bar that each change begins, from 0."""
        lengths = (
            -(-(end - start) // meter.bar_ticks)
            for (start, meter), (end, _) in pairwise(self.changes)
        )
        return tuple(accumulate(lengths, initial=0))

    def _change_at(self, tick: int) -> int:
        return bisect_right(self.changes, tick, key=lambda change: change[0]) - 1

    def meter_at(self, tick: int) -> Meter:
        """The meter that holds at a tick from 0 on."""
        return self.changes[self._change_at(tick)][1]

    def bar_at(self, tick: int) -> int:
        """The number of the bar that a tick from 0 on lies in; the first bar is 1."""
        index = self._change_at(tick)
        start, meter = self.changes[index]
        return self._first_bars[index] + (tick - start) // meter.bar_ticks + 1

    def bar_line(self, bar: int) -> int:
        """The tick at which a bar begins; the first bar is 1."""
        index = bisect_right(self._first_bars, bar - 1) - 1
        start, meter = self.changes[index]
        return start + (bar - 1 - self._first_bars[index]) * meter.bar_ticks

    def bar_position(self, tick: int) -> float:
        """A tick in bars, the first of which begins at 1."""
        bar = self.bar_at(tick)
        return bar + (tick - self.bar_line(bar)) / self.meter_at(tick).bar_ticks

    def last_bar_line(self, last_onset_ticks: int, end_ticks: int, tracks_end_ticks: int) -> int:
        """Where the last bar of music ends.

        A note that rings over the bar line by a sixteenth or less, and by no more than half a bar,
        is not another bar where no note begins in that bar and no track lasts to its end.

        Args:
            last_onset_ticks: where the last note begins.
            end_ticks: where the last note ends, after tick 0.
            tracks_end_ticks: where the longest track of the file ends.
        """
        bar = self.bar_at(end_ticks - 1)
        line, following = self.bar_line(bar), self.bar_line(bar + 1)
        most = min(SIXTEENTH_TICKS, (following - line) // 2)
        is_empty = last_onset_ticks < line and tracks_end_ticks < following
        return line if is_empty and end_ticks - line <= most else following


@dataclass(frozen=True)
class TempoMap:
    """Tempo over time, for one resolution.

    Attributes:
        changes: ``(onset_ticks, microseconds_per_quarter)`` in order; the first is at tick 0.
        ticks_per_quarter: resolution of every tick passed in or out.
    """

    changes: tuple[tuple[int, int], ...]
    ticks_per_quarter: int = TICKS_PER_QUARTER

    @classmethod
    @cache
    def constant(cls, tempo_bpm: float) -> TempoMap:
        """One tempo throughout, in quarter notes per minute."""
        return cls(((0, microseconds_per_quarter(tempo_bpm)),))

    @classmethod
    def from_changes(cls, changes: Iterable[tuple[int, int]], ticks_per_quarter: int) -> TempoMap:
        """Build a map from unsorted changes; 120 bpm until the first, the last of equals wins."""
        by_tick = {0: microseconds_per_quarter(120)}
        by_tick.update(sorted(changes, key=lambda change: change[0]))
        return cls(tuple(sorted(by_tick.items())), ticks_per_quarter)

    @cached_property
    def _segments(self) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        onsets_ticks = np.array([tick for tick, _ in self.changes], dtype=np.int64)
        seconds_per_tick = np.array([us for _, us in self.changes], dtype=np.float64) / (
            1e6 * self.ticks_per_quarter
        )
        lengths_seconds = np.diff(onsets_ticks) * seconds_per_tick[:-1]
        onsets_seconds = np.concatenate(([0.0], np.cumsum(lengths_seconds)))
        return onsets_ticks, onsets_seconds, seconds_per_tick

    def seconds(self, ticks: ArrayLike) -> NDArray[np.float64]:
        """Seconds from the start for each tick; same shape as ``ticks``."""
        onsets_ticks, onsets_seconds, seconds_per_tick = self._segments
        position = np.asarray(ticks, dtype=np.int64)
        segment = np.searchsorted(onsets_ticks, position, side="right") - 1
        offset_ticks = position - onsets_ticks[segment]
        return np.asarray(onsets_seconds[segment] + offset_ticks * seconds_per_tick[segment])

    def ticks(self, seconds: ArrayLike) -> NDArray[np.int64]:
        """The nearest tick to each second from the start on; same shape as ``seconds``."""
        onsets_ticks, onsets_seconds, seconds_per_tick = self._segments
        wanted = np.asarray(seconds, dtype=np.float64)
        segment = np.maximum(0, np.searchsorted(onsets_seconds, wanted, side="right") - 1)
        offset_ticks = (wanted - onsets_seconds[segment]) / seconds_per_tick[segment]
        return np.asarray(np.rint(onsets_ticks[segment] + offset_ticks), dtype=np.int64)


def microseconds_per_quarter(tempo_bpm: float) -> int:
    """The whole number of microseconds that a MIDI file stores for this tempo."""
    return round(MICROSECONDS_PER_MINUTE / tempo_bpm)


def seconds_per_tick(tempo_bpm: float) -> float:
    """How long one tick lasts while the tempo stays."""
    return microseconds_per_quarter(tempo_bpm) / (1e6 * TICKS_PER_QUARTER)


def ticks_to_quarters(ticks: float) -> float:
    """Quarter notes in this many ticks."""
    return ticks / TICKS_PER_QUARTER


def rescale_ticks(ticks: ArrayLike, ticks_per_quarter: int) -> NDArray[np.int64]:
    """Ticks of another resolution as ours, rounded to the nearest."""
    scaled = np.asarray(ticks, dtype=np.float64) * TICKS_PER_QUARTER / ticks_per_quarter
    return np.rint(scaled).astype(np.int64)
