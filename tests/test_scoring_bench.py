"""The scoring benchmark at toy size: what it compares, and what it prints. No times are judged."""

from __future__ import annotations

import io

import mido
import numpy as np
import pytest

from benchmarks import dense_reference
from benchmarks.dense_reference import encoder_multiply_adds
from benchmarks.scoring_bench import Effort, report
from benchmarks.turns import take_turns
from engine.stages import find_stage
from fitness.legacy_roll import legacy_roll, legacy_roll_of_part
from genomes import Context, Key, Meter, Section
from tests.fitness import models

LINES = (
    "4 candidates of 8 bars, 2 threads",
    "from genome to score, candidates per second",
    "render, roll, features, model, chromatic",
    "the same with theory and prior",
    "dense reference, one by one",
    "dense reference, model once for all",
    "chromatic alone, reference one by one",
    "chromatic alone, reference once for all",
    "whole score, reference one by one",
    "whole score, reference once for all",
    "bars, from genome to score, mixes per second",
    "render, mix, roll, features, model, chromatic",
    "mixes, reference one by one",
    "mixes, reference once for all",
    "a whole generation, milliseconds",
    "vary, render, theory, model, select, log",
    "the same, dense reference one by one",
    "the same, dense reference at once",
    "generation, reference one by one",
    "generation, reference once for all",
    "multiply-adds a sample",
    "this model",
    "share of the reference",
    "(limit 10)",
    "(limit 5)",
    "(limit 0.1)",
)


@pytest.fixture(scope="module")
def dense(tmp_path_factory):
    return dense_reference.DenseReference(tmp_path_factory.mktemp("dense") / "dense.onnx", 2, 3)


def parts(context, count):
    rng = np.random.default_rng(4)
    genomes = find_stage("chords").genomes
    return [genomes.render(genomes.random(context, rng)[0], context) for _ in range(count)]


@pytest.mark.parametrize(("meter", "tempo_bpm"), [("4/4", 120), ("7/8", 120)])
def test_the_reference_sees_the_roll_of_the_older_models(meter, tempo_bpm):
    context = Context(Key.parse("D minor"), Meter.parse(meter), tempo_bpm, Section("verse", 4))
    for part in parts(context, 5):
        found = dense_reference.roll_of(part, context)
        np.testing.assert_array_equal(found, legacy_roll_of_part(part, context.tempo_map))


def test_the_reference_reads_files_as_they_would_be_exported():
    context = Context(Key.parse("C major"), Meter(3, 4), 84, Section("verse", 2))
    (part,) = parts(context, 1)
    midi_bytes = dense_reference.midi_of(part, context)
    tracks = mido.MidiFile(file=io.BytesIO(midi_bytes)).tracks
    struck = [m for track in tracks for m in track if m.type == "note_on" and m.velocity]
    assert len(struck) == len(part.notes)
    np.testing.assert_array_equal(dense_reference.roll_of(part, context), legacy_roll(midi_bytes))


def test_one_by_one_or_together_the_reference_says_the_same(dense):
    context = Context(Key.parse("C major"), Meter(4, 4), 96, Section("verse", 2))
    some = parts(context, 3)
    together = dense.score_together(some, context)
    for index, alone in enumerate(dense.score_singly(some, context)):
        np.testing.assert_allclose(alone.axes[0], together.axes[index], rtol=0, atol=1e-6)


def test_arithmetic_is_counted_by_hand(dense):
    halved = 64 * 128 * 64 * 32 * 9 + 32 * 64 * 128 * 64 * 9
    assert encoder_multiply_adds(dense.model.path) == (128 * 256 * 32 * 9 + halved + 2048 * 512)


def test_everybody_takes_turns_and_the_first_round_is_dropped():
    called = []
    taken = take_turns({"a": lambda: called.append("a"), "b": lambda: called.append("b")}, 2)
    assert "".join(called) == "ababab"
    assert {name: len(turns) for name, turns in taken.items()} == {"a": 2, "b": 2}


def test_the_report_has_every_line(tmp_path):
    path = models.write(tmp_path, "fusion")
    printed = report(path, Effort(candidates=4, rounds=1))
    assert [line for line in LINES if line not in printed] == []


def test_without_a_model_it_says_so(tmp_path):
    assert report(tmp_path / "none.onnx") == "no model at none.onnx: nothing to score with"
