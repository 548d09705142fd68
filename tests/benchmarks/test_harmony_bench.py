"""Harmony alone: blocks hide how chords are played, and cards differ by them all the same."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs scikit-learn: pip install -e .[training]")

from benchmarks.harmony_bench import (
    BLOCKS,
    COLOURS_PER_SONG,
    HarmonyClassifier,
    blocks,
    composed_songs,
    interval,
    line,
    measured,
)
from genomes import Part
from genomes.notes import ChordSpan

BAR = 1920
SPANS = (
    ChordSpan(0, 960, 9, 0, (9, 0, 4), "i6", "Am/C"),
    ChordSpan(960, 2880, 2, 2, (2, 6, 9), "IV", "D"),
)


def test_blocks_are_a_bar_each_over_their_bass():
    part = blocks(Part.of([(0, 480, 60, 80)], 2 * BAR, SPANS))
    assert part.length_ticks == BLOCKS * BAR
    first = part.notes[part.notes["onset_ticks"] == 0]
    assert sorted(first["pitch"].tolist()) == [48, 64, 69]
    assert set(part.notes["velocity"].tolist()) == {80}


def test_rhythm_and_layout_change_nothing():
    slow = Part.of([(0, 480, 60, 80)], 2 * BAR, SPANS)
    other = (ChordSpan(0, 240, 9, 0, (9, 0, 4), "i6", "Am/C"), *SPANS[1:])
    quick = Part.of([(0, 120, 40 + step, 60) for step in range(9)], BAR, other)
    assert np.array_equal(measured(slow), measured(quick))


def test_four_colours_of_one_song_are_told_apart_by_their_chords():
    songs = list(composed_songs(8))
    assert all(len(song.parts) == COLOURS_PER_SONG for song in songs)
    classifier = HarmonyClassifier.learned(12)
    alone, _ = zip(*(classifier.right(song) for song in songs), strict=True)
    assert np.mean(alone) > 0.5
    assert "chance .25" in line("composed", songs, classifier)


def test_an_interval_holds_its_mean():
    mean, low, high = interval([0.25, 0.5, 0.75, 1.0])
    assert low <= mean == 0.625 <= high
