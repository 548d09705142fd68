"""What is no bass genome is refused by name, before anyone plays it."""

import copy
import json

import pytest
from hypothesis import given

from genomes.bass import BASS, BassGenome
from tests.genomes.bass.conftest import line
from tests.genomes.chords.test_payloads import json_values
from tests.strategies import law

GOOD = line("0:root 8:fifth-/4 | | 2:bass+ |", gate="short", kick_lock=True).to_payload()

WRONG = {
    "no bars": ("bars", []),
    "bars of another kind": ("bars", "four"),
    "bars of nothing": ("bars", [[], []]),
    "a bar as text": ("bars", ["root"]),
    "register between the table's": ("register", 34),
    "register as a fraction": ("register", 33.0),
    "unknown dynamic": ("dynamic", 127),
    "unknown gate": ("gate", "wet"),
    "gate as a list": ("gate", ["short"]),
    "lock as a number": ("kick_lock", 1),
    "no cells": ("cells_per_bar", 0),
    "cells as text": ("cells_per_bar", "16"),
    "cells as truth": ("cells_per_bar", True),
}
# Position in the row of the second pluck, and what stands there instead.
WRONG_PLUCKS = {
    "cell taken": (0, 0),
    "cell beyond the bar": (0, 16),
    "cell below": (0, -1),
    "cell as a fraction": (0, 8.0),
    "unknown tone": (1, "thirteenth"),
    "tone as a list": (1, ["root"]),
    "octave too high": (2, 2),
    "octave as truth": (2, True),
    "length below": (3, -1),
    "length beyond a bar": (3, 17),
    "unknown level": (4, "loud"),
    "level as a list": (4, ["plain"]),
}


def test_the_payload_is_plain_and_short():
    assert GOOD["bars"][0] == [[0, "root", 0, 0, "plain"], [8, "fifth", -1, 4, "plain"]]
    assert GOOD["bars"][1] == []
    assert json.loads(json.dumps(GOOD)) == GOOD
    assert BASS.from_payload(GOOD) == BassGenome.from_payload(GOOD)


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_gene_is_refused(name, value):
    with pytest.raises(ValueError, match=r".+"):
        BASS.from_payload(GOOD | {name: value})


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_gene_is_refused(name):
    with pytest.raises(ValueError, match="not a bass genome"):
        BASS.from_payload({key: value for key, value in GOOD.items() if key != name})


@pytest.mark.parametrize(("place", "value"), WRONG_PLUCKS.values(), ids=WRONG_PLUCKS.keys())
def test_a_wrong_pluck_is_refused(place, value):
    payload = copy.deepcopy(GOOD)
    payload["bars"][0][1][place] = value
    with pytest.raises(ValueError, match=r".+"):
        BASS.from_payload(payload)


@law
@given(json_values)
def test_anything_else_is_refused(value):
    for payload in (value, GOOD | {"bars": value}, GOOD | {"bars": [[value]]}):
        with pytest.raises(ValueError, match=r".+"):
            BASS.from_payload(payload)
