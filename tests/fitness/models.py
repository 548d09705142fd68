"""Small ONNX models with the real interfaces and seeded random weights; every input counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper

from benchmarks.dense_reference import OPSET, Graph
from fitness.encoders import AUDIO_POOLING
from fitness.features import FEATURE_NAMES, FEATURES_VERSION
from fitness.hashed_text import LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING
from fitness.legacy_roll import LEGACY_ROLL_VERSION
from fitness.manifest import Encoders, EncoderSpec, Manifest, option_versions, save_manifest
from fitness.predictions import FLAGS
from fitness.profiles import BOOL, PROFILES, Profile
from fitness.roll import ROLL_VERSION

HIDDEN = 24
FLAG_OF = {name: flag for flag, name in FLAGS.items()}
PROFILE_BY_NAME = {profile.name: profile for profile in PROFILES}


class Network(Graph):
    """A graph of dense layers whose weights are drawn by a seed."""

    def dense(self, value: str, columns: int, width: int, gain: float) -> str:
        weights = self.rng.normal(0, gain / np.sqrt(columns), (columns, width))
        return self.add("MatMul", value, self.constant(weights.astype(np.float32)))

    def flagged(self, value: str, flag: str) -> str:
        number = self.add("Cast", flag, to=TensorProto.FLOAT)
        axis = self.constant(np.array([1], dtype=np.int64))
        return self.add("Mul", value, self.add("Unsqueeze", number, axis))

    def roll(self, width: int) -> str:
        grid = [4, 16]
        pooled = self.add("AveragePool", "piano_roll", kernel_shape=grid, strides=grid, ceil_mode=0)
        return self.dense(self.add("Flatten", pooled), 32 * 16, width, 60.0)


def build(
    profile: Profile, *, seed: int = 0, features: int = len(FEATURE_NAMES)
) -> onnx.ModelProto:
    """A model of this profile that answers as the real ones do."""
    network = Network(seed)
    hidden = []
    for name, (kind, dims) in profile.inputs.items():
        if kind == BOOL:
            continue
        if name == "piano_roll":
            value = network.roll(HIDDEN)
        else:
            size = features if name == "features" else dims[0]
            value = network.dense(name, size or 0, HIDDEN, 0.01 if name == "features" else 1.0)
        flag = FLAG_OF.get(name, "")
        hidden.append(network.flagged(value, flag) if flag in profile.inputs else value)
    mixed = network.add("Tanh", network.add("Sum", *hidden))
    for name, dims in profile.outputs.items():
        logits = network.dense(mixed, HIDDEN, dims[0] or 0, 2.0)
        squash = "Sigmoid" if name == "confidence" else "Softmax"
        network.nodes.append(helper.make_node(squash, [logits], [name]))
    model = network.to_model(profile, features)
    onnx.checker.check_model(model)
    return model


def manifest_of(path: Path, profile: Profile, changes: dict[str, Any]) -> Manifest:
    """A manifest that agrees with the code, but for the changes."""
    manifest = Manifest(
        model_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        profile=profile.name,
        roll_version=LEGACY_ROLL_VERSION if profile.is_legacy else ROLL_VERSION,
        encoders=Encoders(
            concept=EncoderSpec(LIGHT_TEXT_ENCODER, LIGHT_TEXT_POOLING),
            audio=EncoderSpec("audio-encoder", AUDIO_POOLING),
        ),
        feature_names=() if profile.is_legacy else FEATURE_NAMES,
        features_version=FEATURES_VERSION,
        confidence_threshold=0.0,
        calibration={"method": "temperature", "temperature": 1.0},
        data_hash="0" * 64,
        split={"by": "song"},
        metrics={"accuracy": 0.5},
        licence="MIT",
        opset=OPSET,
        optional_inputs=option_versions(profile),
    )
    return msgspec.structs.replace(manifest, **changes)


def write(
    folder: Path,
    name: str,
    *,
    change: Callable[[onnx.ModelProto], None] | None = None,
    manifest: dict[str, Any] | None = None,
    **settings: Any,
) -> Path:
    """Write a model of the named profile, and its manifest if it is ours or changes are given.

    Args:
        folder: where to.
        name: of the profile.
        change: made to the model before it is written.
        manifest: changes to its manifest.
        settings: for ``build``.
    """
    profile = PROFILE_BY_NAME[name]
    path = folder / f"{name}.onnx"
    model = build(profile, **settings)
    if change is not None:
        change(model)
    path.write_bytes(model.SerializeToString())
    if manifest is not None or not profile.is_legacy:
        save_manifest(manifest_of(path, profile, manifest or {}), path)
    return path


def write_audit(model: Path, **search: Any) -> Path:
    """An audit beside a model, as ``training audit`` writes it; returns the model's path."""
    found = {
        "audit_version": "1",
        "judge_version": "1",
        "model_sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "plan": {"generations": 2, "population": 4},
        "search": {
            "songs": 2, "runs": 2, "judged": [0.1, 0.5, 0.4], "total": [0.5, 0.6, 0.7],
            "lost": 0.25, "lost_interval": [0.0, 0.5], "lost_median": 0.2, "worst": 0.5,
            "would_be_stopped": 0.0, **search,
        },
        "fakes": {"chords": {"noise": {"count": 2, "passes": 0.5, "above_median": 0.25}}},
    }  # fmt: skip
    path = model.with_suffix(".audit.json")
    path.write_bytes(msgspec.json.encode(found))
    return model
