"""Whole songs, heard in windows as long as a model can listen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fitness.colours import find_colour
from fitness.roll import WINDOW_SECONDS
from fitness.scorer import ChromaticScorer
from fitness.whole_song import SongScorer, windows
from genomes import Meter, Part, TempoMap
from tests.strategies import meters

FOUR = Meter(4, 4)
BPM = 120.0
TEMPO = TempoMap.constant(BPM)
BAR = FOUR.bar_ticks
BAR_SECONDS = 2.0
WINDOW_BARS = int(WINDOW_SECONDS / BAR_SECONDS)
GREEN = find_colour("Green")


def played(bars: int, *, silent: tuple[int, ...] = (), shift: int = 0) -> Part:
    """A note on every beat, in each bar another, but in the silent ones."""
    rows = [
        (bar * BAR + beat * 480, 400, 50 + (5 * bar + 3 * beat + shift) % 30, 80)
        for bar in range(bars)
        for beat in range(4)
        if bar not in silent
    ]
    return Part.of(rows, bars * BAR)


def heard(scorer: ChromaticScorer, song: Part) -> float:
    found = SongScorer(scorer, GREEN).chromatic(song, FOUR, TEMPO)
    assert found is not None
    return found


@given(
    meter=meters(),
    bars=st.integers(1, 40),
    bpm=st.floats(20, 320),
)
def test_stretches_tile_a_song_in_whole_bars_that_can_be_heard(
    meter: Meter, bars: int, bpm: float
) -> None:
    bar = meter.bar_ticks
    song = Part.of([(index * bar, bar, 60, 80) for index in range(bars)], bars * bar)
    tempo = TempoMap.constant(bpm)
    found = list(windows(song, meter, tempo))
    assert sum(stretch.length_ticks for stretch in found) == song.length_ticks
    assert sum(len(stretch.notes) for stretch in found) == bars
    for stretch in found:
        assert stretch.length_ticks % bar == 0
        seconds = float(tempo.seconds(stretch.length_ticks))
        assert seconds <= WINDOW_SECONDS or stretch.length_ticks == bar
    longest = {stretch.length_ticks for stretch in found[:-1]}
    assert len(longest) <= 1


def test_silent_stretches_are_skipped(scorer: ChromaticScorer) -> None:
    silent = tuple(range(WINDOW_BARS, 2 * WINDOW_BARS))
    song = played(3 * WINDOW_BARS, silent=silent)
    assert len(list(windows(song, FOUR, TEMPO))) == 2
    first = heard(scorer, played(WINDOW_BARS))
    third = heard(scorer, played(WINDOW_BARS, shift=5 * 2 * WINDOW_BARS))
    assert heard(scorer, song) == pytest.approx((first + third) / 2, abs=1e-6)


def test_a_song_of_one_window_is_heard_as_any_part(scorer: ChromaticScorer) -> None:
    song = played(WINDOW_BARS)
    (match,) = scorer.score_batch([(song, TEMPO)], "Green")
    assert heard(scorer, song) == pytest.approx(match.chromatic, abs=1e-6)


def test_stretches_weigh_as_much_as_they_last(scorer: ChromaticScorer) -> None:
    rest = 1
    song = played(WINDOW_BARS + rest)
    first = heard(scorer, played(WINDOW_BARS))
    last = heard(scorer, played(rest, shift=5 * WINDOW_BARS))
    expected = np.average([first, last], weights=[WINDOW_BARS, rest])
    assert heard(scorer, song) == pytest.approx(expected, abs=1e-6)
    assert first != pytest.approx(last, abs=1e-6)


def test_a_silent_song_is_of_no_colour(scorer: ChromaticScorer) -> None:
    assert SongScorer(scorer, GREEN).chromatic(Part.of([], 4 * BAR), FOUR, TEMPO) is None
