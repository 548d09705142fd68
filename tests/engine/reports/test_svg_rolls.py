"""Rolls as SVG: read by a second reader, they hold the part's notes, bars, chords and words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.reports.glance import drum_name
from engine.reports.svg_rolls import Roll, svg_roll, thumbnail
from genomes import Meter, Part
from genomes.keys import PLAIN_NAMES
from genomes.notes import ChordSpan
from tests.genomes.calls import render
from tests.genomes.stages import every_stage, genomes_in_context

FOUR_FOUR = Meter(4, 4)
TITLES = ["A & B", "</title><script>alert(1)</script>", '" onload="alert(1)', "\u202eevil\x00"]


@dataclass(frozen=True)
class Read:
    """What a reader finds in a roll.

    Attributes:
        notes: onset in ticks and the height of the middle, in pixels.
        row_px: height of a row.
        rows: heights of the named rows, in pixels, and their names.
        bars: numbers of the bars.
    """

    notes: list[tuple[int, float]]
    row_px: float
    rows: list[tuple[float, str]]
    bars: list[int]
    names: list[str]
    numerals: list[str]
    words: list[str]
    title: str
    text: str


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)


def read(roll: Roll, length_ticks: int) -> Read:
    """Parse a roll as a strict reader of XML does."""
    sheet, axis = parsed(roll.sheet), parsed(roll.axis)

    def texts(kind: str) -> list[str]:
        return [each.text or "" for each in sheet.iterfind(f"g[@class='{kind}']/text")]

    drawn = sheet.findall("rect[@class='note']")
    notes = [
        (round(float(each.attrib["x"][:-1]) / 100 * length_ticks),
         float(each.attrib["y"]) + (float(each.attrib["height"]) + 1) / 2)
        for each in drawn
    ]  # fmt: skip
    return Read(
        notes=notes,
        row_px=max((float(each.attrib["height"]) + 1 for each in drawn), default=0.0),
        rows=[(float(each.attrib["y"]) - 15 / 4, each.text or "") for each in axis.iter("text")],
        bars=[int(each.attrib["data-bar"]) for each in sheet.iterfind("rect[@class='bar']")],
        names=texts("names"),
        numerals=texts("numerals"),
        words=texts("words"),
        title=sheet.findtext("title") or "",
        text=sheet.findtext("desc") or "",
    )


def number_of(name: str) -> int:
    """The MIDI number of a pitch's name."""
    letter, octave = re.fullmatch(r"([A-G][#b]*)(-?\d+)", name).groups()
    plain = PLAIN_NAMES.index(letter[0]) + letter.count("#") - letter.count("b")
    return plain + 12 * (int(octave) + 1)


@every_stage
@given(st.data())
def test_every_note_is_drawn_where_it_sounds(name, data):
    genome, context = data.draw(genomes_in_context(name))
    part = render(genome, context)
    roll = svg_roll(name, part, context.meter, "A", "roll", context.key)
    found = read(roll, part.length_ticks)
    assert found.bars == list(range(1, context.section.bars + 1))
    assert found.names == [span.name for span in part.harmony]
    assert found.numerals == [span.numeral for span in part.harmony]
    assert found.text == "; ".join(roll.text)
    assert [onset for onset, _ in found.notes] == part.notes["onset_ticks"].tolist()
    heights = [height for _, height in found.notes]
    pitches = part.notes["pitch"].tolist()
    if name == "drums":
        named = {round(height): label for height, label in found.rows}
        assert [named[round(height)] for height in heights] == list(map(drum_name, pitches))
    else:
        assert [_pitch(height, found) for height in heights] == pitches
    if part.lyrics:
        assert [text.rstrip("-") for text in found.words] == [t.rstrip() for _, t in part.lyrics]


def _pitch(height: float, found: Read) -> int:
    """What sounds at a height, by the names of the axis; a row is a semitone."""
    named, name = found.rows[0]
    assert all(
        abs(each - named - found.row_px * (number_of(name) - number_of(other))) < 0.01
        for each, other in found.rows
    )
    return number_of(name) + round((named - height) / found.row_px)


@pytest.mark.parametrize("title", TITLES)
def test_no_text_becomes_markup(title):
    span = ChordSpan(0, 1920, 0, 0, (0, 4, 7), title, title)
    part = Part.of([(0, 480, 60, 80)], 1920, [span], lyrics=[(0, title)])
    roll = svg_roll("melody", part, FOUR_FOUR, title, "roll")
    found = read(roll, part.length_ticks)
    assert "<script" not in roll.sheet
    assert "\u202e" not in roll.sheet
    assert found.title.replace("\\u202e", "\u202e").replace("\\x00", "\x00") == title
    assert found.names == found.numerals == [found.title]
    assert "<script" not in thumbnail(part, title)
    assert parsed(thumbnail(part, title)).attrib["aria-label"] == found.title


def test_chords_of_others_stand_above_a_part_without_any():
    span = ChordSpan(0, 1920, 0, 0, (0, 4, 7), "I", "C")
    part = Part.of([(0, 60, 36, 80)], 1920, is_drum=True)
    assert read(svg_roll("drums", part, FOUR_FOUR, "A", "roll", chords=(span,)), 1920).names == [
        "C"
    ]


def test_a_silent_part_has_its_bars():
    roll = svg_roll("bass", Part.of([], 3840), FOUR_FOUR, "A", "roll")
    assert read(roll, 3840).bars == [1, 2]
