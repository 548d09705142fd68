from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.time import GROUPINGS, MAX_NUMERATOR, Meter
from tests.strategies import EVERY_METER, meters

KNOWN_GROUPS = {
    "4/4": (1, 1, 1, 1),
    "3/4": (1, 1, 1),
    "5/4": (1, 1, 1, 1, 1),
    "2/2": (1, 1),
    "6/8": (3, 3),
    "9/8": (3, 3, 3),
    "12/8": (3, 3, 3, 3),
    "5/8": (3, 2),
    "7/8": (2, 2, 3),
    "8/8": (3, 3, 2),
    "10/8": (3, 3, 2, 2),
    "11/8": (3, 3, 3, 2),
    "13/8": (3, 3, 3, 2, 2),
    "4/8": (2, 2),
    "2/8": (2,),
    "1/32": (1,),
    "18/32": (3, 3, 3, 3, 3, 3),
    "16/16": (3, 3, 3, 3, 2, 2),
}
KNOWN_ACCENTS = {
    "1/4": (1.0,),
    "6/8": (1.0, 0.5),
    "3/4": (1.0, 0.25, 0.25),
    "7/8": (1.0, 0.25, 0.25),
    "4/4": (1.0, 0.25, 0.5, 0.25),
    "12/8": (1.0, 0.25, 0.5, 0.25),
    "5/4": (1.0, 0.25, 0.25, 0.5, 0.25),
}
KNOWN_BAR_TICKS = {"4/4": 1920, "7/8": 1680, "6/8": 1440, "2/2": 1920, "1/32": 60, "13/8": 3120}


@pytest.mark.parametrize(("text", "groups"), KNOWN_GROUPS.items())
def test_groups_as_musicians_count_them(text, groups):
    assert Meter.parse(text).groups == groups


@pytest.mark.parametrize(("text", "accents"), KNOWN_ACCENTS.items())
def test_accents_as_musicians_feel_them(text, accents):
    assert Meter.parse(text).accents == accents


@pytest.mark.parametrize(("text", "ticks"), KNOWN_BAR_TICKS.items())
def test_bar_lengths(text, ticks):
    assert Meter.parse(text).bar_ticks == ticks
    assert Meter.parse(text).bar_quarters == ticks / 480


def test_groups_of_every_meter_sum_to_its_numerator():
    assert all(sum(meter.groups) == meter.numerator for meter in EVERY_METER)


def test_short_units_are_grouped_in_twos_and_threes():
    short = [m for m in EVERY_METER if m.denominator > 4 and m.numerator > 1]
    assert all(set(meter.groups) <= {2, 3} for meter in short)


def test_group_onsets_and_sizes_describe_the_same_bar():
    for meter in EVERY_METER:
        edges = (*meter.group_onsets_ticks, meter.bar_ticks)
        sizes = [(b - a) / meter.unit_ticks for a, b in pairwise(edges)]
        assert edges[0] == 0
        assert sizes == list(meter.groups), str(meter)


def test_one_accent_per_group_and_the_downbeat_is_the_strongest():
    for meter in EVERY_METER:
        assert len(meter.accents) == len(meter.groups)
        assert meter.accents[0] == 1.0
        assert all(accent <= 0.5 for accent in meter.accents[1:])


def test_fixed_groupings_are_all_reachable():
    assert all(Meter(*signature).groups == groups for signature, groups in GROUPINGS.items())


def test_units_of_every_meter_are_whole_ticks():
    assert all(meter.unit_ticks * meter.denominator == 1920 for meter in EVERY_METER)


@given(meters())
def test_text_and_back(meter):
    assert Meter.parse(str(meter)) == meter


def test_spaces_around_the_numbers_are_no_matter():
    assert Meter.parse(" 7 / 8 ") == Meter(7, 8)


@pytest.mark.parametrize(
    "text",
    [
        *("18/21", "1/64", "0/4", "33/4", "4/0", "4/3", "-4/4", "4", "4/", "/4", "4/4/4", "4.0/4"),
        *("", "¾", "４/−４", "Moderate driving", "C", "4\\4"),
    ],
)
def test_what_is_no_meter_is_refused(text):
    with pytest.raises(ValueError, match="meter"):
        Meter.parse(text)


@given(st.text(max_size=12))
def test_any_text_is_a_meter_or_a_value_error(text):
    try:
        meter = Meter.parse(text)
    except ValueError:
        return
    assert 1 <= meter.numerator <= MAX_NUMERATOR
    assert "/" in text
