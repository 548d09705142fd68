from hypothesis import given
from hypothesis import strategies as st

from genomes.grid import DIVISIONS, TRIPLET, cells, swung
from genomes.time import Meter
from tests.strategies import meters


@given(meter=meters(), division=st.sampled_from(DIVISIONS))
def test_a_bar_is_filled_by_its_cells(meter, division):
    onsets = [cell.onset_ticks for cell in cells(meter, division)]
    assert onsets[0] == 0
    assert onsets == sorted(set(onsets))
    assert set(meter.group_onsets_ticks) <= set(onsets)
    assert onsets[-1] < meter.bar_ticks
    assert [c.weight for c in cells(meter, division)].count(1.0) == 1


def test_triplets_are_three_to_a_quarter_where_groups_hold_quarters():
    assert [cell.onset_ticks for cell in cells(Meter(3, 4), TRIPLET)] == list(range(0, 1440, 160))
    assert cells(Meter(7, 8), TRIPLET) == cells(Meter(7, 8))


@given(meter=meters(), swing=st.floats(0, 1), bars=st.integers(1, 4))
def test_swing_keeps_order_and_bar_lines(meter, swing, bars):
    straight = range(0, meter.bar_ticks * bars, 60)
    late = [swung(onset, meter, swing) for onset in straight]
    assert late == sorted(late)
    assert all(
        swung(bar * meter.bar_ticks, meter, swing) == bar * meter.bar_ticks for bar in range(bars)
    )


def test_full_swing_makes_triplets_and_none_nothing():
    assert [swung(t, Meter(4, 4), 1.0) for t in (0, 240, 480, 720)] == [0, 320, 480, 800]
    assert [swung(t, Meter(4, 4), 0.0) for t in (0, 240)] == [0, 240]
    assert swung(240, Meter(7, 8), 1.0) == 240
