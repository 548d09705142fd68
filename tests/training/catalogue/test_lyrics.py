from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.lyrics.reader import MAX_BYTES
from training.catalogue.lyrics import parse_lyrics, read_lyrics


def lines(text: str) -> list[tuple[str, str]]:
    return [(str(line.code), line.text) for line in parse_lyrics(text).lines]


def test_text_is_on_the_line_after_its_time():
    text = "[ti: Song]\n[ar: Who]\n[00:10.000]\nfirst\n[00:12.500]\nsecond\nand more\n"
    assert lines(text) == [("[00:10.000]", "first"), ("[00:12.500]", "second and more")]
    assert parse_lyrics(text).tags == {"ti": "Song", "ar": "Who"}


def test_or_on_the_same_line_with_several_times_and_times_of_words():
    text = "[00:10.00][01:10.00] <00:10.10>la <00:10.50>la\n[00:20.00]\n\n[00:30.00]ja"
    assert lines(text) == [
        ("[00:10.00]", "la la"),
        ("[01:10.00]", "la la"),
        ("[00:20.00]", ""),
        ("[00:30.00]", "ja"),
    ]


def test_spaces_in_brackets_short_minutes_and_two_digits():
    text = "[00:18.086 ]\na\n[1:02.003]\nb\n[02:42.25]\nc"
    assert [stamp for stamp, _ in lines(text)] == ["[00:18.086]", "[01:02.003]", "[02:42.25]"]
    assert parse_lyrics(text).problems == ()


def test_the_number_is_that_of_the_texts_line():
    found = parse_lyrics("[ti: x]\n[00:01.000]\n\nwords\n[00:02.000]more")
    assert [line.number for line in found.lines] == [4, 5]


def test_what_has_no_time_is_reported_and_not_taken_by_the_line_before():
    found = parse_lyrics("lost\n[00:01.000]\na\n[00:99.000]\nb\n[00:04.000]\nc")
    assert [line.text for line in found.lines] == ["a", "c"]
    assert [problem.partition(":")[0] for problem in found.problems] == [
        "line 1",
        "line 4",
        "line 5",
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xff\x00a", "not UTF-8"),
        (b"\xff\xfea", "not UTF-16 text at byte 2"),
        (b"[00:01.000]\n\0", "null characters"),
        (b"x" * (MAX_BYTES + 1), "at most"),
        (b"\n" * 30_000, "30000 lines"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path, data, reason):
    path = tmp_path / "x.lrc"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=reason):
        read_lyrics(path)


def test_a_byte_order_mark_and_old_line_ends_are_taken(tmp_path):
    path = tmp_path / "x.lrc"
    path.write_bytes("\ufeff[00:01.000]\r\nä\r\n".encode())
    assert [line.text for line in read_lyrics(path).lines] == ["ä"]


@given(st.text(max_size=200) | st.text("[]:.0123456789 ab\n", max_size=200))
def test_no_text_breaks_it(text):
    found = parse_lyrics(text)
    assert all("\n" not in line.text for line in found.lines)
