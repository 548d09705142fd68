"""Descriptions of candidates, in lines for people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.reports.description import in_lines
from genomes.melody import MELODY
from tests.genomes.melody.conftest import chorded, words


def test_bars_are_read_bar_by_bar():
    assert in_lines({"chords": [["Am", "G/B"], [], ["C"]]}) == ["chords | Am G/B | · | C |"]


def test_lists_tell_what_occurs_in_them_once():
    assert in_lines({"fills": ["", "toms", "", "toms", "snare"]}) == ["fills toms, snare"]


def test_names_and_values():
    told = {"kick_lock": True, "swing": 1 / 3, "lines": {"kick": "X..."}, "register": 60}
    assert in_lines(told) == ["kick lock yes", "swing 0.33", "lines kick X...", "register 60"]


def test_what_says_nothing_has_no_line():
    assert in_lines({"fills": ["", ""], "none": [], "no": {}, "nil": None, "blank": ""}) == []


def test_phrases_are_told_with_their_bars():
    phrases = [
        {"bars": 2, "from_bar": 1, "notes": "C4 D4"},
        {"bars": 1, "from_bar": 3, "notes": "E4"},
    ]
    assert in_lines({"phrases": phrases}) == ["phrases | bars 1–2: C4 D4 | bar 3: E4 |"]
    assert in_lines({"phrases": []}) == []


def test_sung_lines_are_told_with_how_they_fit():
    line = {"line": "Leave the light on", "notes": 4}
    fits = line | {"syllables": 4, "unsung": 0, "verdict": "fits"}
    tight = line | {"syllables": 6, "unsung": 1, "verdict": "tight"}
    split = line | {"syllables": 6, "unsung": 0, "notes": 6, "split": 2, "verdict": "fits"}
    assert in_lines({"lyrics": [split]}) == [
        "lyrics | Leave the light on: fits (6 syllables, 6 notes, 2 of them split for words) |"
    ]
    assert in_lines({"lyrics": [fits]}) == [
        "lyrics | Leave the light on: fits (4 syllables, 4 notes) |"
    ]
    assert in_lines({"lyrics": [tight]}) == [
        "lyrics | Leave the light on: tight (6 syllables, 1 of them unsung, 4 notes) |"
    ]


def test_a_melody_is_told_in_plain_words():
    context = chorded("I V vi IV")
    sung = replace(context, lyrics=words("LEAVE the LIGHT on"))
    genome, _ = MELODY.random(sung, np.random.default_rng(1))
    told = "\n".join(in_lines(MELODY.describe(genome, sung)))
    assert "phrases | bar" in told
    assert "lyrics | leave the light on: " in told
    assert "from_bar" not in told
    assert "stressed_on_strong" not in told
