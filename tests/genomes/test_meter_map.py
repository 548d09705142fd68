"""Meters over time: where bars begin, and which bar a tick lies in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.time import Meter, MeterMap
from tests.strategies import meters

FOUR, THREE = Meter(4, 4), Meter(3, 4)
CHANGES = st.lists(st.tuples(st.integers(0, 20_000), meters()), max_size=5)


@given(CHANGES, st.integers(0, 30_000))
def test_bars_follow_each_other_and_every_tick_lies_in_one(
    changes: list[tuple[int, Meter]], tick: int
) -> None:
    found = MeterMap.from_changes(changes)
    bar = found.bar_at(tick)
    begin, end = found.bar_line(bar), found.bar_line(bar + 1)
    assert begin <= tick < end
    # A bar is whole, but for one that another meter cuts short.
    is_cut = end in dict(found.changes)
    assert end - begin == found.meter_at(tick).bar_ticks or (
        is_cut and end - begin < found.meter_at(tick).bar_ticks
    )
    assert bar <= found.bar_position(tick) < bar + 1
    assert found.bar_at(begin) == bar


@given(CHANGES)
def test_the_last_change_at_a_tick_holds(changes: list[tuple[int, Meter]]) -> None:
    found = MeterMap.from_changes(changes)
    for tick, meter in dict(changes).items():
        assert found.meter_at(tick) == meter
    assert found.meter_at(0) == dict(changes).get(0, FOUR)


def test_the_same_meter_again_begins_no_bar() -> None:
    again = MeterMap.from_changes([(0, THREE), (700, THREE), (1440, FOUR)])
    assert again.changes == ((0, THREE), (1440, FOUR))
    assert [again.bar_line(bar) for bar in (1, 2, 3)] == [0, 1440, 3360]


@pytest.mark.parametrize(
    ("onset", "end", "tracks_end", "line"),
    [
        (0, 1920, 1920, 1920),
        (0, 1921, 1921, 1920),  # a note-off a tick late
        (0, 2040, 2040, 1920),  # a sixteenth late
        (0, 2041, 2041, 3840),
        (1920, 1921, 1921, 3840),  # a note begins there
        (0, 1921, 3840, 3840),  # the track lasts to the end of that bar
        (0, 60, 60, 1920),  # of the first bar there is none before
    ],
)
def test_a_small_overhang_is_no_bar(onset: int, end: int, tracks_end: int, line: int) -> None:
    assert MeterMap.constant(FOUR).last_bar_line(onset, end, tracks_end) == line
