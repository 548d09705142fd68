"""The sweep: short ways that must equal the plain ones to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fitness.sonorities import Sonorities, distinct, pitches_of
from genomes import Part
from tests.strategies import parts

numbers = st.lists(st.integers(0, 127), min_size=1, max_size=40)


@given(parts())
def test_masks_say_what_sounds(part: Part) -> None:
    sonorities = Sonorities.of(part)
    rows = [tuple(np.flatnonzero(row).tolist()) for row in sonorities.sounding]
    assert [pitches_of(mask) for mask in sonorities.masks] == rows


@given(parts(), st.integers(0, 20_000), st.integers(0, 20_000))
def test_heard_is_all_that_sounds_between_two_times(part: Part, begin: int, length: int) -> None:
    sonorities = Sonorities.of(part)
    ends = sonorities.onset_ticks + sonorities.length_ticks
    inside = (ends > begin) & (sonorities.onset_ticks < begin + length)
    expected = np.flatnonzero(sonorities.sounding[inside].any(axis=0)).tolist()
    assert list(pitches_of(sonorities.pitches_between(begin, begin + length))) == expected


@given(parts())
def test_equal_notes_have_one_sweep_whatever_the_harmony(part: Part) -> None:
    again = Part(part.notes.copy(), part.length_ticks)
    assert Sonorities.of(again) is Sonorities.of(part)


@given(numbers)
def test_distinct_is_what_numpy_says(values: list[int]) -> None:
    np.testing.assert_array_equal(distinct(np.sort(values)), np.unique(values))
    assert len(distinct(np.zeros(0, dtype=np.int64))) == 0
