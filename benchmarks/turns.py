"""Works that take turns in one process, and how one did beside another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

Ways = dict[str, Callable[[], object]]


@dataclass(frozen=True)
class Turn:
    """What a call took.

    Attributes:
        seconds: by the clock.
        processor_seconds: of all threads together.
    """

    seconds: float
    processor_seconds: float


Turns = dict[str, list[Turn]]


def take_turns(ways: Ways, rounds: int, in_a_row: Mapping[str, int] | None = None) -> Turns:
    """What a call of each way took, round by round; the first round warms up and is dropped.

    Args:
        ways: called in this order.
        rounds: that count.
        in_a_row: how often a quick one is called in its turn, so that it isn't always the one to
            find the processor's caches full of another's work; once unless told otherwise.
    """
    times = in_a_row or {}
    taken: Turns = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            calls = times.get(name, 1)
            begun, processor_begun = perf_counter(), process_time()
            for _ in range(calls):
                way()
            seconds, busy = perf_counter() - begun, process_time() - processor_begun
            taken[name].append(Turn(seconds / calls, busy / calls))
    return {name: turns[1:] for name, turns in taken.items()}


@dataclass(frozen=True)
class Compared:
    """One figure beside a yardstick's.

    Attributes:
        what: is measured.
        beside: the yardstick.
        unit: of both figures.
        ours: the median figure.
        theirs: the yardstick's.
        ratio: ours to theirs, the median over the rounds (or songs); more is better, but for what
            is counted.
        lowest: ratio.
        highest: ratio.
        processor: the ratio in processor time; None where it says nothing.
        wanted: the ratio that is aimed at, in words; empty for none.
    """

    what: str
    beside: str
    unit: str
    ours: float
    theirs: float
    ratio: float
    lowest: float
    highest: float
    processor: float | None = None
    wanted: str = ""


def compared(
    names: tuple[str, str],
    unit: str,
    turns: tuple[Sequence[Turn], Sequence[Turn]],
    amounts: tuple[float, float],
    wanted: str = "",
) -> Compared:
    """Rates of two works that took turns: amounts a second.

    Args:
        names: what is measured, and its yardstick.
        unit: of the rates.
        turns: of ours and of the yardstick, as many.
        amounts: what one turn of each got done.
        wanted: the ratio that is aimed at.
    """
    both = list(zip(*turns, strict=True))
    share = amounts[0] / amounts[1]
    ratios = [share * theirs.seconds / ours.seconds for ours, theirs in both]
    busy = [share * theirs.processor_seconds / ours.processor_seconds for ours, theirs in both]
    rates = [
        amount / median(turn.seconds for turn in taken)
        for amount, taken in zip(amounts, turns, strict=True)
    ]
    spread = (median(ratios), min(ratios), max(ratios))
    return Compared(*names, unit, *rates, *spread, median(busy), wanted)


def table(rows: Sequence[Compared]) -> str:
    """The rows for people."""
    heading = f"{'':48}{'ours':>11}  {'beside':44}{'':>11} {'':14}{'ratio':>6} {'spread':>14}"
    return "\n".join([f"{heading}{'processor':>11}", *(_line(row) for row in rows)])


def shown(value: float) -> str:
    """A figure with three digits at least."""
    return f"{value:,.3g}" if value < 100 else f"{value:,.0f}"


def _line(row: Compared) -> str:
    ours, theirs = shown(row.ours), shown(row.theirs)
    spread = f"{row.lowest:.2f} to {row.highest:.2f}"
    busy = "" if row.processor is None else f"{row.processor:.2f}"
    return (
        f"{row.what:48}{ours:>11}  {row.beside:44}{theirs:>11} {row.unit:14}{row.ratio:6.2f} "
        f"{spread:>14}{busy:>11}  {row.wanted}"
    ).rstrip()
