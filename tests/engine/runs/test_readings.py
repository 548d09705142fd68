"""What the model heard: in the log, in the summary, at the gate; and warnings about its terms."""

from __future__ import annotations

import json

import pytest
import yaml
from msgspec.structs import replace
from onnx import numpy_helper

from engine.reports.readings import gate_warning, in_words, most_likely
from fitness.colours import AXES, COLOUR_NAMES
from store.events import Heard
from tests.engine.runs.short_runs import GREEN, ending
from tests.fitness.models import write

SMALL = ("evolve", "--song", GREEN, "--bars", "2", "--population", "8", "--generations", "1")
HEARD = Heard(
    modes={
        "temporal": {"past": 0.1, "present": 0.2, "future": 0.7},
        "spatial": {"thing": 0.1, "place": 0.6, "person": 0.3},
        "ontological": {"imagined": 0.5, "forgotten": 0.3, "known": 0.2},
    },
    colour={"Green": 0.5, "Yellow": 0.4, "Red": 0.1},
    passes=True,
)


def test_the_most_likely_of_each():
    expected = {"temporal": "future", "spatial": "place", "ontological": "imagined"}
    assert most_likely(HEARD) == {"colour": "Green", **expected}
    assert most_likely(replace(HEARD, colour=None)) == expected


def test_in_words():
    assert in_words(HEARD, {"chromatic": 0.625, "confidence": 0.9, "theory": 1.0}) == (
        "heard as Green 0.50, future 0.70, place 0.60, imagined 0.50; "
        "chromatic 0.62, confidence 0.90, passes the gate"
    )
    assert in_words(replace(HEARD, colour=None, passes=False), {"confidence": 0.1}) == (
        "heard as future 0.70, place 0.60, imagined 0.50; confidence 0.10, doesn't pass the gate"
    )


def test_every_survivor_is_heard(studio, engine):
    (told,) = json.loads(engine(*SMALL, "--json").out)
    survivors = ending(studio, told["run"]).survivors
    assert survivors
    for survivor, row in zip(survivors, told["survivors"], strict=True):
        heard = survivor.heard
        assert heard is not None
        assert heard.colour is not None
        assert set(heard.colour) == set(COLOUR_NAMES)
        assert {axis: set(modes) for axis, modes in heard.modes.items()} == {
            axis: set(modes) for axis, modes in AXES.items()
        }
        for probabilities in (heard.colour, *heard.modes.values()):
            assert sum(probabilities.values()) == pytest.approx(1, abs=1e-3)
        assert heard.colour["Green"] == pytest.approx(survivor.terms["colour"], abs=1e-5)
        assert row["heard"]["colour"] == heard.colour
        assert row["heard"]["modes"] == heard.modes
        assert row["heard"]["passes"] is heard.passes
        likely = row["heard"]["most_likely"]
        assert heard.colour[likely["colour"]] == max(heard.colour.values())
        assert set(likely) == {"colour", *AXES}


def test_it_is_shown_in_the_summary_and_at_the_gate(studio, engine):
    summary = engine(*SMALL, "--terms").out
    (run,) = studio.runs()
    shown = engine("review", "--terms").out
    rows = json.loads(engine("review", "--json").out)
    engine("review", "--yaml")
    (path,) = studio.folder.rglob("review.yml")
    in_file = yaml.safe_load(path.read_text("utf-8"))["candidates"]
    for survivor, row, edited in zip(ending(studio, run).survivors, rows, in_file, strict=True):
        assert survivor.heard is not None
        assert survivor.heard.colour is not None
        colour, p = max(survivor.heard.colour.items(), key=lambda item: item[1])
        for text in (summary, shown):
            assert f"heard as {colour} {p:.2f}, " in text
            assert f"confidence {survivor.terms['confidence']:.2f}" in text
        assert row["heard"]["most_likely"]["colour"] == edited["heard"]["colour"] == colour
        assert row["heard"]["passes"] == edited["heard"]["passes"] == survivor.heard.passes
    assert "candidates scored, " in summary
    assert " of them pass the model's gate" in summary


def test_without_a_model_nothing_was_heard(studio, engine):
    out = engine(*SMALL, "--no-model", "--terms").out
    (run,) = studio.runs()
    assert [survivor.heard for survivor in ending(studio, run).survivors]
    assert all(survivor.heard is None for survivor in ending(studio, run).survivors)
    assert "heard as" not in out + engine("review", "--terms").out
    assert "gate" not in out
    assert {row["heard"] for row in json.loads(engine("review", "--json").out)} == {None}


def test_an_older_model_tells_modes_alone(studio, engine, models):
    out = engine(*SMALL, "--terms", "--model", models["legacy-7"]).out
    (run,) = studio.runs()
    assert all(s.heard and s.heard.colour is None for s in ending(studio, run).survivors)
    assert "heard as " in out


def test_a_gate_that_refuses_most_is_told(studio, engine, tmp_path):
    strict = write(tmp_path, "fusion", manifest={"confidence_threshold": 1.0})
    said = engine(*SMALL, "--terms", "--model", strict)
    out = said.out
    (run,) = studio.runs()
    assert studio.runs()[run].passed == 0
    assert "16 candidates scored, 0 of them pass the model's gate" in out
    assert "doesn't pass the gate" in out
    warning = "only 0% of its candidates pass the model's gate; they rank above all others"
    assert "unlike the music that the model knows" in out
    assert f"note: {warning}" in said.err
    assert f"warning: run {run}: {warning}" in engine("doctor").out


@pytest.mark.parametrize(("passed", "is_said"), [(0, True), (49, True), (50, False), (100, False)])
def test_half_is_enough(passed, is_said):
    assert bool(gate_warning(passed, 100)) == is_said
    assert gate_warning(0, 0) == ""


def silenced(model):
    """Let a model say the same of everything."""
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype.kind == "f":
            weight.CopyFrom(numpy_helper.from_array(values * 0, weight.name))


def test_terms_of_a_model_that_tells_nothing_apart_are_named(studio, engine, tmp_path):
    silent = write(tmp_path, "fusion", change=silenced)
    out = engine(*SMALL, "--terms", "--model", silent).out
    assert "warning: axes, chromatic, colour, confidence" in out
    (run,) = studio.runs()
    told = engine("doctor").out
    for term in ("axes", "chromatic", "colour", "confidence"):
        assert f"run {run}: {term} did not vary in the first pool" in told
