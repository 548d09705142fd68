"""What is no chord genome is refused by name, before anyone plays it."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.chords import CHORDS, ChordGenome
from tests.genomes.chords.conftest import progression
from tests.strategies import genomes_in_context, law

GOOD = progression("I V:7 vi -").to_payload()

WRONG = {
    "unknown mode": ("mode", "mixed"),
    "no bars": ("bars", []),
    "bars of another kind": ("bars", "four"),
    "register between the table's": ("register", 61),
    "register as a fraction": ("register", 60.0),
    "unknown dynamic": ("dynamic", 127),
    "no groups": ("groups_per_bar", 0),
    "groups as text": ("groups_per_bar", "4"),
}
# Position in the row of the first change, and what stands there instead.
WRONG_CHANGES = {
    "off the downbeat": (0, 1),
    "group as a fraction": (0, 0.0),
    "group as truth": (0, False),
    "unknown function": (1, "H"),
    "function of another mode": (1, "VII"),
    "function as a list": (1, ["I"]),
    "unknown extension": (2, "13"),
    "inversion too high": (3, 3),
    "inversion below": (3, -1),
    "inversion as a fraction": (3, 0.5),
    "unknown spread": (4, "drop2"),
    "position too high": (5, 5),
    "position as a fraction": (5, 1.5),
}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-200, 200)
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def test_the_payload_is_plain_and_short():
    assert GOOD["bars"][1] == {"pattern": "bars", "changes": [[0, "V", "7", 0, "close", 0]]}
    assert GOOD["bars"][3] == {"pattern": "bars", "changes": []}
    assert json.loads(json.dumps(GOOD)) == GOOD
    assert CHORDS.from_payload(GOOD) == ChordGenome.from_payload(GOOD)


@pytest.mark.parametrize(("field", "value"), WRONG.values(), ids=WRONG.keys())
def test_wrong_fields_are_refused(field, value):
    with pytest.raises(ValueError, match=r"."):
        ChordGenome.from_payload(GOOD | {field: value})


@pytest.mark.parametrize(("index", "value"), WRONG_CHANGES.values(), ids=WRONG_CHANGES.keys())
def test_wrong_changes_are_refused(index, value):
    payload = copy.deepcopy(GOOD)
    payload["bars"][0]["changes"][0][index] = value
    with pytest.raises(ValueError, match=r"."):
        ChordGenome.from_payload(payload)


@pytest.mark.parametrize("field", GOOD)
def test_missing_fields_are_refused(field):
    payload = {name: value for name, value in GOOD.items() if name != field}
    with pytest.raises(ValueError, match=field):
        ChordGenome.from_payload(payload)


def test_changes_out_of_order_or_on_one_group_are_refused():
    for groups in ([0, 2, 1], [0, 1, 1], [0, 4]):
        payload = copy.deepcopy(GOOD)
        payload["bars"][0]["changes"] = [[g, "I", "triad", 0, "close", 0] for g in groups]
        with pytest.raises(ValueError, match="changes on groups"):
            ChordGenome.from_payload(payload)


def test_unknown_patterns_are_refused():
    payload = copy.deepcopy(GOOD)
    payload["bars"][2]["pattern"] = "strum"
    with pytest.raises(ValueError, match="bar 3: unknown pattern 'strum'"):
        ChordGenome.from_payload(payload)


@law
@given(json_values)
def test_any_json_is_a_genome_or_a_value_error(payload):
    with pytest.raises(ValueError, match=r"."):
        ChordGenome.from_payload(payload)


@law
@given(genomes_in_context(max_bars=3), st.data())
def test_with_one_value_replaced_it_is_refused_or_still_plays(made, data):
    genome, context = made
    payload = genome.to_payload()
    paths = list(_paths(payload))
    *path, last = data.draw(st.sampled_from(paths))
    target = payload
    for step in path:
        target = target[step]
    target[last] = data.draw(json_values)
    try:
        read = ChordGenome.from_payload(payload)
    except ValueError:
        return
    assert read.to_payload() == payload
    if len(read.bars) == len(genome.bars) and read.groups_per_bar == genome.groups_per_bar:
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
