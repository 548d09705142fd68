"""Fit a model to a person's songs, calibrate it, measure it, and write the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import torch

from fitness.features import FEATURE_NAMES
from fitness.manifest import Encoders
from training.dataset.catalogue import load_catalogue
from training.dataset.split import by_row
from training.fusion.calibration import Calibration, calibrate
from training.fusion.correctness import learn_correctness
from training.fusion.crew import Tell
from training.fusion.fitting import Watch, device_of, fit, prepare_torch
from training.fusion.keeping import Keeping, State, load_whole, save_whole
from training.fusion.network import Ensemble, FusionNetwork, Size
from training.personal.measure import Measured, measure
from training.personal.plan import FIT_FOLDER, Material, Plan, composed_beside
from training.personal.writing import REPORT_FOLDER, REPORT_JSON, write_report
from training.tracking import Record, tracked

MODEL_FILE = "model.pt"
BY_ROW = "by-row"


def fit_catalogue(
    plan: Plan,
    folder: Path,
    tell: Tell = lambda _: None,
    device: str = "auto",
    *,
    track: bool = False,
) -> dict[str, Any]:
    """Make ``fit/model.pt`` and ``report/`` of what the steps before left in a folder.

    Args:
        plan: what.
        folder: of the training.
        tell: told what begins; may hand back what is told of each step.
        device: ``cpu``, ``cuda`` or ``auto``.
        track: whether its epochs and figures go on record.

    Returns:
        a summary of plain values.

    Raises:
        FileNotFoundError: if a step before is missing; the message names it.
        ValueError: if a table can't be read, or there are too few songs.
    """
    began = perf_counter()
    prepare_torch()
    catalogue = load_catalogue(folder)
    composed = composed_beside(plan, folder, tell)
    key = plan.key(catalogue, composed)
    kept = kept_model(folder)
    if kept and kept["key"] == key and (folder / REPORT_FOLDER / REPORT_JSON).exists():
        return summary(folder, msgspec.json.decode(kept["told"])["metrics"], 0.0)
    with tracked(folder, "fit", asdict(plan), key=key, wanted=track) as record:
        ways = _Ways(plan, folder, key, tell, device_of(device), record)
        metrics = _made(plan, folder, key, Material(catalogue, composed), ways, tell)
        for name, figures in metrics["by_modality"].items():
            record.log(1, **{f"test colour {name}": figures["colour"]})
        record.artefact(folder / REPORT_FOLDER)
    return summary(folder, metrics, perf_counter() - began)


def _made(
    plan: Plan, folder: Path, key: str, material: Material, ways: _Ways, tell: Tell
) -> dict[str, Any]:
    """Fit, calibrate, measure and keep; gives the figures."""
    ensemble = Ensemble([ways.fit(material, member) for member in range(plan.members)])
    validation = material.held_out("validation")
    taught, right = learn_correctness(ensemble, validation)
    calibration = calibrate(ensemble, taught, validation, right)
    by_rows = None
    if plan.compares:
        of_rows = material.dealt(by_row(material.catalogue.rows))
        by_rows = Measured(Ensemble([ways.fit(of_rows, 0, BY_ROW)]), of_rows)
    tell("measuring")
    metrics = measure(Measured(ensemble, material), calibration, plan, by_rows, ways.accuracies)
    write_report(folder, metrics)
    _keep(folder, key, ensemble, calibration, material.catalogue.encoders, metrics)
    return metrics


class _Ways:
    """One fit after the other, each kept in a file of its own."""

    def __init__(
        self,
        plan: Plan,
        folder: Path,
        key: str,
        tell: Tell,
        device: torch.device,
        record: Record,
    ) -> None:
        self._plan = plan
        self._folder = folder / FIT_FOLDER
        self._key = key
        self._tell = tell
        self._device = device
        self._record = record
        self.accuracies: dict[str, list[float]] = {}

    def fit(self, material: Material, member: int, name: str = "") -> FusionNetwork:
        name = name or f"member-{member + 1}"
        keeping = Keeping(self._folder / f"{name}.pt", f"{self._key} {name}")
        network = fit(
            material.train,
            self._plan.settings,
            self._plan.seed * 100 + member,
            self._tell(f"fitting {name}"),
            judge=material.judge(),
            keeping=keeping,
            watch=epochs_of(self._record, f"{name} "),
            device=self._device,
        )
        state = keeping.load()
        self.accuracies[name] = state["accuracies"] if state else []
        return network


def epochs_of(record: Record, before: str = "") -> Watch:
    """Puts every epoch of a fit on record."""

    def watch(accuracies: Sequence[float], losses: Sequence[float]) -> None:
        for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True), start=1):
            record.log(epoch, **{f"{before}accuracy": accuracy, f"{before}loss": loss})

    return watch


def summary(folder: Path, metrics: dict[str, Any], seconds: float) -> dict[str, Any]:
    """What a command says when it is done."""
    return {
        "fitted": str(folder / FIT_FOLDER / MODEL_FILE),
        "report": str(folder / REPORT_FOLDER),
        "cached": seconds == 0,
        "seconds": round(seconds, 1),
        "colour": {name: one["colour"] for name, one in metrics["by_modality"].items()},
        "majority": {name: one["majority"] for name, one in metrics["by_modality"].items()},
    }


def _keep(
    folder: Path,
    key: str,
    ensemble: Ensemble,
    calibration: Calibration,
    encoders: Encoders | None,
    metrics: dict[str, Any],
) -> None:
    told = {
        "calibration": asdict(calibration),
        "encoders": encoders or Encoders(),
        "metrics": metrics,
    }
    state = {
        "key": key,
        "size": asdict(ensemble.networks[0].size),
        "count": len(ensemble.networks),
        "ensemble": ensemble.state_dict(),
        "told": msgspec.json.encode(told, order="sorted").decode(),
    }
    save_whole(state, folder / FIT_FOLDER / MODEL_FILE)


def kept_model(folder: Path) -> State | None:
    """What a finished fit left; None where none is finished."""
    path = folder / FIT_FOLDER / MODEL_FILE
    return load_whole(path) if path.exists() else None


def ensemble_of(state: State) -> Ensemble:
    """The fitted, calibrated networks."""
    size = Size(**state["size"])
    members = [FusionNetwork(size, len(FEATURE_NAMES)) for _ in range(state["count"])]
    ensemble = Ensemble(members)
    ensemble.load_state_dict(state["ensemble"])
    return ensemble.eval()
