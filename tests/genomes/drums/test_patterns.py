"""What one drummer leaves out when asked for too much."""

import pytest

from genomes.drums.patterns import Pattern, fault, legal, put
from genomes.time import Meter
from tests.genomes.drums.conftest import PLAIN, pattern

FULL = "x" * 16


def test_the_third_hand_is_left_out():
    found = legal("straight", {"kick": FULL, "snare": "x" + "." * 15, "clap": FULL, "ride": FULL})
    assert found.line("ride") == "." + "x" * 15
    assert found.line("kick") == found.line("clap") == FULL


def test_hats_are_open_or_closed():
    found = legal("straight", {"open_hat": "x" + "." * 15, "closed_hat": FULL, "pedal_hat": FULL})
    assert found.line("open_hat")[0] == "x"
    assert found.line("closed_hat") == "." + "x" * 15
    assert found.line("pedal_hat") == ""


def test_a_flam_takes_both_hands():
    found = legal("straight", {"snare": "f" + "x" * 15, "ride": FULL, "kick": FULL})
    assert found.line("ride")[0] == "."
    assert found.line("kick") == FULL


def test_what_is_put_goes_first():
    before = pattern({"snare": FULL, "clap": FULL})
    after = put(before, "shaker", (3,), "x", 16)
    assert after.line("shaker") == "...x............"
    assert (after.line("snare")[3], after.line("clap")[3]) == ("x", ".")


def test_what_is_legal_stays():
    assert legal("straight", PLAIN) == pattern(PLAIN)
    assert fault(pattern(PLAIN), Meter(4, 4)) == ""
    assert legal("straight", {}) == Pattern("straight")
    assert Pattern("straight").columns() == []


@pytest.mark.parametrize("meter", [Meter(3, 4), Meter(7, 8)], ids=str)
def test_a_pattern_belongs_to_its_meter(meter):
    assert "expected" in fault(pattern(PLAIN), meter)
