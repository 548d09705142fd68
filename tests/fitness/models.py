"""Small ONNX models with the real interfaces and seeded random weights; every input counts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from fitness.encoders import AUDIO_POOLING, TEXT_POOLING
from fitness.features import FEATURE_NAMES, FEATURES_VERSION
from fitness.legacy_roll import LEGACY_ROLL_VERSION
from fitness.manifest import Encoders, EncoderSpec, Manifest, save_manifest
from fitness.profiles import BOOL, PROFILES, Profile
from fitness.roll import ROLL_VERSION

OPSET = 20
HIDDEN = 24
FEATURES = len(FEATURE_NAMES)
FLAG_OF = {
    "piano_roll": "has_midi",
    "audio_emb": "has_audio",
    "concept_emb": "has_concept",
    "lyric_emb": "has_lyric",
    "sounds_like_emb": "has_sounds_like",
}
PROFILE_BY_NAME = {profile.name: profile for profile in PROFILES}


class Network:
    """Collects the nodes and weights of one graph."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def add(self, op: str, inputs: list[str], **attributes: Any) -> str:
        name = f"{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        return name

    def constant(self, values: np.ndarray) -> str:
        name = f"constant_{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(values, name))
        return name

    def dense(self, value: str, columns: int, width: int, gain: float) -> str:
        weights = self.rng.normal(0, gain / np.sqrt(columns), (columns, width))
        return self.add("MatMul", [value, self.constant(weights.astype(np.float32))])

    def flagged(self, value: str, flag: str) -> str:
        number = self.add("Cast", [flag], to=TensorProto.FLOAT)
        column = self.add("Unsqueeze", [number, self.constant(np.array([1], dtype=np.int64))])
        return self.add("Mul", [value, column])

    def roll(self, width: int) -> str:
        pooled = self.add(
            "AveragePool", ["piano_roll"], kernel_shape=[4, 16], strides=[4, 16], ceil_mode=0
        )
        return self.dense(self.add("Flatten", [pooled]), 32 * 16, width, 60.0)


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
    mixed = network.add("Tanh", [network.add("Sum", hidden)])
    for name, dims in profile.outputs.items():
        logits = network.dense(mixed, HIDDEN, dims[0] or 0, 2.0)
        squash = {"op_type": "Sigmoid"} if name == "confidence" else {"op_type": "Softmax"}
        network.nodes.append(helper.make_node(**squash, inputs=[logits], outputs=[name]))
    return to_model(profile, network, features)


def to_model(profile: Profile, network: Network, features: int) -> onnx.ModelProto:
    inputs = [
        helper.make_tensor_value_info(
            name,
            TensorProto.BOOL if kind == BOOL else TensorProto.FLOAT,
            ["batch", *(features if size is None else size for size in dims)],
        )
        for name, (kind, dims) in profile.inputs.items()
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *dims])
        for name, dims in profile.outputs.items()
    ]
    graph = helper.make_graph(network.nodes, "fusion", inputs, outputs, network.weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    model.ir_version = 10
    onnx.checker.check_model(model)
    return model


def manifest_of(path: Path, profile: Profile, changes: dict[str, Any]) -> Manifest:
    """A manifest that agrees with the code, but for the changes."""
    manifest = Manifest(
        model_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        profile=profile.name,
        roll_version=LEGACY_ROLL_VERSION if profile.is_legacy else ROLL_VERSION,
        encoders=Encoders(
            concept=EncoderSpec("text-encoder", TEXT_POOLING),
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
