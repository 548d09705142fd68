"""Loops, cadences and borrowed chords are functions of every mode and sound as written."""

from __future__ import annotations

import numpy as np
import pytest

from genomes.chords.functions import functions
from genomes.keys import SCALES
from training.composed.progressions import (
    CADENCES,
    LENDERS,
    LOOPS,
    NO_CADENCE,
    PROGRESSIONS,
    lent,
    progression,
    translated,
    with_cadence,
)


@pytest.mark.parametrize("mode", SCALES)
@pytest.mark.parametrize("name", PROGRESSIONS)
def test_every_progression_is_of_the_mode_and_as_long_as_asked(name, mode):
    for count in (2, 3, 8):
        tokens = progression(name, mode, count, np.random.default_rng(count))
        assert len(tokens) == count
        assert set(tokens) <= set(functions(mode))


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_loops_are_written_in_major_and_minor_and_move(mode):
    for loops in LOOPS.values():
        for loop in loops[mode]:
            assert set(loop.split()) <= set(functions(mode))
            assert len(set(loop.split())) > 1
            assert all(translated(token, mode, mode) == token for token in loop.split())


@pytest.mark.parametrize("mode", SCALES)
@pytest.mark.parametrize("name", CADENCES)
def test_a_cadence_ends_the_loop_and_leaves_its_beginning(name, mode):
    tokens = progression("plagal", mode, 4, np.random.default_rng(1))
    closed = with_cadence(tokens, name, mode)
    assert closed[0] == tokens[0]
    assert len(closed) == 4
    assert set(closed) <= set(functions(mode))
    assert (closed == tokens) or name != NO_CADENCE
    assert with_cadence(tokens[:1], name, mode) == tokens[:1]


@pytest.mark.parametrize("mode", ["major", "minor", "dorian"])
def test_what_a_mode_lends_is_not_its_own(mode):
    for lender in set(LENDERS) & set(SCALES):
        for function in lent(lender, mode):
            assert function.source != "diatonic"


@pytest.mark.parametrize(
    ("lender", "mode", "tokens"),
    [
        ("dorian", "minor", {"IV", "ii"}),
        ("phrygian", "minor", {"bII"}),
        ("harmonic_minor", "minor", {"V", "viio"}),
        ("lydian", "major", {"V/V"}),
        ("mixolydian", "major", {"bVII"}),
        ("minor", "major", {"bVI", "iv"}),
        ("dominants", "major", {"V/vi", "V/ii"}),
    ],
)
def test_modes_lend_what_tells_them(lender, mode, tokens):
    assert tokens <= {function.token for function in lent(lender, mode)}


def test_a_loop_sounds_the_same_in_a_mode_that_has_its_chords():
    assert translated("bVII", "major", "mixolydian") == "VII"
    assert translated("V/V", "major", "lydian") == "II"
    assert translated("bII", "minor", "phrygian") == "II"
