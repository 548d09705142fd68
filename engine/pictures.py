"""Pictures: what people look at. Drawn with matplotlib, loaded when the first one is drawn."""

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
from engine.files import write_whole
from genomes import Context, Part
from store.events import CurvePoint

DOTS_PER_INCH = 120

# What of a long title stands over a picture: its head and its tail.
TITLE_CHARS = (40, 30)

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
    _draw_notes(axes, part, context.meter.bar_ticks, INKS[colour])
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


def _draw_notes(axes: Axes, part: Part, bar_ticks: int, ink: str) -> None:
    boxes = [
        Rectangle((1 + onset / bar_ticks, pitch - 0.42), 0.97 * duration / bar_ticks, 0.84)
        for onset, duration, pitch, _, _ in part.notes.tolist()
    ]
    strength = [0.35 + 0.65 * velocity / 127 for velocity in part.notes["velocity"].tolist()]
    axes.add_collection(PatchCollection(boxes, facecolor=ink, alpha=strength, linewidth=0))
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
    """A whole song, PNG: a piano roll for each track, one under the other, and its sections."""
    count = len(arrangement.tracks)
    figure = Figure(figsize=(14.0, 0.6 + 1.3 * count), layout="constrained")
    FigureCanvasAgg(figure)
    lanes = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    bar_ticks = arrangement.meter.bar_ticks
    for axes, track in zip(lanes, arrangement.tracks, strict=True):
        _draw_notes(axes, track.part, bar_ticks, INKS[colour])
        axes.set_ylabel(track.name)
        axes.set_yticks([])
        axes.spines[["top", "right", "left"]].set_visible(False)
        for section in arrangement.sections:
            axes.axvline(1 + section.start_ticks / bar_ticks, color="#999999", linewidth=0.6)
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
