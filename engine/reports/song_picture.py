"""A whole song as one picture: its form, and under it a piano roll for each track.

Drawn with Pillow: matplotlib takes seconds to load and to lay out as many names. A picture is
laid out as boxes and texts first, then painted.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from engine.arrangement.assemble import Arrangement
from engine.reports.glance import drum_name
from engine.reports.roll_layout import (
    INKS,
    SOFTEST_OPACITY,
    drum_places,
    label_rows,
    named_pitches,
    shortened,
)
from genomes.grid import SIXTEENTH_TICKS
from genomes.keys import pitch_name
from genomes.midi import Track

DOTS_PER_INCH, POINTS_PER_INCH = 120, 72
WIDTH_PX = 14 * DOTS_PER_INCH
MARGIN_PX = 16
GAP_PX = 10  # between two lanes
NAME_GAP_PX = 6  # between a name of the axis and the notes
LANE_PX, FORM_PX = 132, 54
LINE_HEIGHT = 1.35  # of a text, in its size

# Sizes of texts in points.
TITLE_POINTS, FACTS_POINTS, LABEL_POINTS, LANE_POINTS, BAR_POINTS = 11.0, 8.5, 7.5, 9.0, 9.0

# Opacity of the background of a section of full energy.
ENERGY_SHADE = 0.15
DARK, QUIET = (0x22, 0x22, 0x22, 255), (0x5A, 0x5A, 0x5A, 255)
SECTION_LINE, BAR_LINE, ROW_LINE = (0, 0, 0, 100), (0, 0, 0, 34), (0, 0, 0, 22)
PLAIN, BOLD = "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"

MOST_NUMBERED_BARS = 32
NOTE_SHARE, ROW_SHARE = 0.94, 0.8  # of its time and of its row that a note fills

Ink = tuple[int, int, int, int]  # red, green, blue and opacity, 0 to 255
Edges = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text.

    Attributes:
        left: of its box, in pixels.
        top: of its box.
        text: the line.
        points: its size.
        font: name of its file.
        ink: its colour.
    """

    left: float
    top: float
    text: str
    points: float
    font: str = PLAIN
    ink: Ink = DARK

    @property
    def box(self) -> Edges:
        """Where it is written."""
        return _box(self)


@dataclass(slots=True)
class Drawing:
    """A picture before it is painted: boxes in order, then texts."""

    width: int
    height: int = 0
    boxes: list[tuple[Edges, Ink]] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def png(self) -> bytes:
        """The painted picture."""
        image = Image.new("RGB", (self.width, self.height), "white")
        draw = ImageDraw.Draw(image, "RGBA")
        for (left, top, right, bottom), ink in self.boxes:
            corner = (max(left, right - 1), max(top, bottom - 1))
            draw.rectangle(((left, top), corner), fill=ink)
        for each in self.texts:
            draw.text((each.left, each.top), each.text, each.ink, _font(each.font, each.points))
        buffer = io.BytesIO()
        image.save(buffer, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
        return buffer.getvalue()


@cache
def _font(name: str, points: float) -> ImageFont.FreeTypeFont:
    """A font that comes with matplotlib, which isn't loaded for it."""
    package = find_spec("matplotlib")
    assert package is not None  # noqa: S101 - a dependency
    assert package.origin is not None  # noqa: S101 - a package has one
    path = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf" / name
    return ImageFont.truetype(path, points * DOTS_PER_INCH / POINTS_PER_INCH)


def _box(text: Text) -> Edges:
    left, top, right, bottom = _font(text.font, text.points).getbbox(text.text)
    return text.left + left, text.top + top, text.left + right, text.top + bottom


def _width_px(text: str, points: float, font: str = PLAIN) -> float:
    return float(_font(font, points).getlength(text))


def _line_px(points: float) -> float:
    return points * LINE_HEIGHT * DOTS_PER_INCH / POINTS_PER_INCH


def song_picture(arrangement: Arrangement, colour: str) -> bytes:
    """A whole song, PNG: its form, and under it a piano roll for each track.

    The more energy a section has, the darker its background.
    """
    return song_drawing(arrangement, colour).png()


def song_drawing(arrangement: Arrangement, colour: str) -> Drawing:
    """The drawing of ``song_picture``."""
    drawing = Drawing(WIDTH_PX)
    sheet = _Sheet(drawing, arrangement, _rgb(INKS[colour]))
    top = sheet.titles(colour)
    top = sheet.form(top) + GAP_PX
    for track in arrangement.tracks:
        top = sheet.lane(track, top) + GAP_PX
    drawing.height = round(sheet.bar_numbers(top - GAP_PX) + MARGIN_PX)
    return drawing


def _rgb(ink: str) -> tuple[int, int, int]:
    return int(ink[1:3], 16), int(ink[3:5], 16), int(ink[5:7], 16)


class _Sheet:
    """Adds what a song's picture is made of to a drawing; each returns where it ends."""

    def __init__(
        self, drawing: Drawing, arrangement: Arrangement, ink: tuple[int, int, int]
    ) -> None:
        self.drawing, self.arrangement, self.ink = drawing, arrangement, ink
        self.axes = [_axis(track, arrangement) for track in arrangement.tracks]
        names = [name for axis in self.axes for name in axis.names.values()]
        widest = max((_width_px(name, LABEL_POINTS) for name in names), default=0.0)
        titles = [track.name for track in arrangement.tracks]
        lane = max((_width_px(name, LANE_POINTS) for name in titles), default=0.0)
        self.left = MARGIN_PX + lane + 2 * NAME_GAP_PX + widest
        self.right = float(drawing.width - MARGIN_PX)

    def x(self, ticks: float) -> float:
        """Where a time is."""
        return self.left + (self.right - self.left) * ticks / self.arrangement.length_ticks

    def write(self, left: float, top: float, text: str, points: float, **style: str) -> None:
        """Add a text in quiet ink, or dark where it is bold."""
        ink = DARK if style else QUIET
        self.drawing.texts.append(Text(left, top, text, points, ink=ink, **style))

    def box(self, left: float, top: float, right: float, bottom: float, ink: Ink) -> None:
        """Add a filled rectangle."""
        self.drawing.boxes.append(((left, top, right, bottom), ink))

    def titles(self, colour: str) -> float:
        """The title, and a smaller line of facts under it."""
        song = self.arrangement
        minutes, seconds = divmod(round(song.seconds), 60)
        length = f"{song.bars} bars of {song.meter}"
        tempo = f"{song.tempo_bpm:g} bpm"
        facts = (str(song.key), length, tempo, f"{minutes}:{seconds:02}", colour)
        title = Text(self.left, MARGIN_PX, shortened(song.title), TITLE_POINTS)
        self.drawing.texts.append(title)
        below = MARGIN_PX + _line_px(TITLE_POINTS)
        self.write(self.left, below, " · ".join(facts), FACTS_POINTS)
        return below + _line_px(FACTS_POINTS) + NAME_GAP_PX

    def form(self, top: float) -> float:
        """The sections with their names, in as many rows as they need."""
        names = [section.name for section in self.arrangement.sections]
        widths = [_width_px(name, LABEL_POINTS, BOLD) for name in names]
        lefts = [
            min(self.x(section.start_ticks) + NAME_GAP_PX / 2, self.right - width)
            for section, width in zip(self.arrangement.sections, widths, strict=True)
        ]
        extents = [
            (left, left + width + NAME_GAP_PX) for left, width in zip(lefts, widths, strict=True)
        ]
        order = sorted(range(len(names)), key=lambda index: extents[index])
        rows = dict(zip(order, label_rows([extents[index] for index in order]), strict=True))
        line = _line_px(LABEL_POINTS)
        bottom = top + max(FORM_PX, line * (max(rows.values(), default=0) + 1))
        self._sections(top, bottom)
        for index, name in enumerate(names):
            self.write(lefts[index], top + rows[index] * line, name, LABEL_POINTS, font=BOLD)
        return bottom

    def _sections(self, top: float, bottom: float) -> None:
        for section in self.arrangement.sections:
            start, end = self.x(section.start_ticks), self.x(section.end_ticks)
            shade = round(255 * ENERGY_SHADE * section.energy)
            self.box(start, top, end, bottom, (*self.ink, shade))
            self.box(start, top, start + 1, bottom, SECTION_LINE)

    def lane(self, track: Track, top: float) -> float:
        """A track: its notes over bars and sections, and the names of its pitches or drums."""
        axis = self.axes[self.arrangement.tracks.index(track)]
        bottom = top + axis.height_px
        self._sections(top, bottom)
        for bar in range(self.arrangement.bars):
            line = self.x(bar * self.arrangement.meter.bar_ticks)
            self.box(line, top, line + 1, bottom, BAR_LINE)
        for place, name in axis.names.items():
            middle = top + axis.y_px(place)
            self.box(self.left, middle, self.right, middle + 1, ROW_LINE)
            left = self.left - NAME_GAP_PX - _width_px(name, LABEL_POINTS)
            self.write(left, middle - _line_px(LABEL_POINTS) / 2, name, LABEL_POINTS)
        half = ROW_SHARE * axis.row_px / 2
        for onset, duration, pitch, velocity, is_drum in track.part.notes.tolist():
            length = SIXTEENTH_TICKS if is_drum else duration  # a stroke has no length
            middle = top + axis.y_px(axis.places[pitch])
            opacity = SOFTEST_OPACITY + (1 - SOFTEST_OPACITY) * velocity / 127
            end = self.x(onset + NOTE_SHARE * length)
            ink = (*self.ink, round(255 * opacity))
            self.box(self.x(onset), middle - half, end, middle + half, ink)
        middle = (top + bottom - _line_px(LANE_POINTS)) / 2
        self.drawing.texts.append(Text(MARGIN_PX, middle, track.name, LANE_POINTS))
        return bottom

    def bar_numbers(self, top: float) -> float:
        """Numbers of the bars, as many as have room."""
        song = self.arrangement
        step = 1
        while song.bars / step > MOST_NUMBERED_BARS:
            step *= 2
        self.write(MARGIN_PX, top, "bar", BAR_POINTS)
        for bar in range(0, song.bars, step):
            self.write(self.x(bar * song.meter.bar_ticks), top, str(bar + 1), BAR_POINTS)
        return top + _line_px(BAR_POINTS)


@dataclass(frozen=True, slots=True)
class _Axis:
    """The rows of a track.

    Attributes:
        places: pitch -> its row, a pitch's own or a drum's.
        names: row -> its name, of rows that have room for one.
        height_px: of all rows.
        row_px: of one.
    """

    places: dict[int, int]
    names: dict[int, str]
    height_px: float
    row_px: float

    def y_px(self, place: int) -> float:
        """The middle of a row, from above."""
        return self.height_px - (place - min(self.places.values()) + 1) * self.row_px


def _axis(track: Track, song: Arrangement) -> _Axis:
    pitches: Sequence[int] = track.part.notes["pitch"].tolist()
    if not pitches:
        return _Axis({}, {}, LANE_PX, LANE_PX)
    line = _line_px(LABEL_POINTS)
    if track.part.notes["is_drum"].any():
        places = drum_places(track.part)
        rows = len(places) + 1
        height = max(LANE_PX, rows * line)
        names = {place: drum_name(note) for note, place in places.items()}
        return _Axis(places, names, height, height / rows)
    rows = max(pitches) - min(pitches) + 2
    row_px = LANE_PX / rows
    shown = named_pitches(pitches, line / row_px)
    named = {pitch: pitch_name(pitch, song.key) for pitch in shown}
    return _Axis({pitch: pitch for pitch in pitches}, named, LANE_PX, row_px)
