import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.time import (
    TempoMap,
    microseconds_per_quarter,
    rescale_ticks,
    ticks_to_quarters,
)

ticks = st.integers(0, 200_000)
tempos_us = st.integers(1, 2**24 - 1)
resolutions = st.sampled_from([1, 24, 96, 120, 192, 220, 384, 480, 960, 32767])


def seconds_by_walking(changes, ticks_per_quarter, position):
    """Add up the time tick by tick, from change to change."""
    total, tempo, reached = 0.0, 500_000, 0
    for onset, next_tempo in sorted(changes, key=lambda change: change[0]):
        if onset > position:
            break
        total += (onset - reached) * tempo / 1e6 / ticks_per_quarter
        tempo, reached = next_tempo, onset
    return total + (position - reached) * tempo / 1e6 / ticks_per_quarter


@given(st.lists(st.tuples(ticks, tempos_us), max_size=8), resolutions, st.lists(ticks, max_size=8))
def test_agrees_with_walking_through_the_changes(changes, resolution, positions):
    walked = [seconds_by_walking(changes, resolution, position) for position in positions]
    mapped = TempoMap.from_changes(changes, resolution).seconds(positions)
    assert np.allclose(mapped, walked, rtol=1e-9, atol=1e-9)


@given(st.floats(4, 960), ticks)
def test_agrees_with_mido_on_one_tempo(tempo_bpm, position):
    expected = mido.tick2second(position, 480, mido.bpm2tempo(tempo_bpm))
    assert TempoMap.constant(tempo_bpm).seconds(position) == pytest.approx(expected)


@given(
    st.lists(st.tuples(ticks, st.integers(20_000, 2_000_000)), max_size=8),
    st.sampled_from([24, 96, 480, 960]),
    st.lists(ticks, max_size=8),
)
def test_ticks_are_seconds_the_other_way_round(changes, resolution, positions):
    tempo_map = TempoMap.from_changes(changes, resolution)
    assert tempo_map.ticks(tempo_map.seconds(positions)).tolist() == positions


def test_a_later_tempo_leaves_the_past_alone():
    steady = TempoMap.from_changes([(0, 500_000)], 480)
    slowing = TempoMap.from_changes([(0, 500_000), (960, 1_000_000)], 480)
    assert slowing.seconds([0, 480, 960, 1440]).tolist() == [0.0, 0.5, 1.0, 2.0]
    assert steady.seconds([0, 480, 960, 1440]).tolist() == [0.0, 0.5, 1.0, 1.5]


def test_120_bpm_until_the_first_change():
    late = TempoMap.from_changes([(480, 250_000)], 480)
    assert late.changes == ((0, 500_000), (480, 250_000))
    assert late.seconds([480, 960]).tolist() == [0.5, 0.75]


def test_of_two_changes_at_one_tick_the_last_wins():
    assert TempoMap.from_changes([(0, 300_000), (0, 400_000)], 480).changes == ((0, 400_000),)


def test_changes_come_in_any_order():
    changes = [(960, 300_000), (0, 400_000), (480, 200_000)]
    assert TempoMap.from_changes(changes, 480) == TempoMap.from_changes(sorted(changes), 480)


@given(st.lists(st.tuples(ticks, tempos_us), max_size=8), st.lists(ticks, min_size=2, max_size=8))
def test_time_never_runs_backwards(changes, positions):
    seconds = TempoMap.from_changes(changes, 480).seconds(sorted(positions))
    assert (np.diff(seconds) >= 0).all()


def test_the_shape_of_the_ticks_is_kept():
    assert TempoMap.constant(60).seconds(480).shape == ()
    assert TempoMap.constant(60).seconds([[0, 480], [960, 1440]]).tolist() == [[0, 1], [2, 3]]


@pytest.mark.parametrize(("bpm", "microseconds"), [(120, 500_000), (97.3, 616_650), (60, 10**6)])
def test_microseconds_as_a_file_stores_them(bpm, microseconds):
    assert microseconds_per_quarter(bpm) == microseconds


@pytest.mark.parametrize(
    ("theirs", "resolution", "ours"),
    [(96, 96, 480), (1, 960, 0), (3, 960, 2), (7, 480, 7), (1, 1, 480), (110, 220, 240)],
)
def test_ticks_of_other_resolutions(theirs, resolution, ours):
    assert rescale_ticks(theirs, resolution) == ours


def test_quarters():
    assert ticks_to_quarters(720) == 1.5
