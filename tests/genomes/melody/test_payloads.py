"""What is no melody genome is refused by name, before anyone sings it."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.melody import MELODY, MelodyGenome
from genomes.melody.genes import Phrase, Stretch
from tests.genomes.chords.test_payloads import _paths, json_values
from tests.genomes.melody.conftest import melody, phrase_of
from tests.genomes.melody.strategies import sung_genomes
from tests.strategies import law

GOOD = melody(
    [phrase_of("0+4:0 4+4:2 8+8:1", 2), phrase_of("0+8:0")],
    [Phrase(0, 2), Phrase(1, 1), Phrase(0, 1, 2, "up", "held", "root", "lean")],
    line=(Stretch(0, (60, 62)), Stretch(2, (64,))),
).to_payload()

WRONG = {
    "unknown meter": ("meter", "4/3"),
    "meter written anyhow": ("meter", "04/4"),
    "meter as a number": ("meter", 4),
    "no phrases": ("phrases", []),
    "phrases of another kind": ("phrases", "AABA"),
    "no materials": ("materials", []),
    "home off the table": ("home", 1),
    "home as a fraction": ("home", 0.0),
    "unknown register": ("register", "top"),
    "register as a list": ("register", ["low"]),
    "unknown leaning": ("leaning", ""),
    "unknown dynamic": ("dynamic", 77),
    "too many melismas": ("melismas", 99),
    "melismas as truth": ("melismas", True),
    "a line that begins late": ("line", [[1, [60]]]),
    "a line out of order": ("line", [[0, [60]], [0, [61]]]),
    "a line past the end": ("line", [[0, [60]], [4, [61]]]),
    "a line of nothing": ("line", [[0, []]]),
    "a pitch too high": ("line", [[0, [128]]]),
}
WRONG_PHRASES = {
    "unknown material": (0, 2),
    "materials out of order": (0, 1),
    "no bars": (1, 0),
    "more bars than its material": (1, 3),
    "bars as a fraction": (1, 1.0),
    "lifted too far": (2, 6),
    "unknown tail": (3, "sideways"),
    "unknown ending": (4, 1),
    "unknown cadence": (5, "seventh"),
    "unknown ornament": (6, "trill"),
}
WRONG_TONES = {
    "begins late": (0, 0, 16),
    "begins early": (0, 0, -1),
    "overlaps": (1, 0, 2),
    "lasts no time": (1, 1, 0),
    "as a fraction": (1, 1, 1.5),
    "first not at 0": (0, 2, 1),
    "too far off": (1, 2, 10),
    "over the end": (2, 1, 32),
}


def test_the_payload_is_plain_and_short():
    assert GOOD["phrases"][2] == [0, 1, 2, "up", "held", "root", "lean"]
    assert GOOD["materials"][1] == {"bars": 1, "division": "straight", "tones": [[0, 8, 0]]}
    assert json.loads(json.dumps(GOOD)) == GOOD
    assert MELODY.from_payload(GOOD).to_payload() == GOOD


@pytest.mark.parametrize(("field", "value"), WRONG.values(), ids=WRONG.keys())
def test_wrong_fields_are_refused(field, value):
    with pytest.raises(ValueError, match=r"."):
        MelodyGenome.from_payload(GOOD | {field: value})


@pytest.mark.parametrize(("index", "value"), WRONG_PHRASES.values(), ids=WRONG_PHRASES.keys())
def test_wrong_phrases_are_refused(index, value):
    payload = copy.deepcopy(GOOD)
    payload["phrases"][0][index] = value
    with pytest.raises(ValueError, match=r"."):
        MelodyGenome.from_payload(payload)


@pytest.mark.parametrize(("tone", "index", "value"), WRONG_TONES.values(), ids=WRONG_TONES.keys())
def test_wrong_tones_are_refused(tone, index, value):
    payload = copy.deepcopy(GOOD)
    payload["materials"][0]["tones"][tone][index] = value
    with pytest.raises(ValueError, match=r"."):
        MelodyGenome.from_payload(payload)


@pytest.mark.parametrize("field", [name for name in GOOD if name != "line"])
def test_missing_fields_are_refused(field):
    payload = {name: value for name, value in GOOD.items() if name != field}
    with pytest.raises(ValueError, match=field):
        MelodyGenome.from_payload(payload)


def test_material_that_is_there_twice_is_refused():
    payload = copy.deepcopy(GOOD)
    payload["materials"][0] = payload["materials"][1]
    payload["phrases"] = [[0, 1, *row[2:]] if row[0] == 0 else row for row in payload["phrases"]]
    payload.pop("line")
    with pytest.raises(ValueError, match="2 materials"):
        MelodyGenome.from_payload(payload)


@law
@given(json_values)
def test_any_json_is_a_genome_or_a_value_error(payload):
    with pytest.raises(ValueError, match=r"."):
        MelodyGenome.from_payload(payload)


@law
@given(sung_genomes(max_bars=3), st.data())
def test_with_one_value_replaced_it_is_refused_or_still_sings(made, data):
    genome, context = made
    payload = genome.to_payload()
    *path, last = data.draw(st.sampled_from(list(_paths(payload))))
    target = payload
    for step in path:
        target = target[step]
    target[last] = data.draw(json_values)
    try:
        read = MelodyGenome.from_payload(payload)
    except ValueError:
        return
    assert MelodyGenome.from_payload(read.to_payload()) == read
    if read.bars == genome.bars and read.meter == genome.meter:
        assert len(read.render(context).notes)
