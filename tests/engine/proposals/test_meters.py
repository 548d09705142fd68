import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.music import meter_from_text
from engine.proposals import Proposal
from engine.proposals.proposal import parse_proposal
from genomes.time import DENOMINATORS, MAX_NUMERATOR, Meter
from tests.engine.proposals.documents import ABSENT, SHORT_FORM, refused, understood

METERS = st.builds(Meter, st.integers(1, MAX_NUMERATOR), st.sampled_from(DENOMINATORS))


@pytest.mark.parametrize(
    ("written", "meter"),
    [
        ("4/4", "4/4"),
        ("7/8", "7/8"),
        (" 11 / 8 ", "11/8"),
        ("6⁄8", "6/8"),
        ({"numerator": 13, "denominator": 8}, "13/8"),
        ({"denominator": 8, "numerator": 7}, "7/8"),
        ("32/32", "32/32"),
        ("1/1", "1/1"),
    ],
)
def test_meters_of_all_kinds(written: object, meter: str) -> None:
    proposal = understood(tempo=written)

    assert str(proposal.meter) == meter
    assert proposal.tempo_marking is None
    assert proposal.warnings == ()


@pytest.mark.parametrize(
    "marking",
    ["Moderate", "Moderato con moto", "Contemplative drift", "Languid", "mid-tempo",
     "Moderato with erratic accelerandos", "Moderately paced"],
)  # fmt: skip
def test_a_tempo_word_is_a_marking_over_four_four(marking: str) -> None:
    proposal = understood(tempo=marking)

    assert (proposal.tempo_marking, str(proposal.meter)) == (marking, "4/4")
    assert proposal.warnings == (f"tempo: {marking} is a tempo marking; meter 4/4 assumed",)


def test_only_the_short_form_may_lack_a_meter() -> None:
    short = parse_proposal(SHORT_FORM, "manifest_bootstrap.yml")

    assert isinstance(short, Proposal)
    assert str(short.meter) == "4/4"
    assert short.warnings[0] == "tempo: missing; 4/4 assumed"
    assert [warning.partition(":")[0] for warning in short.warnings] == ["tempo", "concept"]
    assert refused(tempo=ABSENT).value == "missing"


@given(METERS)
def test_every_meter_reads_back_as_it_prints(meter: Meter) -> None:
    parts = {"denominator": meter.denominator, "numerator": meter.numerator}

    assert meter_from_text(str(meter)) == meter
    assert understood(tempo=str(meter)).meter == meter
    assert understood(tempo=parts).meter == meter


@given(st.integers(-99, 999), st.integers(-99, 999))
def test_a_pair_of_numbers_is_a_meter_only_if_it_can_be_played(over: int, under: int) -> None:
    playable = 1 <= over <= MAX_NUMERATOR and under in DENOMINATORS

    if playable:
        assert understood(tempo=f"{over}/{under}").meter == Meter(over, under)
    else:
        assert refused(tempo=f"{over}/{under}").value == f"{over}/{under}"
