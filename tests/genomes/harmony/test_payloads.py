"""What is no harmony genome is refused by name, before anyone plays it."""

import copy
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.harmony import HARMONY, HarmonyGenome
from tests.genomes.harmony.songs import song
from tests.strategies import law

GOOD = {
    "meter": "7/8",
    "dynamic": 52,
    "bars": [
        [{"texture": "pad", "tones": [[0, 960, 1, 55, "struck"], [0, 1680, 2, 60, "tied"]]}],
        [],
        [
            {"texture": "drone", "tones": [[0, 1680, 0, 45, "tied"]]},
            {"texture": "line", "tones": [[480, 480, 3, 64, "suspended"]]},
        ],
    ],
}
WRONG = {
    "no meter": ("meter", ""),
    "meter as a number": ("meter", 4),
    "another meter, off whose grid the tones lie": ("meter", "2/4"),
    "unknown dynamic": ("dynamic", 53),
    "dynamic as a fraction": ("dynamic", 52.0),
    "no bars": ("bars", []),
    "silent bars": ("bars", [[], []]),
    "bars of another kind": ("bars", "three"),
    "three layers": ("bars", [GOOD["bars"][0] + GOOD["bars"][2]]),
    "one voice in two layers": ("bars", [GOOD["bars"][0] * 2]),
    "a layer without tones": ("bars", [[{"texture": "pad", "tones": []}]]),
}
# Position in the first tone's row, and what stands there instead.
WRONG_TONES = {
    "off the grid": (0, 7),
    "before the bar": (0, -120),
    "onset as a fraction": (0, 0.0),
    "no duration": (1, 0),
    "longer than the bar": (1, 1800),
    "an end off the grid": (1, 961),
    "a voice too many": (2, 4),
    "a voice as truth": (2, True),
    "too low": (3, 42),
    "too high": (3, 77),
    "pitch as text": (3, "C4"),
    "unknown link": (4, "slurred"),
    "link as a list": (4, ["tied"]),
}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 2000) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def test_a_good_one_is_read_and_gives_itself_back():
    assert HARMONY.from_payload(GOOD).to_payload() == GOOD


@pytest.mark.parametrize(("field", "value"), WRONG.values(), ids=WRONG.keys())
def test_wrong_fields_are_refused(field, value):
    with pytest.raises(ValueError, match=r"."):
        HarmonyGenome.from_payload(GOOD | {field: value})


@pytest.mark.parametrize(("index", "value"), WRONG_TONES.values(), ids=WRONG_TONES.keys())
def test_wrong_tones_are_refused(index, value):
    payload = copy.deepcopy(GOOD)
    payload["bars"][0][0]["tones"][0][index] = value
    with pytest.raises(ValueError, match=r"."):
        HarmonyGenome.from_payload(payload)


@pytest.mark.parametrize("field", GOOD)
def test_missing_fields_are_refused(field):
    with pytest.raises(ValueError, match=field):
        HarmonyGenome.from_payload({name: GOOD[name] for name in GOOD if name != field})


def test_tones_in_each_others_way_are_refused():
    payload = copy.deepcopy(GOOD)
    tones = [[0, 960, 1, 55, "struck"], [480, 480, 1, 55, "struck"]]
    payload["bars"][0][0]["tones"] = tones
    with pytest.raises(ValueError, match="before its voice is free"):
        HarmonyGenome.from_payload(payload)
    payload["bars"][0][0]["tones"] = tones[::-1]
    with pytest.raises(ValueError, match="out of order"):
        HarmonyGenome.from_payload(payload)


@law
@given(json_values)
def test_any_json_is_a_genome_or_a_value_error(payload):
    with pytest.raises(ValueError, match=r"."):
        HarmonyGenome.from_payload(payload)


@law
@given(st.integers(0, 30), st.data())
def test_with_one_value_replaced_it_is_refused_or_still_plays(seed, data):
    context = song(seed=seed, bars=2)
    genome, _ = HARMONY.random(context, np.random.default_rng(seed))
    payload = json.loads(json.dumps(genome.to_payload()))
    *path, last = data.draw(st.sampled_from(list(_paths(payload))))
    target = payload
    for step in path:
        target = target[step]
    target[last] = data.draw(json_values)
    try:
        read = HarmonyGenome.from_payload(payload)
    except ValueError:
        return
    if len(read.bars) == len(genome.bars) and read.meter == genome.meter:
        assert len(read.render(context).notes)


def _paths(value, path=()):
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for step, inner in items:
            if isinstance(inner, dict | list):
                yield from _paths(inner, (*path, step))
            else:
                yield (*path, step)
