"""What is no drum genome is refused by name, before anyone plays it."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.drums import DRUMS, DrumGenome
from genomes.drums.genome import Bar
from tests.genomes.drums.conftest import PLAIN, drums_in_context, groove, pattern
from tests.strategies import law

GOOD = groove(PLAIN, Bar(pattern(PLAIN), fill="tom_run", crash="crash")).to_payload()

WRONG = {
    "no meter": ("meter", "four"),
    "meter as a number": ("meter", 4),
    "another meter": ("meter", "7/8"),
    "unknown swing": ("swing_percent", 50),
    "swing as a fraction": ("swing_percent", 0.0),
    "unknown dynamic": ("dynamic", 71),
    "dynamic as truth": ("dynamic", True),
    "unknown shape": ("shape", "loud"),
    "shape as a list": ("shape", ["breath"]),
    "no bars": ("bars", []),
    "bars of another kind": ("bars", "AAAB"),
    "no such pattern": ("bars", [[1, "", ""]]),
    "a pattern from behind": ("bars", [[-1, "", ""]]),
    "a pattern as a fraction": ("bars", [[0.0, "", ""]]),
    "unknown fill": ("bars", [[0, "gong", ""]]),
    "unknown crash": ("bars", [[0, "", "gong"]]),
    "a fill as a list": ("bars", [[0, [], ""]]),
    "patterns as text": ("patterns", "xx"),
    "nothing but silence": ("patterns", [["straight", []]]),
    "unknown division": ("patterns", [["swung", [["kick", "x" * 16]]]]),
    "unknown voice": ("patterns", [["straight", [["gong", "x" * 16]]]]),
    "too short": ("patterns", [["straight", [["kick", "x" * 15]]]]),
    "unknown letters": ("patterns", [["straight", [["kick", "o" * 16]]]]),
    "a line of rests": ("patterns", [["straight", [["kick", "." * 16]]]]),
    "a flam by foot": ("patterns", [["straight", [["kick", "f" * 16]]]]),
    "a voice twice": ("patterns", [["straight", [["kick", "x" * 16]] * 2]]),
    "another order": ("patterns", [["straight", [["snare", "x" * 16], ["kick", "x" * 16]]]]),
    "open and closed": (
        "patterns",
        [["straight", [["open_hat", "x" * 16], ["closed_hat", "x" * 16]]]],
    ),
    "three hands": (
        "patterns",
        [["straight", [["snare", "x" * 16], ["clap", "x" * 16], ["ride", "x" * 16]]]],
    ),
    "a flam and a ride": ("patterns", [["straight", [["snare", "f" * 16], ["ride", "x" * 16]]]]),
    "a line as numbers": ("patterns", [["straight", [["kick", [1, 0]]]]]),
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 200) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def test_the_payload_is_plain_and_short():
    assert GOOD["bars"] == [[0, "", ""], [0, "tom_run", "crash"]]
    assert GOOD["patterns"] == [["straight", [[voice, line] for voice, line in PLAIN.items()]]]
    assert json.loads(json.dumps(GOOD)) == GOOD
    assert DRUMS.from_payload(GOOD).to_payload() == GOOD


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_gene_is_refused(name, value):
    with pytest.raises(ValueError, match=r"."):
        DrumGenome.from_payload({**GOOD, name: value})


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_gene_is_refused(name):
    with pytest.raises(ValueError, match=name):
        DrumGenome.from_payload({key: value for key, value in GOOD.items() if key != name})


@law
@given(made=drums_in_context(4), data=st.data(), value=json_values)
def test_anything_in_the_place_of_anything_is_a_genome_or_a_value_error(made, data, value):
    payload = copy.deepcopy(made[0].to_payload())
    spot = payload
    while True:
        keys = list(spot) if isinstance(spot, dict) else range(len(spot))
        key = data.draw(st.sampled_from(keys))
        if isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
            spot = spot[key]
        else:
            break
    spot[key] = value
    try:
        read = DrumGenome.from_payload(payload)
    except ValueError:
        return
    assert DrumGenome.from_payload(read.to_payload()) == read
