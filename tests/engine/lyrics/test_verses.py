"""Which words each time that a section comes sings."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from documents.lyrics import LyricSheet, sheet_of
from engine.proposals.verses import shared_words

V, C = "verse", "chorus"
SONG = [V, C, V, C, "bridge", C]

SHEETS = [
    ("[Verse 1]\na\n[Chorus]\nc\n[Verse 2]\nb", SONG, "a c b c - c", ""),
    ("[Verse]\na\n[Chorus]\nc\n[Verse]\nb\n[Chorus]\nd", SONG, "a c b d - c", ""),
    ("[Verse]\na\n[Chorus]\nc\n[Chorus]\n[Chorus]\nd", SONG, "a c a c - d", ""),
    ("[Verse]\na\n[Chorus]\nc\n[Final Chorus]\nd", SONG, "a c a c - d", ""),
    ("[Chorus 2]\nd\n[Chorus 1]\nc", SONG, "- c - d - c", ""),
    ("[Verse 1]\na\n[Verse 2]\nb\n[Verse 3]\ne", SONG, "a - b - - -", "e"),
    ("[Verse 2]\nb\n[Verse 3]\ne", SONG, "b - e - - -", ""),
    ("[Refrain]\nc\n[Coda]\nz\n[Bridge]\nx", SONG, "- c - c x c", "z"),
    ("[Verse 1]\na\n[Verse 2]\nb", [V, "verse 2"], "a b", ""),
    ("[Verse 1]\na\n[Verse 2]\nb\n[Verse 3]\ne", [V, "verse 2", V], "a b e", ""),
    ("[Verse 1]\na", ["verse 2"], "-", "a"),
    ("[Verse]\na", ["verse 2"], "a", ""),
    ("[Chorus]\nc\n[Hook]\nh", [C, "hook", C, "hook"], "c h c h", ""),
    ("[Chorus]\nc\n[Hook]\nh", [C, C], "c h", ""),
    ("a\nb", [V, V], "ab ab", ""),
    ("a\nb", [V, C], "- -", "ab"),
]


@pytest.mark.parametrize(("text", "sections", "sung", "unused"), SHEETS)
def test_each_time_sings_its_own(text, sections, sung, unused):
    shared = shared_words(sheet_of(text), sections)
    assert [each and "".join(each.lines) for each in shared.verses] == [
        None if each == "-" else each for each in sung.split()
    ]
    assert "".join(line for each in shared.unused for line in each.words) == unused


def test_only_the_time_that_says_so_comes_twice():
    shared = shared_words(sheet_of("[Chorus] (x2)\nc"), [C, C])
    assert [(each.repeats, each.is_own) for each in shared.verses] == [(2, True), (1, False)]


HEADERS = [
    *("Verse", "Verse 1", "Verse 2", "Verse II", "Chorus", "Chorus 2", "Refrain", "Final Chorus"),
    *("Bridge", "Hook", "Coda", "x"),
]
LABELS = ["verse", "verse 2", "chorus", "Pre-Chorus", "bridge", "hook", "サビ"]


@given(
    st.lists(st.tuples(st.sampled_from(HEADERS), st.booleans()), min_size=1, max_size=8),
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=9),
)
def test_every_section_of_a_sheet_is_sung_once_as_its_own_or_unused(headers, labels):
    rows = [(label, [f"line {i}"] if sung else []) for i, (label, sung) in enumerate(headers)]
    sheet = LyricSheet.of_words(rows)
    assume(sheet.headers)
    shared = shared_words(sheet, labels)
    own = [line for each in shared.verses if each and each.is_own for line in each.lines]
    unused = [line for each in shared.unused for line in each.words]
    assert sorted([*own, *unused]) == sorted(line for _, lines in rows for line in lines)
    assert all(each.lines for each in shared.verses if each is not None)
    again = LyricSheet.of_words(*_stored(sheet))
    assert shared_words(again, labels).verses == shared.verses


def _stored(sheet):
    """A sheet as the log keeps it."""
    rows = sheet.rows()
    return [(label, lines) for label, lines, *_ in rows], [sum(n) or 1 for _, _, *n in rows]
