"""What the rules of several stages share: means, beats, chords at a time, tables of limits."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from genomes.context import Context
from genomes.notes import ChordSpan, Part
from genomes.time import Meter

Rule = Callable[[Part, Context], float]
# Upper limits in rising order, each with its worth.
Limits = tuple[tuple[float, float], ...]


def mean(values: Sequence[float], *, of_nothing: float) -> float:
    """The mean of judgements; ``of_nothing`` where there was nothing to judge."""
    return sum(values) / len(values) if values else of_nothing


def within(value: float, low: float, high: float, margin: float) -> float:
    """1 from ``low`` to ``high``, falling outside: a half at ``margin`` beyond either."""
    return 1 / (1 + max(low - value, value - high, 0) / margin)


def up_to(enough: float, rule: Rule) -> Rule:
    """The rule scaled so that ``enough`` of it is 1, and more is no better."""

    def judge(part: Part, context: Context) -> float:
        return min(1.0, rule(part, context) / enough)

    return judge


def by_limit(value: float, limits: Limits, beyond: float) -> float:
    """The score of the first limit that isn't exceeded; ``beyond`` above all of them."""
    return next((score for limit, score in limits if value <= limit), beyond)


def by_size(semitones: int, table: Sequence[float], wider: float) -> float:
    """The score of an interval, from a table whose index is its size; ``wider`` beyond it."""
    return table[semitones] if semitones < len(table) else wider


def jaccard(first: AbstractSet[object], second: AbstractSet[object]) -> float:
    """The Jaccard index: what two sets share, of what either has; 1 where both are empty."""
    either = len(first | second)
    return len(first & second) / either if either else 1.0


def accent(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of a time in a part: 1 on a downbeat, 0 between the beat groups."""
    return _accents(meter).get(onset_ticks % meter.bar_ticks, 0.0)


@cache
def _accents(meter: Meter) -> dict[int, float]:
    return dict(zip(meter.group_onsets_ticks, meter.accents, strict=True))


@cache
def beats(meter: Meter, bars: int) -> tuple[tuple[int, float], ...]:
    """Onset in ticks and accent of every beat group of so many bars."""
    groups = _accents(meter).items()
    return tuple(
        (bar * meter.bar_ticks + onset, weight) for bar in range(bars) for onset, weight in groups
    )


def chord_onsets(harmony: Sequence[ChordSpan]) -> list[int]:
    """Where each chord begins."""
    return [span.onset_ticks for span in harmony]


def chords_at(harmony: Sequence[ChordSpan], onsets_ticks: Iterable[int]) -> list[int]:
    """Index of the chord that sounds at each time; -1 before any."""
    starts = chord_onsets(harmony)
    return [bisect_right(starts, onset) - 1 for onset in onsets_ticks]


def chord_at(harmony: Sequence[ChordSpan], onset_ticks: int) -> ChordSpan:
    """The chord that sounds at a time; the first one before any."""
    return harmony[max(0, bisect_right(chord_onsets(harmony), onset_ticks) - 1)]
