import json

import msgspec
import pytest

from fitness.encoders import AUDIO_POOLING, TEXT_POOLING
from fitness.errors import ManifestRefused, ModelMissing
from fitness.features import FEATURE_NAMES
from fitness.fusion import FusionModel
from fitness.hashed_text import LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING
from fitness.manifest import Encoders, EncoderSpec, load_manifest, manifest_path, save_manifest
from fitness.roll import ROLL_VERSION
from tests.fitness import models

MISSING = object()


def test_what_is_saved_is_loaded(tmp_path):
    path = models.write(tmp_path, "fusion")
    manifest = load_manifest(path)
    save_manifest(manifest, path)
    assert load_manifest(path) == manifest == FusionModel.load(path).manifest
    assert manifest_path(path) == tmp_path / "fusion.json"


def test_it_is_frozen(tmp_path):
    manifest = load_manifest(models.write(tmp_path, "fusion"))
    with pytest.raises(AttributeError):
        manifest.licence = "none"


def test_a_model_of_ours_without_one_is_not_run(tmp_path):
    path = models.write(tmp_path, "fusion")
    manifest_path(path).unlink()
    with pytest.raises(ModelMissing, match=r"no such file; expected fusion\.onnx's manifest"):
        FusionModel.load(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_sha256": "f" * 64}, "model_sha256: expected .* found ffff"),
        ({"profile": "legacy-7"}, "profile: expected fusion, found legacy-7"),
        ({"roll_version": "0", "profile": "x"}, "profile: .*; roll_version: "),
        ({"roll_version": "0"}, f"roll_version: expected {ROLL_VERSION}, found 0"),
        ({"features_version": "0"}, "features_version: expected .* found 0"),
        ({"feature_names": (*FEATURE_NAMES[1:], "loudest")}, "feature_names: expected .* found"),
        (
            {"encoders": Encoders(concept=EncoderSpec("x", "first-token"))},
            f"encoders.concept.pooling: expected {TEXT_POOLING}, found first-token",
        ),
        (
            {"encoders": Encoders(audio=EncoderSpec("x", "random-crop"))},
            f"encoders.audio.pooling: expected {AUDIO_POOLING}, found random-crop",
        ),
        (
            {"encoders": Encoders(lyric=EncoderSpec("x", LIGHT_TEXT_POOLING))},
            f"encoders.lyric.pooling: expected {TEXT_POOLING}, found {LIGHT_TEXT_POOLING}",
        ),
        (
            {"encoders": Encoders(concept=EncoderSpec(LIGHT_TEXT_ENCODER, TEXT_POOLING))},
            f"encoders.concept.pooling: expected {LIGHT_TEXT_POOLING}, found {TEXT_POOLING}",
        ),
    ],
)
def test_disagreement_with_the_code_is_refused(tmp_path, change, said):
    path = models.write(tmp_path, "fusion", manifest=change)
    with pytest.raises(ManifestRefused, match=said):
        FusionModel.load(path)


def test_a_features_input_of_another_width_is_refused(tmp_path):
    path = models.write(tmp_path, "fusion", features=len(FEATURE_NAMES) + 1)
    with pytest.raises(ManifestRefused, match="columns of the features input: expected"):
        FusionModel.load(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"surprise": 1}, "surprise"),
        ({"licence": None}, "licence"),
        ({"confidence_threshold": 1.5}, "confidence_threshold"),
        ({"confidence_threshold": "high"}, "confidence_threshold"),
        ({"stage_thresholds": {"chords": 2}}, "stage_thresholds"),
        ({"model_sha256": "abc"}, "model_sha256"),
        ({"opset": 20.5}, "opset"),
        ({"feature_names": "density"}, "feature_names"),
        ({"encoders": {"concept": {"name": "x"}}}, "pooling"),
        ({"encoders": {"lyric": {"name": "x", "pooling": "y", "sha256": "abc"}}}, "sha256"),
        ({"encoders": {"smell": {"name": "x", "pooling": "y"}}}, "smell"),
        ({"data_hash": MISSING}, "data_hash"),
    ],
)
def test_a_wrong_or_missing_field_is_named(tmp_path, change, said):
    path = models.write(tmp_path, "fusion")
    values = json.loads(manifest_path(path).read_bytes()) | change
    present = {name: value for name, value in values.items() if value is not MISSING}
    manifest_path(path).write_text(json.dumps(present))
    with pytest.raises(ManifestRefused, match=said):
        load_manifest(path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b" " * 2**21])
def test_no_json_is_refused(tmp_path, data):
    path = models.write(tmp_path, "fusion")
    manifest_path(path).write_bytes(data)
    with pytest.raises(ManifestRefused):
        load_manifest(path)


def test_an_older_model_with_one_is_held_to_it(tmp_path):
    path = models.write(tmp_path, "legacy-7", manifest={"confidence_threshold": 0.25})
    assert FusionModel.load(path).confidence_threshold == 0.25
    wrong = msgspec.structs.replace(load_manifest(path), roll_version=ROLL_VERSION)
    save_manifest(wrong, path)
    with pytest.raises(ManifestRefused, match="roll_version: expected legacy-1"):
        FusionModel.load(path)
