"""Which words a section sings, and what a person is told of a sheet by every command."""

from __future__ import annotations

import pytest

from benchmarks.songs import own_song
from documents.lyrics import sheet_of
from engine.arrangement.plan_text import read_plan
from engine.proposals.lyrics import has_words, lyrics_of, notes_on, words_left_out
from engine.proposals.verses import shared_words
from tests.engine.command_line import Shell
from tests.engine.composing.compositions import words as compose_words
from tests.engine.runs.short_runs import open_with
from tests.engine.stages.snapshots import evolve_words

HEADERS = [
    ("Chorus x2", "chorus"),
    ("(Chorus)", "chorus"),
    ("# Chorus", "chorus"),
    ("**Chorus**", "chorus"),
    ("CHORUS:", "chorus"),
    ("Refrain", "chorus"),
    ("[Final Chorus]", "chorus"),
    ("[Chorus 1]", "chorus"),
    ("[Hook]", "chorus"),
    ("[Chorus]", "chorus 2"),
    ("[Pre-Chorus]", "prechorus"),
    ("[Pre Chorus]", "pre-chorus"),
    ("[prechorus]", "Pre_Chorus"),
    ("[Verse 1: Ann]", "verse"),
    ("[Verse 1: Ann]", "verse_1"),
    ("[VERSE]", "verse 3"),
    ("[Verse II]", "verse 2"),
    ("Verse two", "verse-2"),
    ("2nd verse:", "Verse 2"),
    ("{start_of_bridge}", "bridge"),
    ("[サビ]", "サビ"),
]


@pytest.mark.parametrize(("header", "section"), HEADERS)
def test_a_header_is_found_however_it_is_written(header, section):
    sheet = sheet_of(f"[Ending]\nla\n{header}\nOut on the water")
    assert [line.text for line in lyrics_of(sheet, section).lines] == ["Out on the water"]
    assert has_words(sheet, section)
    shared = shared_words(sheet, [section, "ending"])
    assert [verse.lines for verse in shared.verses] == [("Out on the water",), ("la",)]
    assert shared.unused == ()


@pytest.mark.parametrize(
    ("header", "section"),
    [("[Pre-Chorus]", "chorus"), ("[Chorus]", "pre-chorus"), ("[Verse 1]", "verse 2")],
)
def test_another_section_has_no_words(header, section):
    assert not has_words(sheet_of(f"{header}\nOut on the water"), section)


def test_the_same_word_goes_before_the_same_role():
    sheet = sheet_of("Refrain\nfirst\n\nChorus\nsecond")
    assert [line.text for line in lyrics_of(sheet, "chorus").lines] == ["second"]
    assert [line.text for line in lyrics_of(sheet, "refrain").lines] == ["first"]


def test_headers_that_fit_no_section_are_listed_with_the_nearest():
    sheet = sheet_of("[Brigde]\none\n[Verse 1]\ntwo\n[Spoken word]\nthree")
    labels = ["verse", "chorus", "bridge"]
    assert words_left_out(shared_words(sheet, labels).unused, labels) == (
        "the words under Brigde fit no section (nearest: bridge): one",
        "the words under Spoken word fit no section (the song has verse, chorus, bridge): three",
    )


def test_what_is_said_of_a_sheet():
    sheet = sheet_of("[offset:100]\nlost\n[Verse]\n[00:10.00][Am]la (hum)\n[00:99.00]la")
    assert notes_on(sheet) == (
        "line 4: asides are left out: (hum)",
        "line 5: '00:99.00' is no timecode (accepted: [MM:SS.fff])",
        "chords are not sung, and nothing is composed on them yet: Am (1)",
        "the offset moves times alone, which are not used here",
        "lines under no header are left out (1): lost",
    )


SHEET = """\
{comment: Verse 1}
[Am]Out on the wa[F]ter (hum)
F: <i>nobody knows</i>

Refrain x2
Am      F
Leave a light on

[Brigde]
never sung
"""
NOTES = [
    "note: sheet.txt: line 2: asides are left out: (hum)",
    "note: sheet.txt: line 3: markup is left out: <i>, </i>",
    "note: sheet.txt: line 3: who sings is left out: F:",
    "note: sheet.txt: chords are not sung, and nothing is composed on them yet: Am, F (4)",
]


@pytest.fixture
def new_shell(tmp_path, capsys):
    """A studio with a song of which nothing is composed."""
    folder = tmp_path / "studio"
    open_with(folder, own_song("Green", "D minor", "4/4", 120)).__exit__(None, None, None)
    return Shell(folder, capsys)


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "sheet.txt"
    path.write_text(SHEET, "utf-8")
    return path


def unmatched(*sections):
    return f"the words under Brigde fit no section (the song has {', '.join(sections)}): never sung"


def test_evolve(at, sheet):
    shell = at("chords")
    said = shell.type(*evolve_words("melody", "--lyrics", sheet))
    assert said.code == 0
    for line in (*NOTES, f"note: sheet.txt: {unmatched('verse')}"):
        assert line in said.err.splitlines()
    (run,) = shell.events("RunStarted")[-1:]
    texts = ["".join(s[0] + " " * s[2] for s in line).strip() for line in run.lyrics["lines"]]
    assert texts == ["Out on the water", "nobody knows"]


def test_compose(new_shell, sheet):
    line = compose_words(
        sections="verse=1,chorus=1", beam=1, population=4, generations=0, arrangements=1
    )
    said = new_shell.type(*line, "--lyrics", sheet)
    assert said.code == 0
    assert [row for row in said.err.splitlines() if "sheet.txt" in row] == [
        *NOTES,
        f"note: sheet.txt: {unmatched('verse', 'chorus')}",
    ]
    (begun,) = new_shell.events("CompositionStarted")
    assert begun.lyrics == [
        ["Verse 1", ["Out on the water", "nobody knows"]],
        ["Refrain", ["Leave a light on"], 2],
        ["Brigde", ["never sung"]],
    ]


def test_arrange(arranged_shell, tmp_path):
    shell = arranged_shell
    path = tmp_path / "sheet.txt"
    path.write_text(f"{SHEET}\n2nd Verse:\nAnother one (x2)\n", "utf-8")
    song = shell.json("songs", "list")[0]["id"]
    said = shell.type("arrange", "--draft", "--song", song, "--lyrics", path)
    assert said.code == 0
    assert f"note: sheet.txt: {unmatched('verse', 'chorus')}" in said.err.splitlines()
    plan = read_plan(shell.folder / "exports" / song / "arrangement.yml")
    light = ("Leave a light on",)
    sung = {s.name: (s.words, s.play) for s in plan.sections if s.words}
    assert sung == {
        "Verse 1": (("Out on the water", "nobody knows"), 1),
        "Chorus 1": (light, 2),
        "Verse 2": (("Another one", "Another one"), 1),
        "Chorus 2": (light, 1),
        "Chorus 3": (light, 1),
    }
