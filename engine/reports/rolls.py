"""Piano rolls: notes on a scale of note names or drums, with labels that don't collide."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.transforms import ScaledTranslation, blended_transform_factory

from engine.reports.glance import drum_name
from engine.reports.roll_layout import (
    SOFTEST_OPACITY,
    Label,
    drum_places,
    label_rows,
    named_pitches,
)
from genomes import Part
from genomes.grid import SIXTEENTH_TICKS
from genomes.keys import Key, pitch_name
from genomes.time import MeterMap

LABEL_POINTS = 7.5
LINE_HEIGHT = 1.35
POINTS_PER_INCH = 72

# A label stands a little right of the line that it belongs to.
LABEL_INDENT_INCHES = 0.03

# Room between two labels of a row, in pixels.
LABEL_GAP = 4.0


def draw_notes(
    axes: Axes,
    part: Part,
    meters: MeterMap,
    ink: str,
    *,
    height_inches: float,
    key: Key | None = None,
) -> None:
    """Draw the notes of a part over bars from 1, and name the pitches or drums on the axis.

    Args:
        axes: what is drawn on.
        part: the notes.
        meters: of its bars.
        ink: of the loudest note.
        height_inches: of the axes, which decides how many names have room.
        key: spells the names of the pitches.
    """
    rows = part.notes.tolist()
    is_drums = bool(part.notes["is_drum"].any())
    places = drum_places(part) if is_drums else {pitch: pitch for _, _, pitch, _, _ in rows}
    boxes = []
    for onset, duration, pitch, _, _ in rows:
        length = SIXTEENTH_TICKS if is_drums else duration  # a stroke has no length
        left, right = meters.bar_position(onset), meters.bar_position(onset + length)
        boxes.append(Rectangle((left, places[pitch] - 0.4), 0.94 * (right - left), 0.8))
    opacity = [SOFTEST_OPACITY + (1 - SOFTEST_OPACITY) * velocity / 127
               for _, _, _, velocity, _ in rows]  # fmt: skip
    axes.add_collection(PatchCollection(boxes, facecolor=ink, alpha=opacity, linewidth=0))
    low, high = min(places.values()) - 1, max(places.values()) + 1
    axes.set_ylim(low, high)
    if is_drums:
        names = {place: drum_name(note) for note, place in places.items()}
        shown = sorted(names)
    else:
        gap = (high - low) * LABEL_POINTS * LINE_HEIGHT / POINTS_PER_INCH / height_inches
        shown = named_pitches(places, gap)
        names = {pitch: pitch_name(pitch, key) for pitch in shown}
    axes.set_yticks(shown, [names[place] for place in shown], fontsize=LABEL_POINTS)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", alpha=0.2, linewidth=0.6)
    axes.set_axisbelow(True)


def write_labels(
    figure: Figure, axes: Axes, above: Sequence[Label], below: Sequence[Label] = ()
) -> None:
    """Write labels over and under the notes, in as many rows as they need; makes room for them."""
    groups = [[_text(axes, label, weight) for label in labels]
              for labels, weight in ((above, "bold"), (below, "normal"))]  # fmt: skip
    with any_script():
        figure.draw_without_rendering()  # lays the axes out, so that texts can be measured
    row_pixels = LABEL_POINTS * LINE_HEIGHT / POINTS_PER_INCH * figure.dpi
    row = row_pixels / axes.get_window_extent().height
    with any_script():
        placed = [_placed(axes, texts) for texts in groups]
    top, bottom = (row * (max(rows, default=-1) + 1) for rows in placed)
    for text, index in zip(groups[0], placed[0], strict=True):
        text.set_y(1 - row * (index + 1))
    for text, index in zip(groups[1], placed[1], strict=True):
        text.set_y(bottom - row * (index + 1) + row * 0.2)
    low, high = axes.get_ylim()
    scale = (high - low) / max(0.2, 1 - top - bottom)
    axes.set_ylim(low - bottom * scale, high + top * scale)


@contextmanager
def any_script() -> Iterator[None]:
    """Within it, texts may be in any script: what the font lacks is drawn as boxes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        yield


def _text(axes: Axes, label: Label, weight: str) -> Text:
    beside = ScaledTranslation(LABEL_INDENT_INCHES, 0, axes.figure.dpi_scale_trans)
    over = blended_transform_factory(axes.transData, axes.transAxes) + beside
    text = axes.text(label.x, 0.5, label.text, fontsize=LABEL_POINTS, weight=weight,
                     transform=over, va="bottom", parse_math=False)  # fmt: skip
    text.set_in_layout(False)
    return text


def _placed(axes: Axes, texts: Sequence[Text]) -> list[int]:
    """Move texts that leave the axes back in; the row of each."""
    right = axes.get_window_extent().x1
    extents = []
    for text in texts:
        extent = text.get_window_extent()
        beyond = max(0.0, extent.x1 - right)
        if beyond:
            indent = LABEL_INDENT_INCHES * text.figure.dpi
            start, _ = axes.transData.inverted().transform((extent.x0 - beyond - indent, 0))
            text.set_x(start)
        extents.append((extent.x0 - beyond, extent.x1 - beyond + LABEL_GAP))
    order = sorted(range(len(texts)), key=lambda index: extents[index])
    rows = label_rows([extents[index] for index in order])
    found = dict(zip(order, rows, strict=True))
    return [found[index] for index in range(len(texts))]
