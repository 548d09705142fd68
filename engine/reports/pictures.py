"""Pictures, drawn with matplotlib: curves, piano rolls and explanations."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from engine.reports.roll_layout import INKS, Label, shortened, sung_labels
from engine.reports.rolls import any_script, draw_notes, write_labels
from engine.reports.run_report import RunReport
from engine.state.files import write_whole
from fitness.explaining import BAR, Explanation, Subject
from genomes import Context, Part
from genomes.time import MeterMap
from store.events import CurvePoint

DOTS_PER_INCH = 120

NEGATIVE_INK = "#9a9a9a"  # for effects that reduce the match
NOTE_INK = "#333333"
QUIET_INK = "#5a5a5a"

# Opacity of the best cell of a map, and from which share of the values on its text is white.
MAP_SHADE, MAP_DARK = 0.85, 0.7

ROLL_INCHES = 3.0


def draw_curve(path: Path, curve: Sequence[CurvePoint], title: str, colour: str) -> None:
    """Best and median total per generation, as a PNG."""
    figure, axes = _figure(7.0, 3.6)
    generations = [point.generation for point in curve]
    ink = INKS[colour]
    axes.plot(generations, [point.best for point in curve], color=ink, linewidth=2, label="best")
    medians = [point.median for point in curve]
    axes.plot(generations, medians, color=ink, linewidth=1.2, linestyle="--", label="median")
    axes.set_xlabel("generation")
    axes.set_ylabel("total")
    axes.set_title(shortened(title), loc="left", fontsize=11, parse_math=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, loc="lower right")
    _save(figure, path)


def draw_bars(
    path: Path,
    names: Sequence[str],
    values: Sequence[float],
    errors: Sequence[float],
    title: str,
    unit: str,
    ink: str,
) -> None:
    """Named values as bars with their intervals, the last one on top, as a PNG."""
    figure, axes = _figure(8.0, 1.2 + 0.26 * len(names))
    axes.barh(range(len(names)), values, xerr=errors, color=ink, ecolor=QUIET_INK, height=0.7)
    axes.set_yticks(range(len(names)), names)
    axes.axvline(0.0, color=QUIET_INK, linewidth=0.8)
    axes.set_xlabel(unit)
    axes.set_title(shortened(title), loc="left", fontsize=11, parse_math=False)
    axes.grid(axis="x", alpha=0.25)
    _save(figure, path)


def draw_report(path: Path, report: RunReport) -> None:
    """Total against judge, terms, diversity and features outside, per generation, as a PNG."""
    figure = Figure(figsize=(10.0, 6.4), layout="constrained")
    FigureCanvasAgg(figure)
    (totals, terms), (diversity, outside) = figure.subplots(2, 2, sharex=True)
    ink, rows = INKS[report.colour], report.generations
    numbers = [row.generation for row in rows]
    totals.plot(numbers, [row.total for row in rows], color=ink, linewidth=2, label="total")
    judge = {"color": NOTE_INK, "linewidth": 1.6, "linestyle": "--", "label": "judge"}
    totals.plot(numbers, [row.judged for row in rows], **judge)
    if report.fall is not None:
        totals.axvline(report.fall.peak, color=QUIET_INK, linewidth=0.8, linestyle=":")
    for name in rows[0].terms:
        terms.plot(numbers, [row.terms[name] for row in rows], linewidth=1.4, label=name)
    diversity.plot(numbers, [row.diversity for row in rows], color=ink, linewidth=2)
    outside.plot(numbers, [row.outside for row in rows], color=ink, linewidth=2)
    titles = {
        totals: "total and judge of the best",
        terms: "terms of the best",
        diversity: "diversity (Vendi score)",
        outside: "features outside real music's bands",
    }
    for axes, title in titles.items():
        axes.set_title(title, loc="left", fontsize=10)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    for axes in (diversity, outside):
        axes.set_ylim(bottom=0)
        axes.set_xlabel("generation")
    for axes in (totals, terms):
        axes.legend(frameon=False, fontsize=8)
    named = f"{report.title} — {report.stage} for {report.section}"
    figure.suptitle(shortened(named), x=0.01, ha="left", fontsize=11, parse_math=False)
    _save(figure, path)


def draw_part(path: Path, part: Part, context: Context, title: str, colour: str) -> None:
    """A piano roll with the chords' names above the notes and the words under them, as a PNG."""
    bars, bar_ticks = context.section.bars, context.meter.bar_ticks
    figure, axes = _figure(max(6.0, min(14.0, 1.3 * bars)), ROLL_INCHES + 0.9)
    meters = MeterMap.constant(context.meter)
    height = ROLL_INCHES * 0.8
    draw_notes(axes, part, meters, INKS[colour], height_inches=height, key=context.key)
    _bar_axis(axes, bars)
    facts = (str(context.key), f"{bars} bars of {context.meter}", f"{context.tempo_bpm:g} bpm")
    _set_titles(axes, title, (*facts, colour))
    chords = part.harmony or (context.harmony if context.part("chords") else ())
    above = [Label(1 + span.onset_ticks / bar_ticks, span.name) for span in chords]
    write_labels(figure, axes, above, sung_labels(part, bar_ticks))
    _save(figure, path)


def _bar_axis(axes: Axes, bars: int) -> None:
    """Numbers of the bars, as many as have room, and a line before each bar."""
    step = next(step for step in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) if bars / step <= 32)
    axes.set_xlim(1, bars + 1)
    axes.set_xticks(range(1, bars + 1, step))
    axes.set_xticks(range(1, bars + 1), minor=True)
    axes.grid(axis="x", which="both", alpha=0.4)
    axes.set_xlabel("bar")


def _set_titles(axes: Axes, title: str, facts: Sequence[str]) -> None:
    """A title, and a smaller line of facts under it."""
    axes.set_title(shortened(title), loc="left", fontsize=11, pad=20, parse_math=False)
    axes.annotate(" · ".join(facts), (0, 1), (0, 5), "axes fraction", "offset points",
                  fontsize=8.5, color=QUIET_INK)  # fmt: skip


def draw_explanation(path: Path, subject: Subject, found: Explanation, title: str) -> None:
    """An explanation as a PNG: a piano roll with bars shaded by effect, and bars for the others."""
    bars = found.of(BAR)
    others = [effect for effect in found.effects if effect.kind != BAR and not effect.is_all]
    ink = INKS[found.colour]
    height = max(3.4, 1.2 + 0.24 * len(others))
    figure = Figure(figsize=(3.6 + max(5.0, min(12.0, 1.1 * len(bars))), height))
    figure.set_layout_engine("constrained")
    FigureCanvasAgg(figure)
    roll, side = figure.subplots(1, 2, width_ratios=[max(2, min(8, len(bars) / 2)), 2])
    strongest = max((abs(effect.effect) for effect in bars), default=0.0) or 1.0
    for bar, effect in enumerate(bars, start=1):
        opacity = 0.45 * abs(effect.effect) / strongest
        shade = ink if effect.effect > 0 else NEGATIVE_INK
        roll.axvspan(bar, bar + 1, facecolor=shade, alpha=opacity, linewidth=0)
        position = {"xycoords": ("data", "axes fraction"), "ha": "center", "fontsize": 7}
        roll.annotate(f"{effect.effect:+.2f}", (bar + 0.5, 1.01), **position)
    draw_notes(roll, subject.part, subject.bar_map, NOTE_INK, height_inches=height - 1)
    roll.set_xlim(1, len(bars) + 1)
    roll.xaxis.set_major_locator(MaxNLocator(integer=True))
    roll.set_xlabel("bar")
    roll.set_title(shortened(title), loc="left", fontsize=11, pad=16, parse_math=False)
    effects = [effect.effect for effect in others]
    shades = [ink if effect > 0 else NEGATIVE_INK for effect in effects]
    side.barh(range(len(others)), effects, color=shades)
    side.set_yticks(range(len(others)), [effect.name for effect in others], parse_math=False)
    side.axvline(0, color="#444444", linewidth=0.8)
    side.set_xlabel(f"effect on {found.colour}")
    for axes in (roll, side):
        axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


class Tile(NamedTuple):
    """One cell of a map.

    Attributes:
        cell: of each of the three axes the third, 0 the lowest.
        value: of its best; None if it is empty.
        text: what is written into it.
        is_shown: whether it is framed.
    """

    cell: tuple[int, ...]
    value: float | None
    text: str
    is_shown: bool


def draw_map(
    path: Path,
    tiles: Sequence[Tile],
    axes: Sequence[tuple[str, Sequence[str]]],
    title: str,
    colour: str,
) -> None:
    """A map of three axes as a PNG: one heat map for each third of the last axis.

    Args:
        path: of the file.
        tiles: every cell.
        axes: name of each axis, and what its thirds are called, the lowest first.
        title: over the picture.
        colour: name of the colour that the best cells are drawn in.
    """
    (across, columns), (up, rows), (apart, panels) = axes
    figure = Figure(figsize=(4.2 * len(panels) + 0.6, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    values = [tile.value for tile in tiles if tile.value is not None]
    lowest, highest = min(values), max(values)
    shades = LinearSegmentedColormap.from_list("map", ["#ffffff", INKS[colour]])
    for panel, (axes_, name) in enumerate(
        zip(figure.subplots(1, len(panels)), panels, strict=True)
    ):
        axes_.set_title(f"{apart}: {name}", fontsize=10)
        axes_.set_xlim(-0.5, len(columns) - 0.5)
        axes_.set_ylim(-0.5, len(rows) - 0.5)
        axes_.set_xticks(range(len(columns)), columns, fontsize=8)
        axes_.set_yticks(range(len(rows)), rows, fontsize=8, rotation=90, va="center")
        axes_.set_xlabel(across, fontsize=9)
        axes_.set_ylabel(up, fontsize=9)
        axes_.tick_params(length=0)
        for tile in tiles:
            if tile.cell[2] == panel:
                share = _share(tile.value, lowest, highest)
                _draw_tile(axes_, tile, shades(MAP_SHADE * share), is_dark=share > MAP_DARK)
    figure.suptitle(shortened(title), fontsize=11, parse_math=False)
    _save(figure, path)


def _share(value: float | None, lowest: float, highest: float) -> float:
    """How far a value lies from the lowest to the highest, 0 to 1."""
    if value is None:
        return 0.0
    return (value - lowest) / (highest - lowest) if highest > lowest else 1.0


def _draw_tile(axes: Axes, tile: Tile, shade: tuple[float, ...], *, is_dark: bool) -> None:
    x, y = tile.cell[0], tile.cell[1]
    edge, width = ("#000000", 2.5) if tile.is_shown else ("#cccccc", 0.8)
    inset = 0.04
    axes.add_patch(
        Rectangle(
            (x - 0.5 + inset, y - 0.5 + inset), 1 - 2 * inset, 1 - 2 * inset,
            facecolor=shade, edgecolor=edge, linewidth=width,
            hatch="//" if tile.value is None else None,
        )
    )  # fmt: skip
    ink = "#ffffff" if is_dark else "#222222"
    axes.text(x, y, tile.text, ha="center", va="center", fontsize=7.5, color=ink)


def _figure(width_inches: float, height_inches: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width_inches, height_inches), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    write_whole(path, _png(figure))


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with any_script():
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
