"""The grid: every beat is divided as its notes have it, and is full."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from engine.notation.grid import grid_of
from engine.notation.staff import staff
from genomes.grid import swung
from genomes.midi import Track
from genomes.notes import Part
from genomes.time import Meter
from tests import strategies

FOUR = Meter(4, 4)


@pytest.mark.parametrize(
    ("played", "written"),
    [
        ((0, 120, 240, 360), (0, 120, 240, 360)),
        ((3, 118, 245, 355), (0, 120, 240, 360)),  # played by hand
        ((0, 160, 320), (0, 160, 320)),
        ((0, 312), (0, 320)),  # swung
        ((0, 60, 120), (0, 60, 120)),
        ((0, 160, 240, 400), (0, 160, 240, 400)),  # swung sixteenths
        ((0, 475), (0, 480)),
        ((1919,), (1800,)),  # nothing begins at the very end
    ],
)
def test_onsets_are_written_on_the_nearest_plain_place(played, written):
    assert tuple(grid_of(played, FOUR, bars=1).onsets(played)) == written


def test_full_swing_is_written_as_triplets():
    onsets = [swung(eighth * 240, FOUR, swing=1.0) for eighth in range(8)]
    assert list(grid_of(onsets, FOUR, bars=1).onsets(onsets)) == onsets


@pytest.mark.parametrize(
    ("onset", "end", "signs"),
    [
        (0, 1920, [1920]),
        (0, 1680, [1440, 240]),
        (240, 720, [480]),  # a syncopation
        (720, 1200, [240, 240]),  # one over the middle of the bar
        (360, 840, [120, 360]),
        (480, 1440, [960]),
        (160, 480, [320]),
        (160, 960, [320, 480]),  # out of a triplet
        (320, 1920, [160, 1440]),
    ],
)
def test_long_notes_are_written_so_that_beats_are_seen(onset, end, signs):
    part = Part.of([(onset, end - onset, 60, 80)], 1920)
    (pieces,) = staff(Track("one", part), FOUR, bars=1)
    assert [piece.duration_ticks for piece in pieces if piece.pitches] == signs
    ties = [(bool(p.tied_back), bool(p.tied_on)) for p in pieces if p.pitches]
    assert ties == [(i > 0, i < len(signs) - 1) for i in range(len(signs))]


@given(meter=strategies.meters(), part=strategies.parts(max_notes=8))
def test_pieces_fill_every_bar_in_order(meter, part):
    bars = -(-part.length_ticks // meter.bar_ticks)
    if bars > 16:
        bars, part = 2, Part.of([], meter.bar_ticks)
    for channel in (0, 9):
        at = 0
        for pieces in staff(Track("any", part, channel=channel), meter, bars):
            for piece in pieces:
                assert piece.onset_ticks == at
                assert piece.duration_ticks > 0
                at += piece.duration_ticks
            assert at % meter.bar_ticks == 0
        assert at == bars * meter.bar_ticks


@given(meter=strategies.meters(), part=strategies.parts())
def test_no_onset_moves_further_than_a_sixteenth(meter, part):
    bars = -(-part.length_ticks // meter.bar_ticks)
    onsets = part.notes["onset_ticks"]
    moved = grid_of(onsets, meter, bars).onsets(onsets) - onsets
    assert np.abs(moved).max(initial=0) <= 120
