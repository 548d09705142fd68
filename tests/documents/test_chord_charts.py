"""Chord charts: bars, repeats and beats as people type them, and the sheets that hold them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.chord_charts import chart_of, read_bars
from genomes.time import Meter

FOUR = Meter(4, 4)


def bars(text, meter=FOUR, per_bar=1):
    """The bars of a text, each as ``group:chord`` of all its chords."""
    read = read_bars(text, meter, per_bar)
    return [" ".join(f"{group}:{chord}" for group, chord in bar.chords) for bar in read]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Am F | C G/B", ["0:Am 2:F", "0:C 2:G/B"]),
        ("| Am F | C G/B |", ["0:Am 2:F", "0:C 2:G/B"]),
        ("Am F C G", ["0:Am", "0:F", "0:C", "0:G"]),
        ("Am, F - C", ["0:Am", "0:F", "0:C"]),
        ("| C F G |", ["0:C 2:F 3:G"]),
        ("| A B C D |", ["0:A 1:B 2:C 3:D"]),
        ("| Am . . F | C / G / |", ["0:Am 3:F", "0:C 2:G"]),
        ("Am / / / F / C /", ["0:Am", "0:F 2:C"]),
        ("| Am | % | % |", ["0:Am"] * 3),
        ("Am | | F", ["0:Am", "", "0:F"]),
        ("Am | F ||", ["0:Am", "0:F"]),
        ("Am F x2", ["0:Am", "0:F"] * 2),
        ("Am | F | x3", ["0:Am", "0:F"] * 3),
        ("|: Am | F :| C", ["0:Am", "0:F", "0:Am", "0:F", "0:C"]),
        ("|: Am | F :| x3", ["0:Am", "0:F"] * 3),
        ("(Am | F) x2 | C", ["0:Am", "0:F", "0:Am", "0:F", "0:C"]),
        ("Am | F | x2\nC | G | 2x", ["0:Am", "0:F"] * 2 + ["0:C", "0:G"] * 2),
        ("N.C. | Am N.C.", ["0:N.C.", "0:Am 2:N.C."]),
        ("ii7 V7/V | bVII", ["0:ii7 2:V7/V", "0:bVII"]),
        ("C6/9 | F#m7(b5)/A", ["0:C6/9", "0:F#m7(b5)/A"]),
        ("C(add9) | Am", ["0:C(add9)", "0:Am"]),
    ],
)
def test_bars_are_read_as_they_are_typed(text, expected):
    assert bars(text) == expected


@pytest.mark.parametrize(
    ("meter", "text", "expected"),
    [
        ("3/4", "| Am F |", ["0:Am 2:F"]),
        ("6/8", "| Am F |", ["0:Am 1:F"]),
        ("6/8", "| Am . . F . . |", ["0:Am 1:F"]),
        ("7/8", "| Am . . . F . . |", ["0:Am 2:F"]),
        ("5/4", "| Am . . F . |", None),
    ],
)
def test_bars_are_divided_by_the_beats_of_their_meter(meter, text, expected):
    meter = Meter.parse(meter)
    if expected is None:
        onset = meter.unit_ticks * 3
        expected = [f"0:Am {meter.group_onsets_ticks.index(onset)}:F"]
    assert bars(text, meter) == expected


def test_chords_without_bar_lines_share_bars_as_is_said():
    assert bars("Am F C G Dm", per_bar=2) == ["0:Am 2:F", "0:C 2:G", "0:Dm"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("C | A B C D E", "bar 2 has 5 chords: a bar of 4/4 has 4 beats"),
        ("C | Am . . |", "bar 2 has 3 beats: expected 4 in 4/4"),
        ("% | C", "bar 1: % repeats the bar before, and there is none"),
        ("x2", "x2 after bar 0: nothing stands before it"),
        ("C x99", "x99 after bar 1: expected 1 to 32"),
        ("C | D x32\n" * 30, "more than 512 bars"),
    ],
)
def test_a_bar_that_cannot_be_read_is_named(text, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        read_bars(text, FOUR)


@given(st.text(max_size=60), st.integers(1, 4))
def test_whatever_is_typed_is_read_or_refused(text, per_bar):
    try:
        read, said = read_bars(text, FOUR, per_bar), ""
    except ValueError as error:
        read, said = (), str(error)
    assert len(said.splitlines()) <= 1
    for bar in read:
        groups = [group for group, _ in bar.chords]
        assert groups == sorted(set(groups))
        assert set(groups) <= set(range(4))


SHEET = """\
Title: Door

[Verse 1]
Am        F
Hello out there
C      G
My old friend (x2)

[Chorus]
| F . G . | Am | x2
La la la

[Bridge]
Only words
"""


def sections(text):
    chart = chart_of(text, FOUR)
    found = {
        each.label: [" ".join(c for _, c in bar.chords) for bar in each.bars]
        for each in chart.sections
    }
    return chart, found


def test_a_sheet_has_the_chords_above_its_words_by_sections():
    chart, found = sections(SHEET)
    assert found == {
        "Verse 1": ["Am", "F", "C", "G", "C", "G"],
        "Chorus": ["F G", "Am"] * 2,
    }
    assert chart.without == ("Bridge",)
    assert chart.is_barless


def test_chord_pro_has_chords_in_its_words_in_grids_and_in_comments():
    chart, found = sections(
        "{title: Door}\n{start_of_grid: Intro}\n| Am . F . | C . . . |\n| % | G |\n{end_of_grid}\n"
        "{start_of_verse: Verse 1}\n[Am]Hello [F]there\n[C]my [G]friend\n{end_of_verse}\n"
        "# bars: | F . G . | Am . . . |\n{start_of_chorus}\n[F]La [G]la [Am]la\n{end_of_chorus}\n"
    )
    assert found == {
        "Intro": ["Am F", "C", "C", "G"],
        "Verse 1": ["Am", "F", "C", "G"],
        "Chorus": ["F G", "Am"],
    }
    assert chart.is_barless


def test_bars_alone_are_a_sheet_without_headers():
    _, found = sections("Am | F |\nC | G |\n")
    assert found == {"": ["Am", "F", "C", "G"]}


def test_a_fault_is_told_with_its_section():
    with pytest.raises(ValueError, match=r"^Chorus, bar 1 has 5 chords"):
        chart_of("[Chorus]\n| A B C D E |\n", FOUR)
