"""What counts as parallels and as a clash, by hand."""

import pytest

from genomes.harmony.counterpoint import CLASHING, clash, parallel_onsets, parallels


@pytest.mark.parametrize(
    ("before", "after", "is_parallel"),
    [
        ((48, 55), (50, 57), True),  # fifths going up
        ((55, 48), (57, 50), True),  # whichever voice is named first
        ((48, 60), (50, 62), True),  # octaves
        ((60, 60), (62, 62), True),  # unisons
        ((48, 67), (50, 69), True),  # twelfths
        ((48, 55), (45, 64), True),  # a fifth and a twelfth, apart
        ((48, 55), (48, 55), False),  # nobody moves
        ((48, 55), (60, 55), False),  # one voice stays: now a fourth
        ((48, 60), (48, 72), False),  # one voice stays
        ((48, 53), (50, 55), False),  # fourths
        ((48, 52), (50, 53), False),  # thirds
        ((48, 55), (50, 62), False),  # a fifth, then an octave
    ],
)
def test_parallels(before, after, is_parallel):
    assert parallels(before, after) is is_parallel


def test_only_common_onsets_count():
    low = {0: 48, 480: 50, 960: 52}
    assert parallel_onsets(low, {0: 55, 480: 57}) == [480]
    assert parallel_onsets(low, {0: 55, 240: 60, 480: 57}) == [480]
    assert parallel_onsets(low, {0: 55, 481: 57}) == []
    assert parallel_onsets(low, {0: 55, 960: 59}) == [960]
    assert parallel_onsets(low, {}) == []


@pytest.mark.parametrize(("interval", "rubs"), [(0, 0), (1, 1), (2, 0), (11, 0), (12, 0), (13, 1)])
def test_clashes(interval, rubs):
    assert clash(60, 60 + interval) is bool(rubs)
    assert clash(60, 60 - interval) is bool(rubs)
    assert CLASHING[60] >> (60 + interval) & 1 == rubs
