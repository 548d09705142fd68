"""What fractions mean shows in how large they get."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.timecodes import (
    DECIMAL,
    FRAMES_25,
    FRAMES_30,
    READINGS,
    TENTHS_25,
    TENTHS_30,
    Timecode,
    reading_of,
    written,
)

WRITABLE = (FRAMES_25, FRAMES_30, TENTHS_25, TENTHS_30, DECIMAL)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[03:26.118]", Timecode(3, 26, 118, 3)),
        ("[00:18.086 ]", Timecode(0, 18, 86, 3)),
        ("[00:42.25]", Timecode(0, 42, 25, 2)),
        ("[1:02.003]", Timecode(1, 2, 3, 3)),
        ("60:43.251", Timecode(60, 43, 251, 3)),
        ("01:00:34.007", Timecode(60, 34, 7, 3)),
        ("[00:10]", Timecode(0, 10)),
        ("[00:10,5]", Timecode(0, 10, 5, 1)),
    ],
)
def test_all_written_forms_are_read(text, code):
    assert Timecode.parse(text) == code


@pytest.mark.parametrize(
    "text", ["", "[]", "[ti: x]", "12", "[00:61.000]", "[-1:00.000]", "[٣:00]"]
)
def test_what_is_no_timecode_is_refused(text):
    with pytest.raises(ValueError, match=r"accepted: \[MM:SS"):
        Timecode.parse(text)


@pytest.mark.parametrize(
    ("fractions", "reading"),
    [
        (["020", "006", "005", "010", "012"], FRAMES_25),  # an album of whole frames
        (["142", "213", "000", "176", "105"], TENTHS_25),
        (["190", "686", "707", "546", "351"], DECIMAL),
        (["110", "183", "125", "274", "047", "215", "064"], TENTHS_30),
        (["25", "29", "21", "09"], FRAMES_30),
        (["25", "99", "50", "09"], DECIMAL),
        (["142", "213", "999", "176", "105", "075", "022", "031"], TENTHS_25),  # one slip
    ],
)
def test_real_files_fractions(fractions, reading):
    codes = [Timecode(0, 1, int(text), len(text)) for text in fractions]
    assert reading_of(codes) == reading


def test_a_few_fractions_are_read_as_the_songs_other_file():
    codes = [Timecode(0, 1, 0, 3), Timecode(0, 2, 14, 3)]
    assert reading_of(codes) == FRAMES_25
    assert reading_of([Timecode(0, 2, 140, 3)], TENTHS_30) == TENTHS_30


def test_a_fraction_too_large_for_the_reading_is_a_decimal():
    assert Timecode(0, 1, 999, 3).in_seconds(TENTHS_25) == pytest.approx(1.999)


def test_frames_of_a_real_song_are_on_its_beats():
    # 112 bpm: the section is 64 beats long, which the decimals miss by half a beat.
    code = Timecode.parse("[00:34.007]")
    assert code.in_seconds(FRAMES_25) * 112 / 60 == pytest.approx(64, abs=0.02)
    assert abs(code.in_seconds(DECIMAL) * 112 / 60 - 64) > 0.4


@given(st.floats(0, 3600, allow_nan=False), st.sampled_from(WRITABLE))
def test_what_is_written_is_read_again_within_a_unit(seconds, reading):
    code = written(seconds, reading)
    unit = 1 / (reading.units_per_second or 1000)
    assert -1e-6 <= seconds - code.in_seconds(reading) <= unit
    assert Timecode.parse(str(code)) == code


@given(st.lists(st.builds(Timecode, st.just(0), st.just(0), st.integers(0, 999), st.just(3))))
def test_there_is_always_a_reading_whatever_the_order(codes):
    assert reading_of(codes) in READINGS
    assert reading_of(codes[::-1]) == reading_of(codes)
