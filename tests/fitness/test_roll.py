import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.roll_bench import KINDS, reference_roll, report
from fitness.roll import (
    DRUM_CLASSES,
    OTHER_DRUM_ROW,
    ROW_TABLE,
    STEPS,
    rolls,
)
from genomes.notes import NOTE_DTYPE, Part
from genomes.time import TempoMap

AT_120 = TempoMap.constant(120)
BEAT = 480  # half a second: five steps
LONG = 480 * 4096


def roll_of(*notes, tempo_map=AT_120, is_drum=False):
    return rolls([Part.of(notes, LONG, is_drum=is_drum)], tempo_map)[0, 0]


def row(*velocities):
    return np.array([velocity / 127 for velocity in velocities], dtype=np.float32)


def test_a_note_lights_its_own_steps_and_no_more():
    roll = roll_of((BEAT, BEAT, 60, 100))
    assert roll.shape == (128, STEPS)
    assert roll.dtype == np.float32
    np.testing.assert_array_equal(roll[60, 4:11], row(0, 100, 100, 100, 100, 100, 0))
    assert np.count_nonzero(roll) == 5


def test_the_shortest_note_still_lights_a_step():
    assert roll_of((10, 1, 60, 90))[60, 0] == row(90)


def test_notes_in_a_row_do_not_merge():
    roll = roll_of((0, BEAT, 60, 100), (BEAT, BEAT, 60, 100))
    np.testing.assert_array_equal(
        roll[60, :11], row(100, 100, 100, 100, 0, 100, 100, 100, 100, 100, 0)
    )


def test_repeated_notes_of_one_step_differ_from_a_held_one():
    tenth = 96  # ticks
    repeated = roll_of(*((i * tenth, tenth, 60, 100) for i in range(4)))
    held = roll_of((0, 4 * tenth, 60, 100))
    np.testing.assert_array_equal(repeated[60, :5], row(50, 50, 50, 100, 0))
    np.testing.assert_array_equal(held[60, :5], row(100, 100, 100, 100, 0))


def test_another_pitch_or_the_end_of_the_row_above_is_not_touched():
    roll = roll_of((LONG - BEAT, BEAT, 60, 1), (0, BEAT, 61, 100), (51 * BEAT, BEAT, 60, 80))
    assert (roll[61, :5] == row(100)).all()
    assert roll[60, 255] == row(80)


def test_a_louder_note_is_heard_through_a_held_one_and_the_held_one_stays():
    roll = roll_of((0, 4 * BEAT, 60, 50), (BEAT, BEAT, 60, 100))
    expected = row(*[50] * 4, 0, *[100] * 5, *[50] * 10, 0)
    np.testing.assert_array_equal(roll[60, :21], expected)


def test_a_tempo_change_moves_only_what_comes_after_it():
    slower = TempoMap(((0, 500_000), (2 * BEAT, 1_000_000)))
    roll = roll_of((0, BEAT, 60, 100), (2 * BEAT, BEAT, 64, 100), tempo_map=slower)
    assert np.flatnonzero(roll[60]).tolist() == [0, 1, 2, 3, 4]
    assert np.flatnonzero(roll[64]).tolist() == list(range(10, 20))


@pytest.mark.parametrize("bpm", [60, 75, 100, 120, 150])
def test_an_onset_on_the_edge_of_a_step_falls_into_it(bpm):
    microseconds = 60_000_000 // bpm
    tempo_map = TempoMap(((0, microseconds),), microseconds // 1000)  # a tick is a millisecond
    for step in range(256):
        roll = roll_of((step * 100, 100, 60, 100), tempo_map=tempo_map)
        assert np.flatnonzero(roll[60]).tolist() == [step]


def test_what_lies_beyond_the_window_is_cut():
    inside, outside = roll_of((51 * BEAT, 9 * BEAT, 60, 100)), roll_of((52 * BEAT, BEAT, 60, 100))
    assert np.flatnonzero(inside[60]).tolist() == [255]
    assert not outside.any()


def test_a_drum_part_is_neither_silence_nor_bass():
    roll = roll_of((0, BEAT, 36, 100), (BEAT, BEAT, 38, 90), is_drum=True)
    assert np.argwhere(roll).tolist() == [[0, 0], [1, 5]]
    assert not roll_of((0, BEAT, 36, 100))[:20].any()


def test_a_drum_is_struck_whatever_its_length():
    np.testing.assert_array_equal(
        roll_of((0, 10, 36, 100), is_drum=True), roll_of((0, 10 * BEAT, 36, 100), is_drum=True)
    )


def test_every_drum_note_has_one_class_below_the_pitches():
    listed = [note for _, notes in DRUM_CLASSES for note in notes]
    assert len(listed) == len(set(listed))
    assert set(range(35, 82)) <= set(listed)  # General MIDI, level 1
    assert len(DRUM_CLASSES) == 20
    assert ROW_TABLE[1].max() == OTHER_DRUM_ROW == 19
    assert all(ROW_TABLE[1, note] == OTHER_DRUM_ROW for note in (0, 13, 100, 127))


def test_pitches_keep_to_the_rows_of_a_piano_and_keep_their_pitch_class():
    pitches = np.arange(128)
    rows = ROW_TABLE[0]
    assert rows.min() == 21
    assert rows.max() == 108
    assert ((rows - pitches) % 12 == 0).all()
    assert (rows[21:109] == pitches[21:109]).all()
    assert np.abs(rows - pitches).max() <= 24


def test_no_parts_and_empty_parts_are_empty_rolls():
    assert rolls([], AT_120).shape == (0, 1, 128, 256)
    assert not rolls([Part.of([], BEAT)], AT_120).any()


note_rows = st.tuples(
    st.integers(0, 30_000),
    st.integers(1, 6_000),
    st.sampled_from([20, 36, 36, 60, 60, 61, 64, 108, 127]) | st.integers(0, 127),
    st.integers(1, 127),
    st.booleans(),
)
any_part = st.lists(note_rows, max_size=30).map(
    lambda notes: Part.of(np.array(notes, dtype=NOTE_DTYPE), 40_000)
)
# Onsets of a sixteenth: repeated and overlapping notes on few pitches.
dense_part = st.lists(
    st.tuples(
        st.integers(0, 40).map(lambda i: i * 120),
        st.sampled_from([60, 120, 240, 480]),
        st.sampled_from([60, 61]),
        st.sampled_from([40, 80, 127]),
        st.booleans(),
    ),
    max_size=40,
).map(lambda notes: Part.of(np.array(notes, dtype=NOTE_DTYPE), 40_000))
tempo_maps = st.builds(
    TempoMap.from_changes,
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(150_000, 2_000_000)), max_size=5),
    st.sampled_from([96, 480, 960]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(any_part | dense_part, max_size=4), tempo_maps)
def test_the_fast_path_equals_the_reference_to_the_bit(parts, tempo_map):
    fast = rolls(parts, tempo_map)
    assert fast.shape == (len(parts), 1, 128, 256)
    assert fast.dtype == np.float32
    for part, roll in zip(parts, fast, strict=True):
        np.testing.assert_array_equal(roll[0], reference_roll(part.notes, tempo_map))


@settings(max_examples=50, deadline=None)
@given(dense_part, st.randoms(use_true_random=False))
def test_a_roll_does_not_depend_on_the_order_of_the_notes(part, random):
    order = list(range(len(part.notes)))
    random.shuffle(order)
    np.testing.assert_array_equal(
        reference_roll(part.notes[order], AT_120), reference_roll(part.notes, AT_120)
    )


@settings(max_examples=50, deadline=None)
@given(any_part, tempo_maps)
def test_values_stay_between_0_and_1(part, tempo_map):
    roll = rolls([part], tempo_map)
    assert 0 <= roll.min() <= roll.max() <= 1


@pytest.mark.parametrize("size", [1, 7, 50])
def test_a_roll_does_not_depend_on_its_batch(size):
    rng = np.random.default_rng(size)
    parts = [
        Part.of([(int(t), 300, int(60 + t % 7), 80) for t in rng.integers(0, 9000, 12)], 10_000)
        for _ in range(size)
    ]
    batch = rolls(parts, AT_120)
    for part, roll in zip(parts, batch, strict=True):
        np.testing.assert_array_equal(rolls([part], AT_120)[0], roll)


def test_the_benchmark_runs_and_reports_every_kind():
    table = report(rounds=1)
    assert all(kind in table for kind in KINDS)
    assert "to the bit" in table
