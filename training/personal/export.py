"""A fitted model as the files that the engine reads: ONNX, manifest and card."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from fitness.errors import ModelError
from fitness.fusion import FusionModel
from fitness.manifest import Encoders, Manifest, load_manifest
from training.atomic_files import replacing
from training.bootstrap import CARD_NAME, FILE_NAME
from training.fusion.checkpoint import State
from training.fusion.export import export, parity, write_manifest
from training.fusion.song_report import card
from training.fusion.train import prepare_torch
from training.personal.fit import ensemble_of, load_fitted

LICENCE = "own catalogue: yours"
HOW_CALIBRATED = {
    "method": "one temperature for the averaged colour; confidence from held-out correctness",
    "on": "validation songs",
}


def export_catalogue(folder: Path) -> dict[str, Any]:
    """Write ``fusion.onnx``, ``fusion.json`` and ``MODEL_CARD.md`` of what was fitted.

    Returns:
        a summary of plain values.

    Raises:
        FileNotFoundError: if nothing was fitted; the message names the step.
        RuntimeError: if the file says something else than the network.
    """
    state = load_fitted(folder)
    if state is None:
        raise FileNotFoundError(f"{folder}: no fitted model; training fit makes it")
    path = folder / FILE_NAME
    manifest = _written(folder, state)
    made = manifest is None
    if manifest is None:
        manifest = _write(path, state)
    page = card(manifest)
    card_path = folder / CARD_NAME
    if made or not card_path.exists():
        with replacing(card_path) as waiting:
            waiting.write_text(page, encoding="utf-8")
    return {
        "model": str(path),
        "sha256": manifest.model_sha256,
        "bytes": path.stat().st_size,
        "parity": manifest.metrics["parity"],
        "chosen": manifest.split["by"],
        "cached": not made,
    }


def _written(folder: Path, state: State) -> Manifest | None:
    """The manifest of an earlier export of this fit; None where there is none."""
    path = folder / FILE_NAME
    try:
        manifest = load_manifest(path)
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except (ModelError, OSError):
        return None
    same = manifest.split.get("fit") == state["key"] and manifest.model_sha256 == found
    return manifest if same else None


def _write(path: Path, state: State) -> Manifest:
    prepare_torch()
    summary = msgspec.json.decode(state["told"])
    ensemble = ensemble_of(state)
    with replacing(path) as waiting:
        export(ensemble, waiting)
        difference = parity(ensemble, waiting)
    calibration, metrics = summary["calibration"], summary["metrics"]
    made_of = metrics["made_of"]
    model: FusionModel = write_manifest(
        path,
        threshold=min(calibration["thresholds"].values(), default=0.0),
        stage_thresholds=calibration["thresholds"],
        calibration={**HOW_CALIBRATED, **calibration},
        data_hash=made_of["data_hash"],
        split=made_of["split"] | {"fit": state["key"]},
        metrics=metrics | {"parity": difference},
        encoders=msgspec.convert(summary["encoders"], Encoders),
        licence=LICENCE,
        options=ensemble.profile.options,
    )
    assert model.manifest is not None  # noqa: S101 - it was written just now
    return model.manifest
