"""Sheets of lyrics in every form that people bring, each with the value that it must give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.lyrics import read_sheet, sheet_of
from documents.lyrics.chords import chord_row, is_chord
from documents.lyrics.markup import header_of, is_aside
from genomes.lyrics.syllables import line_of


def words(text):
    return dict(sheet_of(text).words)


def sung(text):
    return [line for _, lines in sheet_of(text).words for line in lines]


def placed(text):
    """Chords with the syllable that each comes with, line by line."""
    return [
        [(chord.name, chord.syllable) for chord in line.chords]
        for line in sheet_of(text).lines
        if line.chords
    ]


CHORDS = "Am C#m7 F/A Bb Dsus4 Gadd9 E7#9 F#m7b5 Cmaj7 G13 A- Eb° Abmaj7/C D(b9) H7 C5"
NO_CHORDS = "And Add Emma Go I am Dad Bed Face a la C#x Amazing Gone 7 Fmy"


@pytest.mark.parametrize("name", CHORDS.split())
def test_names_of_chords(name):
    assert is_chord(name)


@pytest.mark.parametrize("name", NO_CHORDS.split())
def test_what_is_no_chord(name):
    assert not is_chord(name)


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("Am  F C   G", "Am F C G"),
        ("| Am | F G | % | C |", "Am F G C"),
        ("|Am|F|", "Am F"),
        ("[Am] [F]", "Am F"),
        ("[Am][F]", "Am F"),
        ("Am-F-C", "Am F C"),
        ("Am – F – C x2", "Am F C"),
        ("(Am) G/B  (x2)", "Am G/B"),
        ("N.C.", ""),
    ],
)
def test_rows_of_chords(row, names):
    assert [name for _, name in chord_row(row)] == names.split()


@pytest.mark.parametrize(
    "row", ["Am I the one", "A long way", "Go", "", "  ", "I", "x2", "- -", "A la la"]
)
def test_rows_of_words_are_no_chords(row):
    assert chord_row(row) is None


def test_chords_over_words_are_placed_by_their_column():
    text = "Am       F\nOut on the water\nC        G     Dm\nnobody   knows"
    assert sung(text) == ["Out on the water", "nobody knows"]
    assert placed(text) == [[("Am", 0), ("F", 2)], [("C", 0), ("G", 3), ("Dm", 4)]]


def test_a_tab_stands_for_columns():
    assert placed("Am\tF\nOut on the water") == [[("Am", 0), ("F", 2)]]


def test_chords_in_a_line_are_placed_by_their_syllable():
    text = "[Am]Out on the wa[F]ter [G] [C/E]"
    assert sung(text) == ["Out on the water"]
    assert placed(text) == [[("Am", 0), ("F", 4), ("G", 5), ("C/E", 5)]]


def test_chords_without_words_are_kept():
    sheet = sheet_of("[Intro]\nAm F\nC G\n\n[Verse]\nDm\nwords")
    assert [(each.label, len(each.lines)) for each in sheet.sections] == [
        ("Intro", 2),
        ("Verse", 1),
    ]
    assert sheet.chords == ("Am", "F", "C", "G", "Dm")
    assert sheet.words == (("Verse", ("words",)),)


def test_a_letter_alone_is_a_chord_only_among_chords():
    assert words("[A]\none\n[B]\ntwo") == {"A": ("one",), "B": ("two",)}
    assert words("[Verse]\n[A]\none\nAm F\ntwo") == {"Verse": ("one", "two")}
    assert sung("A\nE\nI\nO\nU") == ["A", "E", "I", "O", "U"]


CHORDPRO = """\
{title: A Door}
{artist: Nobody}
{capo: 2}
# a comment
[G]Line of [C]verse one

{start_of_chorus}
[F]Chorus words
{end_of_chorus}

[Am]verse two wa[F]ter

{chorus}
{start_of_bridge: The Turn}
bridge words
{eob}
{comment: Outro}
{c: play softly}
out
{sot}
e|--0--|
{eot}
{frobnicate: 3}
"""


def test_chordpro():
    sheet = sheet_of(CHORDPRO)
    assert sheet.words == (
        ("Verse 1", ("Line of verse one",)),
        ("Chorus", ("Chorus words",)),
        ("Verse 2", ("verse two water",)),
        ("The Turn", ("bridge words",)),
        ("Outro", ("out",)),
    )
    assert [each.label for each in sheet.sections].count("Chorus") == 2
    assert dict(sheet.tags) == {"title": "A Door", "artist": "Nobody", "capo": "2"}
    assert sheet.chords == ("G", "C", "F", "Am", "F")
    assert sheet.notes == (
        "line 18: asides are left out: (play softly)",
        "line 21: tablature and the like is left out: e|--0--|",
        "line 23: directives that are not known are left out: {frobnicate}",
    )


@pytest.mark.parametrize(
    ("directive", "label"),
    [
        ("{start_of_verse}", "Verse"),
        ("{sov}", "Verse"),
        ("{start_of_verse: Verse 2}", "Verse 2"),
        ('{start_of_verse label="Verse 3"}', "Verse 3"),
        ("{ soc }", "Chorus"),
        ("{sob}", "Bridge"),
        ("{start_of_pre_chorus}", "Pre chorus"),
        ("{c: Verse 1}", "Verse 1"),
        ("{comment_italic: Refrain}", "Refrain"),
    ],
)
def test_directives_are_headers(directive, label):
    assert words(f"{directive}\nwords") == {label: ("words",)}


# What a person may write as a header -> its label, and how often its section comes.
HEADERS = {
    "[Verse 1]": ("Verse 1", 1),
    "[Verse 1: Ann]": ("Verse 1", 1),
    "[Verse 1 - Ann & Bob]": ("Verse 1", 1),
    "[Chorus x2]": ("Chorus", 2),
    "[Chorus] x2": ("Chorus", 2),
    "[Chorus] (2x)": ("Chorus", 2),
    "[Pre-Chorus]": ("Pre-Chorus", 1),
    "[サビ]": ("サビ", 1),
    "Chorus": ("Chorus", 1),
    "Chorus x2": ("Chorus", 2),
    "Chorus ×3": ("Chorus", 3),
    "Chorus (x2)": ("Chorus", 2),
    "Chorus twice": ("Chorus", 2),
    "CHORUS:": ("CHORUS", 1),
    "(Chorus)": ("Chorus", 1),
    "# Chorus": ("Chorus", 1),
    "## Verse 2": ("Verse 2", 1),
    "**Chorus**": ("Chorus", 1),
    "**Chorus:**": ("Chorus", 1),
    "__Bridge__": ("Bridge", 1),
    "--- Bridge ---": ("Bridge", 1),
    "== Intro ==": ("Intro", 1),
    "<Chorus>": ("Chorus", 1),
    "Refrain": ("Refrain", 1),
    "Refrain:": ("Refrain", 1),
    "Verse II": ("Verse II", 1),
    "Verse two": ("Verse two", 1),
    "2nd Verse:": ("Verse 2", 1),
    "Second verse": ("verse 2", 1),
    "Final Chorus": ("Final Chorus", 1),
    "(Repeat Chorus)": ("Chorus", 1),
    "Repeat Chorus x2": ("Chorus", 2),
    "Solo:": ("Solo", 1),
    "Pre Chorus": ("Pre Chorus", 1),
    "Estribillo": ("Estribillo", 1),
}


@pytest.mark.parametrize("line", HEADERS)
def test_headers_as_people_write_them(line):
    header = header_of(line)
    assert (header.label, header.repeats) == HEADERS[line]
    (section,) = sheet_of(f"{line}\nLa la la").sections
    assert (section.label, section.repeats, section.words) == (*HEADERS[line], ("La la la",))


@pytest.mark.parametrize(
    "line",
    [
        "And then she said:",
        "Break",
        "Tag",
        "I hear the chorus sing",
        "The bridge is gone",
        "Verse by verse",
        "(oh)",
        "part of me",
        "Chorus of angels",
        "Intro the dark",
    ],
)
def test_lines_that_are_sung_are_no_headers(line):
    assert header_of(line) is None
    assert sung(line) == [line]


def test_an_aside_behind_a_header():
    sheet = sheet_of("[Verse]\nla\nOutro (fade out)\noh")
    assert sheet.words == (("Verse", ("la",)), ("Outro", ("oh",)))
    assert sheet.notes == ("line 3: asides are left out: (fade out)",)


def test_a_chord_before_a_section_word_is_no_aside():
    assert placed("[Verse]\n[Am]Chorus of angels\n[F]Chorus") == [[("Am", 0)], [("F", 0)]]


def test_what_stands_above_the_words_is_of_the_song():
    sheet = sheet_of("Title: A Door\nCapo 2\nKey: G\n\nIntro: G D\n\nVerse 1:\nTime: it flies\n")
    assert dict(sheet.tags) == {"title": "A Door", "capo": "2", "key": "G"}
    assert sheet.words == (("Verse 1", ("Time: it flies",)),)
    assert sheet.chords == ("G", "D")


def test_words_behind_a_header_are_its_first_line():
    assert words("Chorus: La la\nla") == {"Chorus": ("La la", "la")}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("F: I love you", "I love you"),
        ("M: You love me", "You love me"),
        ("v1: hello", "hello"),
        ("(Both): hello", "hello"),
        ("All: hello", "hello"),
        ("hello (hum) there", "hello there"),
        ("hello (guitar solo)", "hello"),
        ("hello (ooh, ooh)", "hello (ooh, ooh)"),
        ("hello (out in the end)", "hello (out in the end)"),
        ("hello [laughs] there", "hello there"),
        ("<i>hello</i> there", "hello there"),
        ('<font color="red">hello</font>', "hello"),
        ("I <3 you", "I <3 you"),
        ("*hello* there **you**", "hello there you"),
        ("_hello_ there", "hello there"),
        ("F**k that", "F**k that"),
        ("rock &amp; roll", "rock & roll"),
        ("{\\an8}hello", "hello"),
        ("hello *whispered*", "hello"),
        ("12:30 in the night", "12:30 in the night"),
        ("Note: it is late", "Note: it is late"),
    ],
)
def test_what_is_written_and_what_is_sung(written, text):
    assert sung(f"la\n{written}") == ["la", text]


@pytest.mark.parametrize("line", ["(hum)", "[hum]", "(whispered)", "(guitar solo)", "x2", "(x2)"])
def test_lines_of_asides_are_not_sung_but_named(line):
    sheet = sheet_of(f"[Verse]\nla\n{line}\nla")
    assert sheet.words == (("Verse", ("la", "la")),)
    assert line in sheet.notes[0]


def test_a_line_is_sung_as_often_as_it_says():
    sheet = sheet_of("[Verse]\nla la (x2)\nhey ×3\nho (2x)")
    assert sheet.words == (("Verse", (*["la la"] * 2, *["hey"] * 3, *["ho"] * 2)),)
    assert [line.repeats for line in sheet.lines] == [2, 3, 2]
    assert sheet.notes == ("3 lines from 2: lines are sung as often as it says: (x2), ×3, (2x)",)


def test_a_number_of_times_alone_is_the_sections():
    (section,) = sheet_of("[Chorus]\nla\nla\n(x2)").sections
    assert (section.repeats, section.words) == (2, ("la", "la"))


def test_every_kind_left_out_is_named_on_one_line():
    sheet = sheet_of("F: la\nM: la\nv1: la (hum)\n<b>la</b>\n[bg: ooh]\n(beat) (hums)")
    assert sheet.notes == (
        "3 lines from 1: who sings is left out: F:, M:, v1:",
        "2 lines from 3: asides are left out: (hum), (hums)",
        "line 4: markup is left out: <b>, </b>",
        "line 5: background vocals are left out: [bg: ooh]",
    )


LRC = """\
[ti: A Door]
[offset:+2000]
[00:12,34]comma
[00:20.00][01:20.00] twice
[00:30.00]<00:30.10>word <00:30.60>times <00:31.20>
[01:02.25] of [01:02.40] the [01:02.90] door
<00:40.00>no <00:40.50>brackets
[00:99.00]
lost
[60:43.251]
"""


def test_lrc():
    sheet = sheet_of(LRC)
    times = [[str(code) for code in line.times] for line in sheet.lines]
    assert [(line.text, *code) for line, code in zip(sheet.lines, times, strict=True)] == [
        ("comma", "[00:12.34]"),
        ("twice", "[00:20.00]", "[01:20.00]"),
        ("word times", "[00:30.00]"),
        ("of the door", "[01:02.25]"),
        ("no brackets", "[00:40.00]"),
        ("",),
        ("lost",),
        ("", "[60:43.251]"),
    ]
    words = [[(str(t.code), t.syllable) for t in line.word_times] for line in sheet.lines]
    assert words[2:5] == [
        [("[00:30.10]", 0), ("[00:30.60]", 1), ("[00:31.20]", 2)],
        [("[01:02.40]", 1), ("[01:02.90]", 2)],
        [("[00:40.00]", 0), ("[00:40.50]", 1)],
    ]
    assert sheet.offset_seconds == 2.0
    ((number, problem),) = sheet.problems
    assert (number, problem.partition(" ")[0]) == (8, "'00:99.00'")


@pytest.mark.parametrize(
    ("tag", "seconds"), [("+2000", 2.0), ("-250", -0.25), ("500", 0.5), ("", 0), ("two", 0)]
)
def test_the_offset(tag, seconds):
    sheet = sheet_of(f"[offset:{tag}]\n[00:10.00]la")
    assert sheet.offset_seconds == seconds
    assert bool(sheet.problems) == (tag in {"", "two"})


SRT = """\
1
00:00:12,340 --> 00:00:15,000
<i>Hello there</i>

2
00:00:16,340 --> 00:00:18,000
General
two
3 times
"""


@pytest.mark.parametrize("text", [SRT, "WEBVTT\n\n" + SRT.replace(",", ".")])
def test_subtitles(text):
    sheet = sheet_of(text)
    assert [line.text for line in sheet.lines if line.text] == [
        "Hello there",
        "General",
        "two",
        "3 times",
    ]
    codes = [str(line.times[0]) for line in sheet.lines if line.times]
    assert codes == ["[00:12.340]", "[00:16.340]"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_however_it_is_coded(tmp_path, encoding, end):
    path = tmp_path / "a sheet.txt"
    path.write_bytes(f"[Verse]{end}déjà vu{end}".encode(encoding))
    assert read_sheet(path).words == (("Verse", ("déjà vu",)),)


def test_what_is_an_aside():
    assert all(map(is_aside, ("hum", "Guitar Solo", "x2", "fade out", "ad lib")))
    assert not any(map(is_aside, ("", "out", "the beat", "hum a tune", "oh", "to the end")))


PIECES = st.sampled_from(
    [
        *("Am", "[Am]", "[F]", "la", "water", "(hum)", "(x2)", "F:", "<i>", "</i>", "**", "_"),
        *("[", "]", "{soc}", "{", "}", "[00:12.34]", "<00:13.1>", "\n", "\n", "  ", "\t", "愛"),
        *("Chorus", "Verse 1:", "00:00:01,000 --> 00:00:02,000", "1", "#", "[offset:5]", "x2"),
        *("\x1b[31m", "\u202e"),
    ]
)


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200))
def test_any_text_gives_lines_that_can_be_sung_or_nothing(text):
    sheet = sheet_of(text)
    numbers = [line.number for line in sheet.lines]
    assert all(1 <= number <= len(text.splitlines()) for number in numbers)
    assert len(" ".join(sheet.notes).splitlines()) <= 1
    for line in sheet.lines:
        sung_line = line_of(line.text)
        assert line.text == (sung_line.text if sung_line else "")
        count = len(sung_line.syllables) if sung_line else 0
        places = [each.syllable for each in (*line.chords, *line.word_times)]
        assert all(0 <= place <= count for place in places)
        assert [c.syllable for c in line.chords] == sorted(c.syllable for c in line.chords)
