import math

import pytest
from hypothesis import given

from genomes.context import MAX_BARS, Section
from tests.strategies import contexts


@given(contexts(max_bars=MAX_BARS))
def test_a_section_is_whole_bars_long(context):
    assert context.length_ticks == context.section.bars * context.meter.bar_ticks
    assert context.length_ticks % context.meter.bar_ticks == 0


@given(contexts())
def test_seconds_follow_from_tempo_and_meter(context):
    quarters = context.section.bars * context.meter.bar_quarters
    seconds = float(context.tempo_map.seconds(context.length_ticks))
    assert seconds == pytest.approx(quarters * 60 / context.tempo_bpm, rel=1e-5)


@pytest.mark.parametrize("bars", [0, -1, MAX_BARS + 1])
def test_sections_too_short_or_too_long_are_refused(bars):
    with pytest.raises(ValueError, match="expected 1 to 64"):
        Section("verse", bars)


@pytest.mark.parametrize("energy", [-0.01, 1.01, math.nan, math.inf])
def test_energy_outside_0_and_1_is_refused(energy):
    with pytest.raises(ValueError, match="energy"):
        Section("verse", 4, energy)
