import multiprocessing
import os
import sys

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from fitness import fusion
from fitness.encoders import TEXT_POOLING
from fitness.errors import (
    FitnessWarning,
    ModelMissing,
    ModelRefused,
    ScoringFailed,
    WeightsApart,
)
from fitness.features import FEATURE_NAMES
from fitness.fusion import AbsentConcept, FusionModel
from fitness.predictions import ModelInputs
from fitness.profiles import FLOAT, Profile
from tests.fitness import models

PROFILES = list(models.PROFILE_BY_NAME)


def batch(size, seed=0, **changes):
    rng = np.random.default_rng(seed)
    rolls = (rng.random((size, 1, 128, 256)) > 0.98).astype(np.float32)
    values = {
        "piano_roll": rolls,
        "features": rng.normal(size=(size, len(FEATURE_NAMES))).astype(np.float32),
        "concept_emb": rng.normal(size=(size, 768)).astype(np.float32),
    }
    return ModelInputs(**values | changes)


def arrays(predictions):
    parts = [predictions.axes.reshape(len(predictions), 9), predictions.confidence[:, None]]
    if predictions.colour is not None:
        parts.append(predictions.colour)
    return np.concatenate(parts, axis=1)


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_is_recognised_by_its_inputs(tmp_path, name):
    model = FusionModel.load(models.write(tmp_path, name))
    assert model.profile.name == name
    predictions = model.predict(batch(3))
    assert predictions.axes.shape == (3, 3, 3)
    assert predictions.confidence.shape == (3,)
    assert (predictions.colour is None) is name.startswith("legacy")
    np.testing.assert_allclose(predictions.axes.sum(axis=2), 1, atol=1e-5)


@pytest.mark.parametrize("chunk", [1, 3, 32])
def test_scores_do_not_depend_on_the_chunks(tmp_path, chunk):
    path = models.write(tmp_path, "fusion")
    whole = FusionModel.load(path, chunk=100).predict(batch(35))
    chunked = FusionModel.load(path, chunk=chunk).predict(batch(35))
    np.testing.assert_allclose(arrays(chunked), arrays(whole), rtol=0, atol=1e-6)


def test_no_chunk_is_larger_than_asked_for(tmp_path, monkeypatch):
    model = FusionModel.load(models.write(tmp_path, "fusion"), chunk=4)
    sizes = []
    whole_feed = ModelInputs.feed

    def spy(inputs, *place):
        feed = whole_feed(inputs, *place)
        sizes.append(len(feed["piano_roll"]))
        return feed

    monkeypatch.setattr(ModelInputs, "feed", spy)
    model.predict(batch(10))
    assert sorted(sizes) == [2, 4, 4]  # side by side, in any order


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("piano_roll", np.zeros((2, 1, 128, 256), dtype=np.float32)),
        ("features", np.zeros((2, len(FEATURE_NAMES)), dtype=np.float32)),
        ("concept_emb", np.ones((2, 768), dtype=np.float32)),
        ("lyric_emb", np.ones((2, 768), dtype=np.float32)),
        ("audio_emb", np.ones((2, 512), dtype=np.float32)),
        ("has_midi", np.zeros(2, dtype=bool)),
        ("has_concept", np.zeros(2, dtype=bool)),
    ],
)
def test_every_input_reaches_the_model(model, name, given):
    before, after = model.predict(batch(2)), model.predict(batch(2, **{name: given}))
    assert np.abs(arrays(before) - arrays(after)).max(axis=1).min() > 1e-4


def test_a_flag_counts_for_its_row_alone(model):
    audio = np.ones((2, 512), dtype=np.float32)
    only_first = batch(2, audio_emb=audio, has_audio=np.array([True, False]))
    plain, flagged = arrays(model.predict(batch(2))), arrays(model.predict(only_first))
    assert np.abs(plain[0] - flagged[0]).max() > 1e-4
    np.testing.assert_allclose(plain[1], flagged[1], atol=1e-6)


def test_a_model_reads_the_features_that_its_manifest_names(tmp_path):
    own = (FEATURE_NAMES[5], FEATURE_NAMES[2])
    path = models.write(tmp_path, "fusion", features=2, manifest={"feature_names": own})
    model, given = FusionModel.load(path), batch(2)
    others = np.array(given.features)
    others[:, [name not in own for name in FEATURE_NAMES]] = 9
    before = arrays(model.predict(given))
    np.testing.assert_array_equal(arrays(model.predict(batch(2, features=others))), before)
    others[:, 2] += 50
    assert np.abs(arrays(model.predict(batch(2, features=others))) - before).max() > 1e-4


# --- sessions -------------------------------------------------------------------------------


def count_sessions(monkeypatch):
    made = []
    real = onnxruntime.InferenceSession

    def counting(*arguments, **keywords):
        made.append(arguments)
        return real(*arguments, **keywords)

    monkeypatch.setattr(onnxruntime, "InferenceSession", counting)
    return made


def test_one_session_per_process_and_file(tmp_path, monkeypatch):
    made = count_sessions(monkeypatch)
    path = models.write(tmp_path, "fusion")
    for _ in range(5):
        FusionModel.load(path).predict(batch(1))
    link = tmp_path / "link.onnx"
    link.symlink_to(path)
    assert FusionModel.load(link).path == path
    assert len(made) == 1


def test_a_changed_file_is_a_new_session(tmp_path, monkeypatch):
    made = count_sessions(monkeypatch)
    first = FusionModel.load(models.write(tmp_path, "fusion", seed=1))
    second = FusionModel.load(models.write(tmp_path, "fusion", seed=2))
    assert len(made) == 2
    assert first.sha256 != second.sha256


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_opens_its_own_session(tmp_path):
    path = models.write(tmp_path, "fusion")
    model = FusionModel.load(path, threads=2)
    expected = arrays(model.predict(batch(2)))
    inherited_models[:] = [model]
    with multiprocessing.get_context("fork").Pool(1) as pool:
        found = pool.apply_async(_predict_in_child, (path,)).get(timeout=30)
        inherited = pool.apply_async(_predict_with_inherited)
        with pytest.raises(ScoringFailed, match="load it here"):
            inherited.get(timeout=30)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def _predict_in_child(path):
    return arrays(FusionModel.load(path, threads=2).predict(batch(2)))


inherited_models = []


def _predict_with_inherited():
    return arrays(inherited_models[0].predict(batch(2)))


# --- older models -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["legacy-7", "legacy-9"])
def test_an_older_model_without_a_concept_warns_once(tmp_path, name):
    model = FusionModel.load(models.write(tmp_path, name))
    with pytest.warns(AbsentConcept, match="without one it sees zeros"):
        absent = model.predict(batch(2, concept_emb=None))
    again = model.predict(batch(2, concept_emb=np.zeros((2, 768), dtype=np.float32)))
    model.predict(batch(2, concept_emb=None))  # a second warning would be an error here
    np.testing.assert_array_equal(arrays(absent), arrays(again))
    assert issubclass(AbsentConcept, FitnessWarning)


def test_an_older_model_has_no_threshold(tmp_path):
    model = FusionModel.load(models.write(tmp_path, "legacy-9"))
    assert model.manifest is None
    assert model.confidence_threshold == 0
    assert TEXT_POOLING  # what its concept is pooled by


def test_the_gate_is_stricter_where_the_stage_is_known(tmp_path):
    model = FusionModel.load(models.write(tmp_path, "fusion", seed=2))
    predictions = model.predict(batch(6))
    low, middle, high = (float(np.quantile(predictions.confidence, q)) for q in (0.0, 0.5, 1.0))
    thresholds = {"confidence_threshold": low, "stage_thresholds": {"chords": middle, "bass": high}}
    model = FusionModel.load(models.write(tmp_path, "fusion", seed=2, manifest=thresholds))
    passing = [
        int(model.passes(predictions, name).sum()) for name in ("", "drums", "chords", "bass")
    ]
    assert passing == [6, 6, 3, 1]


# --- files that are no model, or no model of ours -------------------------------------------


def rename_input(model):
    model.graph.input[0].name = "pianoroll"
    for node in model.graph.node:
        node.input[:] = ["pianoroll" if name == "piano_roll" else name for name in node.input]


def drop_output(model):
    del model.graph.output[0]


def fix_batch(model):
    for tensor in model.graph.input:
        tensor.type.tensor_type.shape.dim[0].dim_value = 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (rename_input, r"nearest is legacy-7: piano_roll is missing; pianoroll is not .* Found: "),
        (drop_output, "no output temporal; found"),
        (fix_batch, "expected a batch of any size"),
    ],
)
def test_another_interface_is_refused_and_listed(tmp_path, change, said):
    path = models.write(tmp_path, "legacy-7", change=change)
    with pytest.raises(ModelRefused, match=said):
        FusionModel.load(path)


def test_inputs_are_read_by_dimension_too(tmp_path, monkeypatch):
    wider = dict(models.PROFILE_BY_NAME["legacy-7"].inputs) | {"audio_emb": (FLOAT, (513,))}
    profile = Profile("other", wider, models.PROFILE_BY_NAME["legacy-7"].outputs, is_legacy=True)
    monkeypatch.setitem(models.PROFILE_BY_NAME, "other", profile)
    with pytest.raises(ModelRefused, match=r"audio_emb should be tensor\(float\)\[512\]"):
        FusionModel.load(models.write(tmp_path, "other"))


def test_no_file_is_missing(tmp_path):
    with pytest.raises(ModelMissing, match=r"nothing\.onnx: no such file; expected an ONNX model"):
        FusionModel.load(tmp_path / "nothing.onnx")
    os.mkfifo(tmp_path / "pipe.onnx")
    for path in (tmp_path, tmp_path / "pipe.onnx"):
        with pytest.raises(ModelRefused, match="not a file"):
            FusionModel.load(path)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a model",
        bytes(1000),
        b"\x08\x0a" + b"\xff" * 64,
        np.random.default_rng(0).bytes(4096),
        onnx.ModelProto().SerializeToString(),
        None,
    ],
)
def test_bytes_that_are_no_model_are_refused(tmp_path, data):
    path = models.write(tmp_path, "legacy-7")
    path.write_bytes(path.read_bytes()[:5000] if data is None else data)
    with pytest.raises(ModelRefused, match=r"legacy-7.onnx: not a model that can be loaded: \S"):
        FusionModel.load(path)


def test_weights_outside_the_file_are_refused(tmp_path):
    def outsource(model):
        weight = model.graph.initializer[0]
        weight.ClearField("raw_data")
        weight.data_location = TensorProto.EXTERNAL
        weight.external_data.add(key="location", value="../../etc/passwd")

    with pytest.raises(WeightsApart, match="its weights are in a second file"):
        FusionModel.load(models.write(tmp_path, "legacy-7", change=outsource))


def test_a_file_too_large_to_be_one_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(fusion, "MAX_MODEL_BYTES", 100)
    with pytest.raises(ModelRefused, match="expected an ONNX model, at most 100"):
        FusionModel.load(models.write(tmp_path, "legacy-7"))


# --- models that fail while they run ----------------------------------------------------------


def after(output, *nodes):
    """Put nodes between what makes an output and the output."""

    def change(model):
        for node in model.graph.node:
            node.output[:] = ["inner" if name == output else name for name in node.output]
        model.graph.node.extend(nodes)

    return change


def constant(name, value):
    tensor = onnx.numpy_helper.from_array(np.array(value, dtype=np.float32), name)
    return helper.make_node("Constant", [], [name], value=tensor)


def scaled(output, factor):
    times = constant("factor", factor)
    return after(output, times, helper.make_node("Mul", ["inner", "factor"], [output]))


def endless(model):
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["condition"], ["more"]),
            helper.make_node("Mul", ["value", "value"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("condition", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("more", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, None),
        ],
    )
    loop = helper.make_node("Loop", ["", "", "inner"], ["confidence"], body=body)
    after("confidence", loop)(model)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (scaled("temporal", np.nan), "temporal: not finite"),
        (scaled("confidence", np.inf), "confidence: not finite"),
        (scaled("confidence", 2.0), "confidence: expected probabilities from 0 to 1"),
        (scaled("spatial", 0.5), "spatial: expected probabilities that sum to 1"),
        (
            after("ontological", helper.make_node("Transpose", ["inner"], ["ontological"])),
            r"ontological: expected float32 \(4, 3\), found float32 \(3, 4\)",
        ),
    ],
)
def test_what_is_no_prediction_is_an_error_and_no_score(tmp_path, change, said):
    def without_shapes(model):
        change(model)
        for output in model.graph.output:
            output.type.tensor_type.ClearField("shape")

    model = FusionModel.load(models.write(tmp_path, "legacy-7", change=without_shapes))
    with pytest.raises(ScoringFailed, match=said):
        model.predict(batch(4))


def test_a_hair_above_one_is_one(tmp_path):
    above = helper.make_node("Max", ["inner", "factor"], ["confidence"])
    change = after("confidence", constant("factor", 1.000002), above)
    model = FusionModel.load(models.write(tmp_path, "legacy-7", change=change))
    assert model.predict(batch(4)).confidence.tolist() == [1.0] * 4


def with_work_in_constants(model):
    size = onnx.numpy_helper.from_array(np.array([1500, 1500], dtype=np.int64), "size")
    model.graph.initializer.append(size)
    chain = [helper.make_node("ConstantOfShape", ["size"], ["c0"])]
    chain += [helper.make_node("MatMul", [f"c{i}", "c0"], [f"c{i + 1}"]) for i in range(400)]
    chain.append(helper.make_node("ReduceSum", ["c400"], ["work"], keepdims=0))
    add = helper.make_node("Add", ["inner", "work"], ["confidence"])
    after("confidence", *chain, add)(model)


@pytest.mark.parametrize("change", [endless, with_work_in_constants])
def test_a_model_that_takes_too_long_is_stopped(tmp_path, change):
    path = models.write(tmp_path, "legacy-7", change=change)
    model = FusionModel.load(path, limit_seconds=0.3)
    with pytest.raises(ScoringFailed, match="the model failed"):
        model.predict(batch(1))


def test_a_model_that_fails_is_a_named_error(tmp_path):
    def hidden(model):
        shape = constant("shape_values", [7])
        cast = helper.make_node("Cast", ["shape_values"], ["shape"], to=TensorProto.INT64)
        reshape = helper.make_node("Reshape", ["inner", "shape"], ["temporal"])
        after("temporal", shape, cast, reshape)(model)
        model.graph.output[0].type.tensor_type.ClearField("shape")

    model = FusionModel.load(models.write(tmp_path, "legacy-7", change=hidden))
    with pytest.raises(ScoringFailed, match=r"legacy-7\.onnx: the model failed: "):
        model.predict(batch(3))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"features": None}, "features: this model needs them"),
        ({"features": np.zeros((2, 3))}, "dimensions for input: features"),
        ({"piano_roll": np.zeros((2, 128, 256))}, "piano_roll: expected shape"),
        ({"concept_emb": np.zeros((1, 768))}, "concept_emb: expected shape"),
        ({"concept_emb": np.full((2, 768), np.nan)}, "concept_emb: not finite"),
        ({"has_audio": np.ones(3, dtype=bool)}, "has_audio: expected shape"),
    ],
)
def test_wrong_inputs_are_named(model, changes, said):
    with pytest.raises(ScoringFailed, match=said):
        model.predict(batch(2, **changes))


def test_an_empty_batch_is_an_error(model):
    with pytest.raises(ScoringFailed, match="empty"):
        model.predict(batch(0))
    with pytest.raises(ScoringFailed, match="nothing to score"):
        model.predict_excerpts([])
