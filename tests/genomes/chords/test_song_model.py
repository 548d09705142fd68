"""The model of songs: what it prefers, that it is a distribution, and what it was counted on."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest

from genomes.chords.song_chords import song_chords
from genomes.chords.song_model import (
    BEGIN,
    FAMILIES,
    FIRST,
    SongModel,
    Step,
    family_and_kind,
    function_name,
    histories,
    place_of,
)
from genomes.keys import SCALES

MAX_BYTES = 10**6
LOOPS = {
    "major": ("0 major", "7 major", "9 minor", "5 major"),
    "minor": ("0 minor", "8 major", "3 major", "10 major"),
}


def steps(functions):
    return [Step(function, "triad", 0, bar) for bar, function in enumerate(functions)]


def moved(function, semitones):
    root, family = function.split(" ")
    return function_name((int(root) + semitones) % 12, family)


@pytest.mark.parametrize("mode", LOOPS)
@pytest.mark.parametrize("semitones", range(1, 12))
def test_a_known_loop_is_likelier_than_off_its_key(mode, semitones):
    model = SongModel.load(mode)
    elsewhere = [moved(function, semitones) for function in LOOPS[mode]]
    real = model.log2_likelihood(steps(LOOPS[mode]), 4)
    assert real > model.log2_likelihood(steps(elsewhere), 4) + 1


@pytest.mark.parametrize("mode", LOOPS)
def test_root_position_and_triads_are_likelier(mode):
    model = SongModel.load(mode)
    plain = model.step_bits(Step("0 " + mode, "triad", 0, 0), BEGIN, BEGIN, FIRST)
    for kind, bass in (("triad", 4), ("seventh", 0), ("major seventh", 0)):
        assert plain > model.step_bits(Step("0 " + mode, kind, bass, 0), BEGIN, BEGIN, FIRST) + 1


@pytest.mark.parametrize("history", [(BEGIN, BEGIN), ("7 major", "0 major"), ("6 open", "1 open")])
def test_probabilities_sum_to_1(history):
    model = SongModel.load("major")
    every = [function_name(root, family) for root in range(12) for family in FAMILIES]
    whole = sum(model.function_probability(name, *history, "3") for name in every)
    assert whole == pytest.approx(1)


@pytest.mark.parametrize(
    ("intervals", "named"),
    [
        ({0, 4, 7}, ("major", "triad")),
        ({0, 3, 7, 10}, ("minor", "seventh")),
        ({0, 4, 7, 11}, ("major", "major seventh")),
        ({0, 2, 4, 7}, ("major", "added")),
        ({0, 3, 6, 9}, ("diminished", "seventh")),
        ({0, 4, 8}, ("augmented", "triad")),
        ({0, 5, 7}, ("open", "sus")),
        ({0, 7}, ("open", "triad")),
    ],
)
def test_family_and_kind(intervals, named):
    assert family_and_kind(frozenset(intervals)) == named


def test_places_and_histories():
    assert [place_of(*asked) for asked in ((0, 0, 8), (3, 5, 8), (9, 7, 8))] == [
        "first",
        "1",
        "last",
    ]
    found = histories(steps(["0 major", "0 major", "5 major", "7 major"]))
    assert found == [
        (BEGIN, BEGIN),
        ("0 major", BEGIN),
        ("0 major", BEGIN),
        ("5 major", "0 major"),
    ]


@pytest.mark.parametrize("mode", SCALES)
def test_every_mode_draws_bars_that_come_round(mode):
    rng = np.random.default_rng(4)
    for _ in range(20):
        drawn = song_chords(mode, [[0], [0, 2], [], [0]] * 2, [0, 1, 2, 3, 0, 1, 2, 3], rng)
        assert drawn[4:] == drawn[:4]
        assert [len(bar) for bar in drawn[:4]] == [1, 2, 0, 1]


def test_the_counts_are_small_and_name_their_source():
    text = resources.files("genomes.chords").joinpath("data/song_chords.json").read_text("utf-8")
    document = json.loads(text)
    assert len(text) < MAX_BYTES
    assert set(document["sources"]) == set(document["songs"]) == {"billboard", "pop909"}
    assert document["licence"]
    assert document["counted"]
