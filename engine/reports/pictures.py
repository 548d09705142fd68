"""Pictures, drawn with matplotlib: curves, piano rolls and explanations."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from engine.arrangement.assemble import Arrangement
from engine.state.files import write_whole
from fitness.explaining import BAR, Explanation, Subject
from genomes import Context, Part
from genomes.time import MeterMap
from store.events import CurvePoint

DOTS_PER_INCH = 120

# Characters kept at the start and at the end of a long title.
TITLE_CHARS = (40, 30)

# Opacity of the background of a section of full energy.
ENERGY_SHADE = 0.15

# An accent for each colour, dark enough to read on white.
INKS = {
    "Black": "#222222",
    "Red": "#c0392b",
    "Orange": "#d2691e",
    "Yellow": "#b8960c",
    "Green": "#2e7d4f",
    "Blue": "#2b5d9c",
    "Indigo": "#3f3a8c",
    "Violet": "#7d3c98",
    "White": "#8a8f98",
}

NEGATIVE_INK = "#9a9a9a"  # for effects that reduce the match
NOTE_INK = "#333333"


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
    axes.set_title(_shortened(title), loc="left", fontsize=11, parse_math=False)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25)
    axes.legend(frameon=False, loc="lower right")
    _save(figure, path)


def draw_part(path: Path, part: Part, context: Context, title: str, colour: str) -> None:
    """A piano roll with bar lines and the chords' names above it, as a PNG."""
    bars = context.section.bars
    figure, axes = _figure(max(6.0, min(14.0, 1.3 * bars)), 3.4)
    _draw_notes(axes, part, MeterMap.constant(context.meter), INKS[colour])
    for span in part.harmony:
        x = 1 + span.onset_ticks / context.meter.bar_ticks
        axes.annotate(span.name, (x, 1.01), xycoords=("data", "axes fraction"), fontsize=7)
    axes.set_xticks(range(1, bars + 1))
    axes.set_xlim(1, bars + 1)
    axes.set_xlabel("bar")
    axes.set_ylabel("pitch")
    axes.grid(axis="x", alpha=0.4)
    axes.set_title(_shortened(title), loc="left", fontsize=11, pad=16, parse_math=False)
    _save(figure, path)


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
    _draw_notes(roll, subject.part, subject.bar_map, NOTE_INK)
    roll.set_xlim(1, len(bars) + 1)
    roll.xaxis.set_major_locator(MaxNLocator(integer=True))
    roll.set_xlabel("bar")
    roll.set_ylabel("pitch")
    roll.set_title(_shortened(title), loc="left", fontsize=11, pad=16, parse_math=False)
    effects = [effect.effect for effect in others]
    shades = [ink if effect > 0 else NEGATIVE_INK for effect in effects]
    side.barh(range(len(others)), effects, color=shades)
    side.set_yticks(range(len(others)), [effect.name for effect in others], parse_math=False)
    side.axvline(0, color="#444444", linewidth=0.8)
    side.set_xlabel(f"effect on {found.colour}")
    for axes in (roll, side):
        axes.spines[["top", "right"]].set_visible(False)
    _save(figure, path)


def _draw_notes(axes: Axes, part: Part, meters: MeterMap, ink: str) -> None:
    boxes = []
    for onset, duration, pitch, _, _ in part.notes.tolist():
        left, right = meters.bar_position(onset), meters.bar_position(onset + duration)
        boxes.append(Rectangle((left, pitch - 0.42), 0.97 * (right - left), 0.84))
    opacity = [0.35 + 0.65 * velocity / 127 for velocity in part.notes["velocity"].tolist()]
    axes.add_collection(PatchCollection(boxes, facecolor=ink, alpha=opacity, linewidth=0))
    pitches = part.notes["pitch"]
    axes.set_ylim(int(pitches.min()) - 2, int(pitches.max()) + 2)


def _figure(width_inches: float, height_inches: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width_inches, height_inches), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure, axes


def _shortened(title: str) -> str:
    head, tail = TITLE_CHARS
    return title if len(title) <= head + tail else f"{title[:head]}…{title[-tail:]}"


def song_picture(arrangement: Arrangement, colour: str) -> bytes:
    """A whole song, PNG: a piano roll for each track, one under the other, and its sections.

    The more energy a section has, the darker its background.
    """
    count = len(arrangement.tracks)
    figure = Figure(figsize=(14.0, 0.6 + 1.3 * count), layout="constrained")
    FigureCanvasAgg(figure)
    lanes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    bar_ticks = arrangement.meter.bar_ticks
    for axes, track in zip(lanes, arrangement.tracks, strict=True):
        _draw_notes(axes, track.part, MeterMap.constant(arrangement.meter), INKS[colour])
        axes.set_ylabel(track.name)
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
        for section in arrangement.sections:
            start, end = 1 + section.start_ticks / bar_ticks, 1 + section.end_ticks / bar_ticks
            axes.axvline(start, color="#999999", linewidth=0.6)
            shade = ENERGY_SHADE * section.energy
            axes.axvspan(start, end, color=INKS[colour], alpha=shade, linewidth=0)
    for section in arrangement.sections:
        x = 1 + section.start_ticks / bar_ticks
        lanes[0].annotate(section.name, (x, 1.02), xycoords=("data", "axes fraction"), fontsize=8)
    lanes[-1].set_xlim(1, arrangement.bars + 1)
    lanes[-1].set_xlabel("bar")
    lanes[0].set_title(
        _shortened(arrangement.title), loc="left", fontsize=11, pad=18, parse_math=False
    )
    return _png(figure)


def _save(figure: Figure, path: Path) -> None:
    write_whole(path, _png(figure))


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # A title may be in any script; what the font lacks is drawn as boxes.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()
