"""Intervals over songs: what is drawn anew are songs, so that more clips of them prove nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.colours import COLOURS
from fitness.predictions import Predictions
from tests.training.examples import some_examples
from training.fusion.by_song import difference, figures_of_songs
from training.fusion.intervals import interval, share_interval

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(SHARES)
def test_a_mean_lies_in_its_interval(values):
    found = interval(values)
    assert found.mean == pytest.approx(np.mean(values))
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9


def test_it_is_as_wide_as_the_normal_one_of_many_songs():
    values = np.arange(200) % 2
    found = interval(values)
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.5 / np.sqrt(200), rel=0.1)


def test_songs_without_a_figure_are_left_out_and_none_say_nothing():
    assert interval([1.0, float("nan"), 0.0]).mean == 0.5
    assert interval([float("nan")]).to_plain() == [None, None, None]


@given(st.integers(1, 20))
def test_more_clips_of_the_same_songs_prove_no_more(times):
    right, song = np.array([True, False, True, True]), np.array([1, 1, 2, 3])
    assert share_interval(np.repeat(right, times), np.repeat(song, times)) == share_interval(
        right, song
    )


def test_figures_of_a_song_are_those_of_its_clips():
    clips = some_examples(18)
    clips = clips.select(clips.colour == 3)  # one colour: all of one answer
    sure = np.full((len(clips), 9), 0.02, np.float32)
    sure[:, 3] = 1 - 8 * 0.02
    targets = np.array(COLOURS[3].targets, np.float32)
    axes = [np.repeat(one[None], len(clips), axis=0) for one in targets]
    found = figures_of_songs(Predictions(*axes, sure, np.ones(len(clips), np.float32)), clips)
    assert set(found) == {str(song) for song in clips.song.tolist()}
    for one in found.values():
        assert one == {
            "clips": 1.0,
            "song": 1.0,
            "modes": 1.0,
            "log_loss": pytest.approx(-np.log(0.84), abs=1e-6),
        }
    worse = {name: one | {"clips": 0.25} for name, one in found.items()}
    assert difference(worse, found, "clips")[:3] == (-0.75, -0.75, -0.75)
