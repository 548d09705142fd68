"""Places of a bar by what they mean, and Euclidean rhythms."""

import numpy as np
import pytest

from genomes.drums.positions import FROM_ROLES, ROLES, euclidean, layout, positions
from genomes.time import Meter
from tests.strategies import ODD_METERS, SONG_METERS

# In eighths from the bar line.
EIGHTHS = {
    ("4/4", "beats"): [0, 2, 4, 6],
    ("4/4", "back"): [2, 6],
    ("4/4", "half"): [4],
    ("4/4", "between"): [1, 3, 5, 7],
    ("4/4", "off_back"): [3, 7],
    ("3/4", "back"): [4],
    ("3/4", "weak"): [2, 4],
    ("7/8", "strong"): [0, 2],
    ("7/8", "back"): [4],
    ("7/8", "half"): [4],
    ("7/8", "off_beats"): [1, 3, 6],
    ("6/8", "back"): [3],
    ("6/8", "off_beats"): [2, 5],
    ("5/4", "back"): [4, 8],
    ("5/4", "half"): [6],
    ("12/8", "back"): [3, 9],
    ("11/8", "back"): [3, 9],
    ("7/4", "back"): [2, 6, 10],
    ("8/8", "strong"): [0, 3],
    ("8/8", "back"): [6],
    ("1/1", "back"): [4],
}


@pytest.mark.parametrize(("meter", "role"), EIGHTHS)
def test_roles_in_meters_of_songs(meter, role):
    assert [cell / 2 for cell in positions(role, Meter.parse(meter), "straight")] == EIGHTHS[
        meter, role
    ]


def test_roles_on_triplets():
    meter = Meter(4, 4)
    assert positions("back", meter, "triplet") == (3, 9)
    assert positions("off_beats", meter, "triplet") == (2, 5, 8, 11)
    assert positions("pulses", meter, "triplet") == (0, 2, 3, 5, 6, 8, 9, 11)


def test_before_and_after_go_round_the_bar():
    meter = Meter(4, 4)
    assert positions("before_downbeat", meter, "straight") == (15,)
    assert positions("after_before_downbeat", meter, "straight") == (0,)


@pytest.mark.parametrize("meter", SONG_METERS + ODD_METERS, ids=str)
@pytest.mark.parametrize("division", ["straight", "triplet"])
def test_places_are_cells_of_the_bar_in_order(meter, division):
    roles = [*ROLES, *(f"{how}_{role}" for how in FROM_ROLES for role in ROLES)]
    count = layout(meter, division).count
    for role in roles:
        found = positions(role, meter, division)
        assert list(found) == sorted(set(found))
        assert set(found) <= set(range(count))
    assert positions("downbeat", meter, division) == (0,)
    assert 0 not in positions("back", meter, division)


def test_an_unknown_role_is_an_error():
    with pytest.raises(KeyError):
        positions("chorus", Meter(4, 4), "straight")


def test_euclidean_rhythms_that_have_names():
    assert euclidean(3, 8) == (0, 3, 6)  # tresillo
    assert euclidean(5, 8) == (0, 2, 3, 5, 6)  # cinquillo
    assert euclidean(4, 16) == (0, 4, 8, 12)
    assert euclidean(3, 8, rotation=1) == (1, 4, 7)
    assert euclidean(2, 5) == (0, 2)


@pytest.mark.parametrize("count", range(1, 25))
def test_euclidean_rhythms_are_even(count):
    for strokes in range(count + 1):
        found = euclidean(strokes, count)
        assert len(set(found)) == strokes
        if strokes:
            gaps = np.diff([*found, found[0] + count])
            assert gaps.max() - gaps.min() <= 1
