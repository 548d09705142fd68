"""Who sings, and where."""

import pytest

from genomes.melody import find_singer, known_singers, range_of
from genomes.melody.singers import DEFAULT_VOICE, SINGERS, VOICES, in_range


def test_names_are_found_in_any_case():
    assert find_singer(" SHIRLEY ").name == "Shirley"
    assert range_of("shirley") == range_of("Shirley") == (53, 72)
    assert find_singer("Gabe") == find_singer("gabriel")
    assert find_singer("soprano").voice == "soprano"


def test_everyone_known_has_a_range_of_more_than_an_octave():
    assert len(set(known_singers())) == len(known_singers())
    assert {"Busayo", "Gabriel", "Robbie", "Aloysius", "Katherine", "Marvin", "Remez"} < set(
        known_singers()
    )
    for singer in SINGERS:
        assert 12 < singer.high - singer.low < 36
        assert find_singer(singer.name) == singer


@pytest.mark.parametrize("name", ["", "  ", "Nobody"])
def test_without_a_known_name_an_alto_sings(name):
    assert range_of(name) == VOICES[DEFAULT_VOICE]
    with pytest.raises(ValueError, match=r"expected one of .*Shirley"):
        find_singer(name)


@pytest.mark.parametrize(
    ("pitch", "there"), [(53, 53), (72, 72), (52, 64), (73, 61), (0, 60), (127, 67)]
)
def test_pitches_are_brought_into_range_by_octaves(pitch, there):
    assert in_range(pitch, 53, 72) == there
