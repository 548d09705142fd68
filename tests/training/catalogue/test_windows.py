"""Windows: numbered as segments are, whole, and never too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.catalogue.timeline import Section, Sung, Timeline
from training.catalogue.windows import MAX_SECONDS, OVERLAP_SECONDS, ROUNDING_SECONDS, windows


def song(sections=(), lines=(), total=0.0):
    return Timeline(
        tuple(Section(*section) for section in sections),
        tuple(Sung(begin, text, number) for number, (begin, text) in enumerate(lines, start=2)),
        total or max((section[2] for section in sections), default=0.0),
        (),
        ("", ""),
        (0, 0, 0),
    )


def spans(found):
    return [(w.number, w.begin_seconds, w.end_seconds, w.kind, w.text) for w in found]


def test_sections_are_the_windows_of_a_song_without_lines():
    found = windows(song([("A", 0, 10), ("B", 10, 25)]))
    assert spans(found) == [(1, 0, 10, "structure", ""), (2, 10, 25, "structure", "")]
    assert [window.section for window in found] == ["A", "B"]


def test_long_ones_are_cut_into_thirty_seconds_that_overlap_by_two():
    found = windows(song([("A", 0, 70)]))
    assert [(w.begin_seconds, w.end_seconds, w.part) for w in found] == [
        (0, 30, "1/3"),
        (28, 58, "2/3"),
        (56, 70, "3/3"),
    ]
    assert len(windows(song([("A", 0, 30)]))) == 1
    assert len(windows(song([("A", 0, 58)]))) == 2


def test_lines_come_first_then_what_none_covers():
    found = windows(song([("A", 0, 10), ("B", 10, 30), ("C", 30, 50)], [(11, "a"), (20, "b")]))
    assert spans(found) == [
        (1, 10, 20, "lyric", "a"),
        (2, 20, 30, "lyric", "b"),
        (3, 0, 10, "structure", ""),
        (4, 30, 50, "structure", ""),
    ]
    assert found[0].adjustments == ("begin to B at 10.000 s",)
    assert found[0].written_seconds == (11, 20)


def test_a_line_near_no_boundary_stays_where_it_is():
    found = windows(song([("A", 0, 10), ("B", 10, 40)], [(12.1, "a"), (20, "b")]))
    assert found[0].begin_seconds == 12.1
    assert spans(found)[2:] == [
        (3, 0, 10, "structure", ""),
        (4, 10, 12.1, "structure", ""),
        (5, 27.9, 40, "structure", ""),
    ]


def test_both_ends_are_not_brought_to_one_boundary():
    found = windows(song([("A", 0, 10), ("B", 10, 40)], [(9, "a"), (10.5, "b"), (30, "c")]))
    assert (found[0].begin_seconds, found[0].end_seconds) == (9, 10)
    assert found[1].begin_seconds == 10


def test_lines_at_one_time_are_one_window_and_leave_a_number_out():
    found = windows(song([("A", 0, 40)], [(10, "a"), (10, "b"), (20, "c")]))
    assert [(w.number, w.text) for w in found] == [(2, "a b"), (3, "c"), (4, ""), (5, "")]


def test_silence_ends_a_line_and_has_no_number():
    found = windows(song([("A", 0, 40)], [(5, "a"), (10, ""), (20, "b")]))
    lyric = [(w.number, w.begin_seconds, w.end_seconds) for w in found if w.kind == "lyric"]
    assert lyric == [(1, 5, 10), (2, 20, 30)]
    assert (10, 20) in [(w.begin_seconds, w.end_seconds) for w in found if w.kind == "structure"]


def test_the_last_line_lasts_no_longer_than_any_other():
    found = windows(song([("A", 0, 100)], [(5, "a"), (12, "b")]))
    assert found[1].end_seconds == 19
    assert windows(song([("A", 0, 18)], [(5, "a"), (12, "b")]))[1].end_seconds == 18


def test_a_song_of_nothing_but_its_length_is_one_stretch():
    assert [(w.begin_seconds, w.end_seconds) for w in windows(song(total=20))] == [(0, 20)]
    assert windows(song()) == []


SECTIONS = st.lists(st.floats(0.2, 80), min_size=1, max_size=8)
LINES = st.lists(st.floats(0, 1), max_size=12)


@given(SECTIONS, LINES)
def test_laws(lengths, places):
    ends = [sum(lengths[: index + 1]) for index in range(len(lengths))]
    sections = [
        (f"s{index}", begin, end)
        for index, (begin, end) in enumerate(zip([0, *ends], ends, strict=False))
    ]
    lines = [(round(place * ends[-1] * 0.99, 3), f"line {place}") for place in sorted(places)]
    found = windows(song(sections, lines))
    numbers = [window.number for window in found]
    assert numbers == sorted(set(numbers))
    assert all(0 < window.seconds <= MAX_SECONDS + ROUNDING_SECONDS for window in found)
    assert all(window.begin_seconds >= -1e-6 for window in found)
    # Every line is in some window, and the numbers reach at least as far as there are lines.
    sung = " ".join(window.text for window in found)
    assert all(text in sung for _, text in lines)
    assert not lines or max(numbers) >= len(lines)
    parts = [w for w in found if w.part and not w.part.startswith("1/")]
    before = {w.number: w for w in found}
    for part in parts:
        overlap = before[part.number - 1].end_seconds - part.begin_seconds
        assert overlap == pytest.approx(OVERLAP_SECONDS, abs=1e-5)
