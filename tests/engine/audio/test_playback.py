"""Loops without a gap, and the player itself, on a device that makes no sound."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.loops import looped
from engine.audio.playback import NoPlayer, can_play, play


@given(
    frames=st.integers(1, 60),
    loop=st.integers(1, 40),
    times=st.integers(1, 5),
    seed=st.integers(0, 9),
)
def test_every_time_begins_where_the_bars_before_end(frames, loop, times, seed):
    samples = np.random.default_rng(seed).normal(size=(frames, 2)).astype(np.float32)
    expected = np.zeros((times * loop + frames + loop, 2))
    for turn in range(times):
        expected[turn * loop : turn * loop + frames] += samples
    played = np.concatenate(list(looped(samples, loop, times)))
    np.testing.assert_allclose(played, expected[: len(played)], atol=1e-5)
    assert not expected[len(played) :].any()


def test_without_the_extra_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "miniaudio", None)
    with pytest.raises(NoPlayer, match=r"pip install 'composition-engine\[listen\]'"):
        play([np.zeros((10, 2), dtype=np.float32)])
    assert not can_play()


def test_all_blocks_are_played_to_the_end():
    miniaudio = pytest.importorskip("miniaudio", reason="needs composition-engine[listen]")
    assert can_play([miniaudio.Backend.NULL])
    taken = []

    def blocks():
        for frames in (1, 3000, 700):
            yield np.zeros((frames, 2), dtype=np.float32)
            taken.append(frames)

    play(blocks(), [miniaudio.Backend.NULL])
    assert taken == [1, 3000, 700]
