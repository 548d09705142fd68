"""Lyrics files: what people write, what players take, and what is neither."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.lyrics import sheet_of
from engine.errors import Refused
from engine.proposals.lyrics import (
    MAX_BYTES,
    has_words,
    lyrics_of,
    read_lyrics,
)

PLAIN = """\
Before it all

[Verse 1: Ann]
Out on the water
# quieter?
  nobody   knows

Chorus 2:
La la
And then she said:
[x: y]
[Instrumental]
Pre-Chorus:
Mm — ah
[サビ]
愛してる
[Verse 1]
Another one
"""

LRC = """\
[ti: A Door]
[ar: Nobody]
[offset:+120]

[00:44.285]
Block the left side
[00:47.053 ]
from the right
and another

[60:43.251]
[1:02.25] of <01:02.40> the <01:02.90> door
[00:42.25][01:20.10]twice
[02:12.9]
"""

LRC_LINES = ("Block the left side", "from the right", "and another", "of the door", "twice")


@pytest.fixture
def sheet():
    return sheet_of(PLAIN)


def texts(sheet, label):
    return [line.text for line in lyrics_of(sheet, label).lines]


def test_headers_in_brackets_or_with_a_colon(sheet):
    assert sheet.words == (
        ("", ("Before it all",)),
        ("Verse 1", ("Out on the water", "nobody knows")),
        ("Chorus 2", ("La la", "And then she said:")),
        ("Pre-Chorus", ("Mm — ah",)),
        ("サビ", ("愛してる",)),
        ("Verse 1", ("Another one",)),
    )
    assert sheet.headers == ("Verse 1", "Chorus 2", "Pre-Chorus", "サビ")


@pytest.mark.parametrize(
    ("label", "first"),
    [
        ("Verse 1", "Out on the water"),
        ("verse_1", "Out on the water"),
        ("verse", "Out on the water"),
        ("CHORUS", "La la"),
        ("chorus-2", "La la"),
        ("pre chorus", "Mm — ah"),
        ("pre_chorus_2", "Mm — ah"),
        ("サビ", "愛してる"),
    ],
)
def test_a_section_finds_its_header(sheet, label, first):
    assert texts(sheet, label)[0] == first


def test_an_exact_header_goes_before_a_numbered_one():
    sheet = sheet_of("[Chorus 2]\nsecond\n[Chorus]\nfirst\n")
    assert texts(sheet, "chorus") == ["first"]


@pytest.mark.parametrize("label", ["bridge", "verse_2", "歌", ""])
def test_a_section_without_a_header_is_refused_with_those_there_are(sheet, label):
    with pytest.raises(Refused) as refused:
        lyrics_of(sheet, label)
    assert str(refused.value) == (
        f"the lyrics have no section {label!r}; "
        "their headers are Verse 1, Chorus 2, Pre-Chorus, サビ"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lrc_with_text_on_the_same_line_or_the_next_ones(tmp_path, end, mark):
    path = tmp_path / "song.lrc"
    path.write_bytes((mark + LRC.replace("\n", end)).encode())
    sheet = read_lyrics(path)
    assert sheet.words == (("", LRC_LINES),)
    assert texts(sheet, "whatever") == list(LRC_LINES)


def test_accents_are_the_same_however_they_are_coded():
    assert sheet_of("cafe\u0301") == sheet_of("caf\u00e9")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "has no words to sing"),
        (b"[ti: x]\n[00:01.00]\n", "has no words to sing"),
        (b"[Verse]\n\n# nothing yet\n", "has no words to sing"),
        (
            b"MThd\0\0\0\x06",
            "can't be read: not a readable MIDI file: it breaks off in its header, at byte 8",
        ),
        (b"\x89PNG\r\n\x1a\n", "is not UTF-8 text at byte 0"),
        ("words".encode("utf-16")[:-1], "is not UTF-16 text at byte 10"),
        ("déjà".encode("latin-1"), "is not UTF-8 text at byte 1"),
        (b"la\n" + b"la" * 251, "has 502 characters in line 2"),
        (b"la " * (MAX_BYTES // 3 + 1), "holds 1048578 bytes; at most 1048576 are read"),
    ],
)
def test_what_is_no_lyrics_is_refused_in_one_line(tmp_path, data, problem):
    path = tmp_path / "odd\nname.txt"
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        read_lyrics(path)
    message = str(refused.value)
    assert message.startswith(f"odd name.txt {problem}; accepted: a UTF-8 text, LRC or MIDI file")
    assert len(message.splitlines()) == 1


def test_what_is_no_file_is_refused(tmp_path):
    for path in (tmp_path, tmp_path / "gone.txt", tmp_path / "a\0b"):
        with pytest.raises(Refused, match="accepted: a UTF-8"):
            read_lyrics(path)


@given(text=st.text(max_size=200) | st.text("[]:0.a<>#\n ♪", max_size=60))
def test_any_text_is_read_or_has_no_words(text):
    sheet = sheet_of(text)
    for label, lines in sheet.words:
        assert lines
        assert texts(sheet, label)
        assert "\n" not in label + "".join(lines)


def test_which_sections_have_words():
    sheet = sheet_of("[Verse 1]\nOut on the water\n[サビ]\n愛してる\n")
    labels = ("verse", "Verse 1", "verse 2", "サビ", "chorus", "間奏")
    assert [has_words(sheet, label) for label in labels] == [True, True, False, True, False, False]
    assert has_words(sheet_of("Out on the water"), "anything")
