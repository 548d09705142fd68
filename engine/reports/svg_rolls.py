"""Piano rolls as SVG, written as text: for the page, where matplotlib would be too slow.

Times are shares of the width, heights are pixels: a roll takes the width that it is given, and its
texts keep their size. Colours are the style sheet's, by class.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from documents.terminal import visible
from engine.reports.glance import drum_name, glance
from engine.reports.roll_layout import (
    SOFTEST_OPACITY,
    Label,
    drum_places,
    label_rows,
    named_pitches,
    sung_labels,
)
from genomes import Meter, Part
from genomes.grid import SIXTEENTH_TICKS
from genomes.keys import Key, pitch_name
from genomes.notes import ChordSpan

# Pixels that a bar has at least; where there are less, the roll is scrolled.
BAR_PX = 64

# Texts: their height with the line's, and the mean width of a letter.
LINE_PX, LETTER_PX = 15, 6.6
LABEL_GAP_PX = 6

# Beside the names of rows, whose capitals are wider.
AXIS_GAP_PX = 13

# Height of the notes: of all of them where the range allows it, of a semitone, of a drum.
NOTES_PX, MIN_ROW_PX, MAX_ROW_PX, DRUM_ROW_PX = 150, 3.0, 10.0, 16.0

# Over the highest and under the lowest row, so that half of a name has room.
MARGIN_PX = 5

MAX_KEPT = 128

# Between two notes that follow each other stays a gap.
NOTE_SHARE = 0.94


@dataclass(frozen=True, slots=True)
class Roll:
    """A part as two pictures that stand beside each other.

    Attributes:
        axis: names of the pitches or drums; stays where it is when the sheet is scrolled.
        sheet: bars, notes, chords above and words below; an image with a title and the text.
        text: the part in lines, for those who don't see it.
    """

    axis: str
    sheet: str
    text: tuple[str, ...]


@lru_cache(maxsize=MAX_KEPT)
def svg_roll(
    stage: str,
    part: Part,
    meter: Meter,
    name: str,
    identifier: str,
    key: Key | None = None,
    chords: tuple[ChordSpan, ...] = (),
) -> Roll:
    """Draw a part; the last ones are kept, as a page asks for them whenever something happens.

    Args:
        stage: its stage.
        part: the notes.
        meter: of all its bars.
        name: what the picture is called.
        identifier: beginning of the ids in it, which no other picture of the page has.
        key: spells the names of the pitches.
        chords: written above where the part has none of its own.
    """
    bars = part.length_ticks // meter.bar_ticks
    width_px = bars * BAR_PX
    text = glance(stage, part, meter, max_lines=None, key=key).lines
    spans = part.harmony or chords
    names = _rows([_label(span, span.name, part) for span in spans], width_px)
    numerals = _rows([_label(span, span.numeral, part) for span in spans], width_px)
    words = _rows(
        [
            Label((label.x - 1) / bars, visible(label.text))
            for label in sung_labels(part, meter.bar_ticks)
        ],
        width_px,
    )
    above_px = LINE_PX * max(_height(names), _height(numerals))
    scale = _scale(part, above_px)
    height_px = above_px + scale.height_px + LINE_PX * _height(words)
    title, description = f"{identifier}-title", f"{identifier}-text"
    sheet = "".join(
        (
            f'<svg class="sheet" role="img" aria-labelledby="{title} {description}" ',
            f'width="{width_px}" height="{height_px:g}">',
            f'<title id="{title}">{escape(visible(name))}</title>',
            f'<desc id="{description}">{escape(visible("; ".join(text)))}</desc>',
            *_bars(meter, bars, above_px, scale.height_px),
            *_notes(part, scale),
            _texts("names", names, LINE_PX),
            _texts("numerals", numerals, LINE_PX),
            _texts("words", words, above_px + scale.height_px + LINE_PX),
            f'<line class="playhead" y1="0" y2="{height_px:g}"/></svg>',
        )
    )
    return Roll(_axis(scale, height_px, key), sheet, text)


def thumbnail(part: Part, name: str) -> str:
    """A part as a small picture without texts, of any size: notes over the whole of its length."""
    scale = _scale(part, 0)
    notes = "".join(_notes(part, scale))
    return (
        f'<svg class="thumbnail" role="img" aria-label="{escape(visible(name))}" '
        f'height="{scale.height_px:g}">{notes}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where pitches or drums are, from above.

    Attributes:
        places: pitch -> its row, counted from below.
        top_px: where the highest row begins.
        row_px: height of a row.
        rows: how many there are.
        lowest: row of the lowest.
        is_drums: whether rows are drums.
    """

    places: dict[int, int]
    top_px: float
    row_px: float
    rows: int
    lowest: int
    is_drums: bool

    @property
    def height_px(self) -> float:
        """Of all rows, with the margins."""
        return self.rows * self.row_px + 2 * MARGIN_PX

    def y_px(self, pitch: int) -> float:
        """Upper edge of a pitch."""
        place = self.places[pitch] if self.is_drums else pitch
        from_below = place - self.lowest
        return self.top_px + MARGIN_PX + (self.rows - 1 - from_below) * self.row_px


def _scale(part: Part, top_px: float) -> _Scale:
    is_drums = bool(part.notes["is_drum"].any())
    pitches = part.notes["pitch"].tolist()
    places = drum_places(part) if is_drums else {pitch: pitch for pitch in pitches}
    if not places:
        return _Scale({}, top_px, MAX_ROW_PX, 1, 0, is_drums)
    lowest, rows = min(places.values()), max(places.values()) - min(places.values()) + 1
    row_px = DRUM_ROW_PX if is_drums else max(MIN_ROW_PX, min(MAX_ROW_PX, NOTES_PX / rows))
    return _Scale(places, top_px, row_px, rows, lowest, is_drums)


def _bars(meter: Meter, bars: int, top_px: float, height_px: float) -> Iterator[str]:
    """A field for each bar, a line where it begins, and a fine one for each of its beats."""
    within = f'y1="{top_px:g}" y2="{top_px + height_px:g}"'
    for bar in range(bars):
        begins = _percent(bar / bars)
        yield (
            f'<rect class="bar" data-bar="{bar + 1}" x="{begins}" y="{top_px:g}" '
            f'width="{_percent(1 / bars)}" height="{height_px:g}"/>'
        )
        for onset in meter.group_onsets_ticks:
            x = _percent((bar + onset / meter.bar_ticks) / bars)
            kind = "beat" if onset else "line"
            yield f'<line class="{kind}" x1="{x}" x2="{x}" {within}/>'


def _notes(part: Part, scale: _Scale) -> Iterator[str]:
    for onset, duration, pitch, velocity, _ in part.notes.tolist():
        length = SIXTEENTH_TICKS if scale.is_drums else duration  # a stroke has no length
        opacity = SOFTEST_OPACITY + (1 - SOFTEST_OPACITY) * velocity / 127
        x, width = (_percent(each / part.length_ticks) for each in (onset, NOTE_SHARE * length))
        yield (
            f'<rect class="note" x="{x}" y="{scale.y_px(pitch):g}" width="{width}" '
            f'height="{max(scale.row_px - 1, 2):g}" fill-opacity="{opacity:.2f}"/>'
        )


def _axis(scale: _Scale, height_px: float, key: Key | None) -> str:
    """The names of the rows that have room, at the right of a picture that is as wide as they."""
    if scale.is_drums:
        names = {pitch: drum_name(pitch) for pitch in scale.places}
    else:
        shown = named_pitches(scale.places, LINE_PX / scale.row_px) if scale.places else []
        names = {pitch: pitch_name(pitch, key) for pitch in shown}
    width_px = LETTER_PX * max(map(len, names.values()), default=0) + AXIS_GAP_PX
    texts = "".join(
        f'<text class="row" data-row="{escape(name)}" text-anchor="end" '
        f'x="{width_px - LABEL_GAP_PX / 2:g}" '
        f'y="{scale.y_px(pitch) + scale.row_px / 2 + LINE_PX / 4:g}">{escape(name)}</text>'
        for pitch, name in names.items()
    )
    return (
        f'<svg class="axis" aria-hidden="true" width="{width_px:g}" height="{height_px:g}">'
        f"{texts}</svg>"
    )


@dataclass(frozen=True, slots=True)
class _Placed:
    """A text, and the row that it has room in."""

    label: Label
    row: int
    at_end: bool  # it ends at the right edge, where it would leave it otherwise


def _label(span: ChordSpan, text: str, part: Part) -> Label:
    return Label(span.onset_ticks / part.length_ticks, visible(text))


def _rows(labels: Iterable[Label], width_px: float) -> list[_Placed]:
    """Texts in rows in which none touches another, at the least width."""
    ordered = sorted(labels, key=lambda label: label.x)
    extents, at_end = [], []
    for label in ordered:
        wide = LETTER_PX * len(label.text)
        start = max(0.0, min(label.x * width_px, width_px - wide))
        at_end.append(start < label.x * width_px)
        extents.append((start, start + wide + LABEL_GAP_PX))
    order = sorted(range(len(ordered)), key=lambda index: extents[index])
    rows = dict(zip(order, label_rows([extents[index] for index in order]), strict=True))
    return [_Placed(label, rows[index], at_end[index]) for index, label in enumerate(ordered)]


def _height(placed: Sequence[_Placed]) -> int:
    return max((each.row + 1 for each in placed), default=0)


def _texts(kind: str, placed: Sequence[_Placed], first_px: float) -> str:
    """Texts of one kind, the first row's on a line at a height."""
    if not placed:
        return ""
    texts = "".join(
        f"<text {_AT_END if each.at_end else _begins(each.label)} "
        f'y="{first_px + each.row * LINE_PX - LINE_PX / 4:g}">{escape(each.label.text)}</text>'
        for each in placed
    )
    return f'<g class="{kind}">{texts}</g>'


_AT_END = 'x="100%" text-anchor="end"'


def _begins(label: Label) -> str:
    return f'x="{_percent(label.x)}"'


def _percent(share: float) -> str:
    return f"{100 * share:.4f}".rstrip("0").rstrip(".") + "%"
