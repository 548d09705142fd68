"""Write the model file and its manifest, and check the file against the network."""

from __future__ import annotations

import hashlib
import io
import logging
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
import torch

from fitness.features import FEATURE_NAMES, FEATURES_VERSION
from fitness.fusion import FusionModel
from fitness.manifest import Encoders, Manifest, option_versions, save_manifest
from fitness.profiles import BOOL, fusion_profile
from fitness.roll import ROLL_VERSION
from training.composed.examples import Examples
from training.fusion.network import Ensemble

OPSET = 20
LICENCE = "MIT"
TRACED_ROWS = 2
CHECKED_BATCHES = (1, 2, 7, 33)
TOLERANCE = 1e-5

Inputs = dict[str, torch.Tensor]


def export(ensemble: Ensemble, path: Path) -> None:
    """Write an ensemble as one ONNX file, weights included, for batches of any size."""
    batch = torch.export.Dim("batch", min=1)
    example = random_inputs(ensemble, TRACED_ROWS, seed=0)
    model = traced(
        ensemble.eval(),
        tuple(example.values()),
        input_names=list(ensemble.profile.inputs),
        output_names=["temporal", "spatial", "ontological", "colour", "confidence"],
        dynamic_shapes=(tuple({0: batch} for _ in example),),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def traced(module: torch.nn.Module, example: tuple[torch.Tensor, ...], **names: Any) -> Any:
    """A module as an ONNX model, weights included, without paths of this machine.

    Args:
        module: in evaluation mode.
        example: inputs to trace it with.
        names: ``input_names``, ``output_names`` and ``dynamic_shapes`` of ``torch.onnx.export``.
    """
    with quiet():
        program = torch.onnx.export(
            module,
            example,
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
            **names,
        )
    if program is None:
        raise RuntimeError("torch exported nothing")
    _remove_source_paths(program.model_proto)
    return program.model_proto


def _remove_source_paths(model: Any) -> None:
    """Remove where in the source each node comes from: paths of this machine."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.metadata_props[:]


@contextmanager
def quiet() -> Iterator[None]:
    """Silence the exporter, which prints on stdout and warns of its own internals."""
    level = logging.root.manager.disable
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(level)


def random_inputs(ensemble: Ensemble, count: int, seed: int) -> Inputs:
    """Every input of a batch at random, the flags too."""
    generator = torch.Generator().manual_seed(seed)
    columns = len(cast("torch.Tensor", ensemble.members[0].features.mean))
    inputs: Inputs = {}
    for name, (kind, dims) in ensemble.profile.inputs.items():
        shape = (count, *(columns if size is None else size for size in dims))
        values = torch.rand(shape, generator=generator)
        inputs[name] = values > 0.5 if kind == BOOL else values
    return inputs


def parity(ensemble: Ensemble, path: Path) -> float:
    """Largest difference between the network and its file, over batches of several sizes.

    Raises:
        RuntimeError: if it is more than rounding.
    """
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    worst = 0.0
    for seed, count in enumerate(CHECKED_BATCHES):
        inputs = random_inputs(ensemble, count, seed)
        feed = {name: values.numpy() for name, values in inputs.items()}
        with torch.no_grad():
            expected = ensemble.eval()(*inputs.values())
        for name, wanted in zip(expected._fields, expected, strict=True):
            (found,) = session.run([name], feed)
            worst = max(worst, float(np.abs(found - wanted.numpy()).max()))
    if not worst <= TOLERANCE:
        raise RuntimeError(f"the file differs from the network by {worst:.2g}")
    return worst


def write_manifest(
    path: Path,
    *,
    threshold: float,
    stage_thresholds: dict[str, float],
    calibration: dict[str, Any],
    data_hash: str,
    split: dict[str, Any],
    metrics: dict[str, Any],
    encoders: Encoders | None = None,
    licence: str = LICENCE,
    options: Collection[str] = (),
) -> FusionModel:
    """Put the manifest beside a model file; returns both as the engine reads them."""
    profile = fusion_profile(options)
    manifest = Manifest(
        model_sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        profile=profile.name,
        roll_version=ROLL_VERSION,
        encoders=encoders or Encoders(),
        feature_names=FEATURE_NAMES,
        features_version=FEATURES_VERSION,
        confidence_threshold=threshold,
        stage_thresholds=stage_thresholds,
        calibration=calibration,
        data_hash=data_hash,
        split=split,
        metrics=metrics,
        licence=licence,
        opset=OPSET,
        optional_inputs=option_versions(profile),
    )
    save_manifest(manifest, path)
    return FusionModel.load(path)


def hash_of(examples: Examples) -> str:
    """SHA-256 over every array, names and shapes included."""
    digest = hashlib.sha256()
    for name, array in examples.arrays().items():
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
