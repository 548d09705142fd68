"""What is no genome is refused by name, before anyone plays it."""

import copy
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.drums.genome import Bar
from genomes.melody.genes import LockedPitches, Phrase
from tests.genomes.bass.conftest import line
from tests.genomes.calls import payload_of, render
from tests.genomes.chords.conftest import progression
from tests.genomes.drums.conftest import PLAIN, groove, pattern
from tests.genomes.melody.conftest import melody, phrase_of
from tests.genomes.stages import STAGES, every_stage, genomes_in_context

PAD = {"texture": "pad", "tones": [[0, 960, 1, 55, "struck"], [0, 1680, 2, 60, "tied"]]}
DRONE = {"texture": "drone", "tones": [[0, 1680, 0, 45, "tied"]]}
LINE = {"texture": "line", "tones": [[480, 480, 3, 64, "suspended"]]}
GOOD = {
    "chords": payload_of(progression("I V:7 vi -")),
    "drums": payload_of(groove(PLAIN, Bar(pattern(PLAIN), fill="tom_run", crash="crash"))),
    "bass": payload_of(line("0:root 8:fifth-/4 | | 2:bass+ |", gate="short", kick_lock=True)),
    "melody": payload_of(
        melody(
            [phrase_of("0+4:0 4+4:2 8+8:1", 2), phrase_of("0+8:0")],
            [Phrase(0, 2), Phrase(1, 1), Phrase(0, 1, 2, "up", "held", "root", "lean")],
            line=(LockedPitches(0, (60, 62)), LockedPitches(2, (64,))),
        )
    ),
    "harmony": {"meter": "7/8", "dynamic": 52, "bars": [[PAD], [], [DRONE, LINE]]},
}
OPTIONAL = {"line"}


def drum_lines(**lines):
    return [["straight", [[voice, line] for voice, line in lines.items()]]]


def chord_changes(*groups):
    return [[group, "I", "triad", 0, "close", 0] for group in groups]


CHANGE, PLUCK, TONE = "bars.0.changes.0.", "bars.0.1.", "bars.0.0.tones.0."
X16 = "x" * 16
# stage -> what is wrong, where it stands, and what stands there
WRONG = {
    "chords": [
        ("unknown mode", "mode", "mixed"),
        ("no bars", "bars", []),
        ("bars of another kind", "bars", "four"),
        ("register between the table's", "register", 61),
        ("register as a fraction", "register", 60.0),
        ("unknown dynamic", "dynamic", 127),
        ("no groups", "groups_per_bar", 0),
        ("groups as text", "groups_per_bar", "4"),
        ("off the downbeat", CHANGE + "0", 1),
        ("group as a fraction", CHANGE + "0", 0.0),
        ("group as truth", CHANGE + "0", False),
        ("unknown function", CHANGE + "1", "H"),
        ("function of another mode", CHANGE + "1", "VII"),
        ("function as a list", CHANGE + "1", ["I"]),
        ("unknown extension", CHANGE + "2", "13"),
        ("inversion too high", CHANGE + "3", 3),
        ("inversion below", CHANGE + "3", -1),
        ("inversion as a fraction", CHANGE + "3", 0.5),
        ("unknown spread", CHANGE + "4", "drop2"),
        ("position too high", CHANGE + "5", 5),
        ("position as a fraction", CHANGE + "5", 1.5),
        ("changes on groups out of order", "bars.0.changes", chord_changes(0, 2, 1)),
        ("changes on groups that are one", "bars.0.changes", chord_changes(0, 1, 1)),
        ("changes on groups past the bar", "bars.0.changes", chord_changes(0, 4)),
        ("bar 3: unknown pattern 'strum'", "bars.2.pattern", "strum"),
    ],
    "drums": [
        ("no meter", "meter", "four"),
        ("meter as a number", "meter", 4),
        ("another meter", "meter", "7/8"),
        ("unknown swing", "swing_percent", 50),
        ("swing as a fraction", "swing_percent", 0.0),
        ("unknown dynamic", "dynamic", 71),
        ("dynamic as truth", "dynamic", True),
        ("unknown shape", "shape", "loud"),
        ("shape as a list", "shape", ["breath"]),
        ("no bars", "bars", []),
        ("bars of another kind", "bars", "AAAB"),
        ("no such pattern", "bars", [[1, "", ""]]),
        ("a pattern from behind", "bars", [[-1, "", ""]]),
        ("a pattern as a fraction", "bars", [[0.0, "", ""]]),
        ("unknown fill", "bars", [[0, "gong", ""]]),
        ("unknown crash", "bars", [[0, "", "gong"]]),
        ("a fill as a list", "bars", [[0, [], ""]]),
        ("patterns as text", "patterns", "xx"),
        ("nothing but silence", "patterns", drum_lines()),
        ("unknown division", "patterns", [["swung", [["kick", X16]]]]),
        ("unknown voice", "patterns", drum_lines(gong=X16)),
        ("too short", "patterns", drum_lines(kick="x" * 15)),
        ("unknown letters", "patterns", drum_lines(kick="o" * 16)),
        ("a line of rests", "patterns", drum_lines(kick="." * 16)),
        ("a flam by foot", "patterns", drum_lines(kick="f" * 16)),
        ("a voice twice", "patterns", [["straight", [["kick", X16]] * 2]]),
        ("another order", "patterns", drum_lines(snare=X16, kick=X16)),
        ("open and closed", "patterns", drum_lines(open_hat=X16, closed_hat=X16)),
        ("three hands", "patterns", drum_lines(snare=X16, clap=X16, ride=X16)),
        ("a flam and a ride", "patterns", drum_lines(snare="f" * 16, ride=X16)),
        ("a line as numbers", "patterns", drum_lines(kick=[1, 0])),
    ],
    "bass": [
        ("no bars", "bars", []),
        ("bars of another kind", "bars", "four"),
        ("bars of nothing", "bars", [[], []]),
        ("a bar as text", "bars", ["root"]),
        ("register between the table's", "register", 34),
        ("register as a fraction", "register", 33.0),
        ("unknown dynamic", "dynamic", 127),
        ("unknown gate", "gate", "wet"),
        ("gate as a list", "gate", ["short"]),
        ("lock as a number", "kick_lock", 1),
        ("no cells", "cells_per_bar", 0),
        ("cells as text", "cells_per_bar", "16"),
        ("cells as truth", "cells_per_bar", True),
        ("cell taken", PLUCK + "0", 0),
        ("cell beyond the bar", PLUCK + "0", 16),
        ("cell below", PLUCK + "0", -1),
        ("cell as a fraction", PLUCK + "0", 8.0),
        ("unknown tone", PLUCK + "1", "thirteenth"),
        ("tone as a list", PLUCK + "1", ["root"]),
        ("octave too high", PLUCK + "2", 2),
        ("octave as truth", PLUCK + "2", True),
        ("length below", PLUCK + "3", -1),
        ("length beyond a bar", PLUCK + "3", 17),
        ("unknown level", PLUCK + "4", "loud"),
        ("level as a list", PLUCK + "4", ["plain"]),
    ],
    "melody": [
        ("unknown meter", "meter", "4/3"),
        ("meter written anyhow", "meter", "04/4"),
        ("meter as a number", "meter", 4),
        ("no phrases", "phrases", []),
        ("phrases of another kind", "phrases", "AABA"),
        ("no materials", "materials", []),
        ("home off the table", "home", 1),
        ("home as a fraction", "home", 0.0),
        ("unknown register", "register", "top"),
        ("register as a list", "register", ["low"]),
        ("unknown leaning", "leaning", ""),
        ("unknown dynamic", "dynamic", 77),
        ("too many melismas", "melismas", 99),
        ("melismas as truth", "melismas", True),
        ("a line that begins late", "line", [[1, [60]]]),
        ("a line out of order", "line", [[0, [60]], [0, [61]]]),
        ("a line past the end", "line", [[0, [60]], [4, [61]]]),
        ("a line of nothing", "line", [[0, []]]),
        ("a pitch too high", "line", [[0, [128]]]),
        ("unknown material", "phrases.0.0", 2),
        ("materials out of order", "phrases.0.0", 1),
        ("no bars", "phrases.0.1", 0),
        ("more bars than its material", "phrases.0.1", 3),
        ("bars as a fraction", "phrases.0.1", 1.0),
        ("lifted too far", "phrases.0.2", 6),
        ("unknown tail", "phrases.0.3", "sideways"),
        ("unknown ending", "phrases.0.4", 1),
        ("unknown cadence", "phrases.0.5", "seventh"),
        ("unknown ornament", "phrases.0.6", "trill"),
        ("begins late", "materials.0.tones.0.0", 16),
        ("begins early", "materials.0.tones.0.0", -1),
        ("overlaps", "materials.0.tones.1.0", 2),
        ("lasts no time", "materials.0.tones.1.1", 0),
        ("as a fraction", "materials.0.tones.1.1", 1.5),
        ("first not at 0", "materials.0.tones.0.2", 1),
        ("too far off", "materials.0.tones.1.2", 10),
        ("over the end", "materials.0.tones.2.1", 32),
    ],
    "harmony": [
        ("no meter", "meter", ""),
        ("meter as a number", "meter", 4),
        ("another meter, off whose grid the tones lie", "meter", "2/4"),
        ("unknown dynamic", "dynamic", 53),
        ("dynamic as a fraction", "dynamic", 52.0),
        ("no bars", "bars", []),
        ("silent bars", "bars", [[], []]),
        ("bars of another kind", "bars", "three"),
        ("three layers", "bars", [[PAD, DRONE, LINE]]),
        ("one voice in two layers", "bars", [[PAD, PAD]]),
        ("a layer without tones", "bars", [[{"texture": "pad", "tones": []}]]),
        ("off the grid", TONE + "0", 7),
        ("before the bar", TONE + "0", -120),
        ("onset as a fraction", TONE + "0", 0.0),
        ("no duration", TONE + "1", 0),
        ("longer than the bar", TONE + "1", 1800),
        ("an end off the grid", TONE + "1", 961),
        ("a voice too many", TONE + "2", 4),
        ("a voice as truth", TONE + "2", True),
        ("too low", TONE + "3", 42),
        ("too high", TONE + "3", 77),
        ("pitch as text", TONE + "3", "C4"),
        ("unknown link", TONE + "4", "slurred"),
        ("link as a list", TONE + "4", ["tied"]),
        (
            "before its voice is free",
            "bars.0.0.tones",
            [[0, 960, 1, 55, "struck"], [480, 480, 1, 55, "struck"]],
        ),
        (
            "out of order",
            "bars.0.0.tones",
            [[480, 480, 1, 55, "struck"], [0, 960, 1, 55, "struck"]],
        ),
    ],
}
# Messages that are the words of what is wrong.
TOLD = ("changes on groups", "bar 3: unknown pattern 'strum'", "before its voice", "out of order")

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-200, 2000)
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def put(payload, path, value):
    """The payload with another value at a path of names and numbers."""
    payload = copy.deepcopy(payload)
    *steps, last = path
    target = payload
    for step in steps:
        target = target[step]
    target[last] = value
    return payload


def paths(value, path=()):
    """Ways to everything that is in a payload."""
    if path:
        yield path
    steps = (
        value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    )
    for step in steps:
        yield from paths(value[step], (*path, step))


def read(name, payload):
    return STAGES[name].genomes.from_payload(payload)


@every_stage
def test_a_good_one_is_plain_and_gives_itself_back(name):
    assert json.loads(json.dumps(GOOD[name])) == GOOD[name]
    assert payload_of(read(name, GOOD[name])) == GOOD[name]


@pytest.mark.parametrize(
    ("name", "what", "place", "value"),
    [pytest.param(name, *row, id=f"{name}: {row[0]}") for name in WRONG for row in WRONG[name]],
)
def test_a_wrong_gene_is_refused(name, what, place, value):
    path = [int(step) if step.isdigit() else step for step in place.split(".")]
    told = next((words for words in TOLD if name != "melody" and what.startswith(words)), ".")
    with pytest.raises(ValueError, match=re.escape(told) if told != "." else r"."):
        read(name, put(GOOD[name], path, value))


@pytest.mark.parametrize(
    ("name", "gene"), [(name, gene) for name in GOOD for gene in GOOD[name] if gene not in OPTIONAL]
)
def test_a_missing_gene_is_refused(name, gene):
    payload = {key: value for key, value in GOOD[name].items() if key != gene}
    with pytest.raises(ValueError, match=gene):
        read(name, payload)


def test_material_that_is_there_twice_is_refused():
    payload = copy.deepcopy(GOOD["melody"])
    payload["materials"][0] = payload["materials"][1]
    payload["phrases"] = [[0, 1, *row[2:]] if row[0] == 0 else row for row in payload["phrases"]]
    payload.pop("line")
    with pytest.raises(ValueError, match="2 materials"):
        read("melody", payload)


@every_stage
@given(value=json_values)
def test_anything_else_is_refused(name, value):
    for payload in (value, GOOD[name] | {"bars": value}, GOOD[name] | {"bars": [[value]]}):
        if name != "melody" or payload is value:  # a melody has no bars
            with pytest.raises(ValueError, match=r"."):
                read(name, payload)


@every_stage
@given(data=st.data())
def test_with_one_value_replaced_it_is_refused_or_still_plays(name, data):
    genome, context = data.draw(genomes_in_context(name, max_bars=3))
    payload = json.loads(json.dumps(payload_of(genome)))
    changed = put(payload, data.draw(st.sampled_from(list(paths(payload)))), data.draw(json_values))
    try:
        found = read(name, changed)
    except ValueError:
        return
    assert read(name, payload_of(found)) == found
    try:
        part = render(found, context)
    except ValueError as error:
        assert "made for" in str(error)  # noqa: PT017
    else:
        assert len(part.notes)
