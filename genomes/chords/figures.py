"""Figures: what is struck in each beat of a bar, as the pianos of pop songs do it.

A figure is four steps of a beat, such as ``"a.r."``: bass and chord on the beat, a single note on
the second eighth. Which figure follows which, and which stands a bar after which, was counted;
``python -m tools.comping_model`` makes the table.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from genomes.chords import comping as patterns
from genomes.context import Context
from genomes.genres import groove_of
from genomes.time import TICKS_PER_QUARTER, Meter
from genomes.variation import draw

# What a step strikes: nothing, the bass, all notes, all above the bass, two or one of those.
NONE, BASS, ALL, UPPER, TWO, SINGLE = ".", "b", "a", "c", "d", "r"
STEPS = 4
SILENT = NONE * STEPS

# How long notes sound, in percent of the time to the next stroke of the same hand.
LENGTHS_PERCENT = (25, 50, 75, 100)
# The order in which single notes go through the notes above the bass, and how likely each is:
# where notes of real pianos leap twice in one direction, they mostly rise.
RUN_SHARES = {"up": 0.5, "wave": 0.3, "skip": 0.1, "down": 0.1}
RUNS = tuple(RUN_SHARES)

# What a stroke of a pattern is in a figure.
_LETTERS = {
    patterns.BASS: BASS,
    patterns.ALL: ALL,
    patterns.UPPER: UPPER,
    patterns.TWO: TWO,
    patterns.RUN: SINGLE,
}
# The largest share of the beats of a pattern that are drawn again, and how much less when its
# phrase is repeated.
MOST_VARIED, REPEATED_LESS = 0.5, 0.3

# What the beats of a bar of four count as.
FIRST, MIDDLE, WEAK = "first", "middle", "weak"
PLACES = (FIRST, WEAK, MIDDLE, WEAK)
MIDDLE_ACCENT = 0.5

# Log weight of each stroke at energy 1, and against it at energy 0; the same for the density that
# the genres say, per unit of its logarithm.
STROKE_LOG_WEIGHT = 0.35
# How far a section may lie from that, as a standard deviation of its log weight.
STROKE_DEVIATION = 0.3
# Strokes follow each other at most this fast, per second.
FASTEST_PER_SECOND = 8.0
# A history of two figures counts as much as that of one after it was seen so many times.
TRUSTED_COUNT = 2.0
# How often single notes go on in the order of the bar before.
SAME_RUN_SHARE = 0.8
# How often a bar is played exactly as the one so many bars before; otherwise it is drawn.
RETURN_SHARES = {1: 0.05, 2: 0.15, 4: 0.25}


class Comping(msgspec.Struct, frozen=True, array_like=True, cache_hash=True):
    """How one bar is played.

    Attributes:
        figures: one for each beat group; none at all leaves the bar to its pattern.
        lengths_percent: one of ``LENGTHS_PERCENT`` for each figure.
        run: one of ``RUNS``, the order of single notes.
    """

    figures: tuple[str, ...] = ()
    lengths_percent: tuple[int, ...] = ()
    run: str = "up"


@lru_cache(maxsize=2**14)
def comping_fault(how: Comping, groups: int) -> str:
    """What is wrong with the playing of a bar of so many beat groups; empty if nothing is."""
    letters = {NONE, BASS, ALL, UPPER, TWO, SINGLE}
    known = all(len(each) == STEPS and set(each) <= letters for each in how.figures)
    if not known or len(how.figures) not in {0, groups}:
        return f"figures {how.figures}: expected {groups} of {STEPS} steps"
    if len(how.lengths_percent) != len(how.figures) or how.run not in RUNS:
        return f"lengths {how.lengths_percent}, run {how.run!r}: not in the tables"
    if not set(how.lengths_percent) <= set(LENGTHS_PERCENT):
        return f"lengths {how.lengths_percent}: expected {LENGTHS_PERCENT}"
    return ""


BY_PATTERN = Comping()
_RETURN_CHANCES = (*RETURN_SHARES.values(), 1 - sum(RETURN_SHARES.values()))

# Steps of a beat group by its length in sixteenths, and what each is called in a figure: a figure
# of four steps goes long-short in groups of three.
_SIXTEENTHS: dict[int, tuple[int | None, ...]] = {
    1: (0, None, None, None),
    2: (0, None, 1, None),
    3: (0, 1, 2, None),
    6: (0, 2, 4, 5),
}
SIXTEENTH_TICKS = TICKS_PER_QUARTER // 4


@cache
def step_ticks(group_ticks: int) -> tuple[int | None, ...]:
    """Where each step of a figure falls in a beat group; None where there is no time for it."""
    sixteenths = max(1, group_ticks // SIXTEENTH_TICKS)
    steps = _SIXTEENTHS.get(sixteenths)
    if steps is None:
        return tuple(sixteenths * step // STEPS * SIXTEENTH_TICKS for step in range(STEPS))
    return tuple(None if step is None else step * SIXTEENTH_TICKS for step in steps)


@cache
def strokes(figures: tuple[str, ...], meter: Meter) -> tuple[tuple[int, int, str], ...]:
    """Onset in ticks, beat group and letter of every stroke of a bar, in order."""
    edges = (*meter.group_onsets_ticks, meter.bar_ticks)
    found = []
    for group, figure in enumerate(figures):
        places = step_ticks(edges[group + 1] - edges[group])
        found += [
            (edges[group] + place, group, letter)
            for place, letter in zip(places, figure, strict=True)
            if letter != NONE and place is not None
        ]
    return tuple(found)


@cache
def of_pattern(name: str, meter: Meter) -> Comping:
    """The figures that play a bar as nearly as a pattern of ``PATTERNS`` as four steps can."""
    edges = (*meter.group_onsets_ticks, meter.bar_ticks)
    pattern = patterns.PATTERNS[name]
    figures = [list(SILENT) for _ in meter.group_onsets_ticks]
    for stroke in pattern.strokes(meter):
        group = bisect_right(edges, stroke.onset_ticks) - 1
        places = step_ticks(edges[group + 1] - edges[group])
        within = stroke.onset_ticks - edges[group]
        known = [
            (abs(place - within), step) for step, place in enumerate(places) if place is not None
        ]
        figures[group][min(known)[1]] = _LETTERS[stroke.voices]
    length = min(LENGTHS_PERCENT, key=lambda percent: abs(percent - 100 * pattern.gate))
    return Comping(tuple(map("".join, figures)), (length,) * len(figures), pattern.run)


@cache
def _counts() -> dict[str, dict[str, dict[str, int]]]:
    text = resources.files("genomes.chords").joinpath("data/comping.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    counts: dict[str, dict[str, dict[str, int]]] = loaded["counts"]
    return counts


_Drawn = tuple[tuple[str, ...], NDArray[np.float64]]


def _cumulative(weights: dict[str, float]) -> _Drawn:
    sums = np.cumsum(list(weights.values()))
    return tuple(weights), sums / sums[-1]


def _draw(drawn: _Drawn, rng: np.random.Generator) -> str:
    names, sums = drawn
    return names[min(int(np.searchsorted(sums, rng.random(), side="right")), len(names) - 1)]


@cache
def _figures(place: str, before: str, above: str, log_weight: float, most: int) -> _Drawn:
    """Figures after one and a bar after another, denser ones by ``log_weight`` a stroke."""
    counts = _counts()
    row = counts["after"].get(f"{place} {before}") or _any(place)
    both = counts["above"].get(f"{place} {before} {above}", {})
    seen, seen_together = sum(row.values()), sum(both.values())
    trusted = seen_together / (seen_together + TRUSTED_COUNT)
    weights = {}
    for figure, count in row.items():
        if _strokes(figure) <= most:
            together = both.get(figure, 0) / max(1, seen_together)
            likely = trusted * together + (1 - trusted) * count / seen
            weights[figure] = likely * float(np.exp(log_weight * _strokes(figure)))
    return _cumulative(weights or {SILENT: 1.0})


@cache
def _any(place: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, row in _counts()["after"].items():
        if name.startswith(place):
            for figure, count in row.items():
                found[figure] = found.get(figure, 0) + count
    return found


def _strokes(figure: str) -> int:
    return STEPS - figure.count(NONE)


@cache
def _lengths(before: int) -> _Drawn:
    return _cumulative(dict(_counts()["lengths"][str(before)]))


@cache
def _places(meter: Meter) -> tuple[str, ...]:
    return tuple(
        FIRST if group == 0 else MIDDLE if accent >= MIDDLE_ACCENT else WEAK
        for group, accent in enumerate(meter.accents)
    )


def _density(context: Context) -> tuple[float, int]:
    """Log weight of a stroke, and how many a beat has at most."""
    wanted = 2 * context.section.energy - 1 + float(np.log(groove_of(context.genres).density))
    per_beat = FASTEST_PER_SECOND * 60 / float(context.tempo_bpm)
    return round(STROKE_LOG_WEIGHT * wanted, 1), max(1, min(STEPS, int(per_beat)))


def draw_bar(
    context: Context, before: Comping | None, rng: np.random.Generator, deviation: float = 0.0
) -> Comping:
    """How a bar is played after another one.

    Args:
        context: of the section.
        before: how the bar before it is played; None where that isn't known.
        rng: the source of chance.
        deviation: added to the log weight of every stroke.
    """
    log_weight, most = _density(context)
    density = round(log_weight + deviation, 1), most
    known = before is not None and before.figures
    figure = before.figures[-1] if before and known else SILENT
    length = before.lengths_percent[-1] if before and known else LENGTHS_PERCENT[-1]
    figures, lengths = [], []
    for group, place in enumerate(_places(context.meter)):
        above = before.figures[group] if before and known else ""
        figure = _draw(_figures(place, figure, above, *density), rng)
        length = int(_draw(_lengths(length), rng))
        figures.append(figure)
        lengths.append(length)
    keeps_run = before is not None and known and rng.random() < SAME_RUN_SHARE
    run = before.run if before and keeps_run else draw_run(rng)
    return Comping(tuple(figures), tuple(lengths), run)


def draw_run(rng: np.random.Generator) -> str:
    """One of ``RUNS``."""
    return draw(rng, RUNS, tuple(RUN_SHARES.values()))


def draw_section(context: Context, rng: np.random.Generator) -> tuple[Comping, ...]:
    """How the bars of a section are played, one after the other."""
    drawn: list[Comping] = []
    deviation = STROKE_DEVIATION * float(rng.standard_normal())
    before = draw_bar(context, None, rng, deviation)  # the first bar stands inside the music
    for index in range(context.section.bars):
        lag = draw(rng, (*RETURN_SHARES, 0), _RETURN_CHANCES)
        returns = 0 < lag <= index
        before = drawn[index - lag] if returns else draw_bar(context, before, rng, deviation)
        drawn.append(before)
    return tuple(drawn)


def redraw_beat(
    comping: Sequence[Comping], bar: int, context: Context, rng: np.random.Generator
) -> Comping:
    """A bar with one figure and its length drawn again."""
    return _with_beat_redrawn(
        comping, bar, int(rng.integers(len(comping[bar].figures))), context, rng
    )


def draw_varied(
    phrase: Sequence[Comping], context: Context, rng: np.random.Generator
) -> tuple[Comping, ...]:
    """A section that repeats the bars of a phrase, a drawn share of its beats drawn again."""
    share = MOST_VARIED * rng.random()
    played = _varied(phrase, share, context, rng)
    bars = [played[index % len(played)] for index in range(context.section.bars)]
    return _varied(bars, share * REPEATED_LESS, context, rng)


def _varied(
    comping: Sequence[Comping], share: float, context: Context, rng: np.random.Generator
) -> tuple[Comping, ...]:
    bars = list(comping)
    for index, bar in enumerate(comping):
        for group in np.flatnonzero(rng.random(len(bar.figures)) < share).tolist():
            bars[index] = _with_beat_redrawn(bars, index, group, context, rng)
    return tuple(bars)


def _with_beat_redrawn(
    comping: Sequence[Comping], bar: int, group: int, context: Context, rng: np.random.Generator
) -> Comping:
    own = comping[bar]
    before = comping[bar - 1] if comping[bar - 1].figures else own
    last = own.figures[group - 1] if group else before.figures[-1]
    place = _places(context.meter)[group]
    figure = _draw(_figures(place, last, before.figures[group], *_density(context)), rng)
    length = int(_draw(_lengths(own.lengths_percent[group - 1]), rng))
    return Comping(
        (*own.figures[:group], figure, *own.figures[group + 1 :]),
        (*own.lengths_percent[:group], length, *own.lengths_percent[group + 1 :]),
        own.run,
    )
