"""Fit a model to a person's songs, calibrate it, measure it, and write the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import torch

from fitness.features import FEATURE_NAMES
from fitness.manifest import Encoders
from training.dataset.catalogue import load_catalogue
from training.dataset.rows import by_row
from training.fusion.calibration import Calibration, calibrate, learn_correctness
from training.fusion.checkpoint import Checkpoint, State, load_state, save_state
from training.fusion.network import Ensemble, FusionNetwork, Size
from training.fusion.train import AfterEpoch, LossProgress, device_of, prepare_torch, train
from training.personal.folds import cross_validated, summarised
from training.personal.measure import REPORT_FOLDER, REPORT_JSON, Measured, measure, write_report
from training.personal.plan import FIT_FOLDER, Material, Plan, composed_songs
from training.text.multitask import compare, concepts_in
from training.tracking import Record, tracked

MODEL_FILE = "model.pt"
BY_ROW = "by-row"


def fit_catalogue(
    plan: Plan,
    folder: Path,
    progress: LossProgress = lambda _: None,
    device: str = "auto",
    *,
    track: bool = False,
) -> dict[str, Any]:
    """Make ``fit/model.pt`` and ``report/`` of what the steps before left in a folder.

    Returns:
        a summary of plain values.

    Raises:
        FileNotFoundError: if a step before is missing; the message names it.
        ValueError: if a table can't be read, or there are too few songs.
    """
    began = perf_counter()
    prepare_torch()
    catalogue = load_catalogue(folder)
    composed = composed_songs(plan, folder, progress)
    key = plan.key(catalogue, composed)
    fitted = load_fitted(folder)
    if fitted and fitted["key"] == key and (folder / REPORT_FOLDER / REPORT_JSON).exists():
        return summary(folder, msgspec.json.decode(fitted["told"])["metrics"], 0.0)
    with tracked(folder, "fit", msgspec.to_builtins(plan), key=key, wanted=track) as record:
        trainer = Trainer(plan, folder / FIT_FOLDER, key, progress, device_of(device), record)
        material = Material(catalogue, composed, plan.settings)
        metrics = _fit(plan, folder, key, material, trainer, progress)
        for name, figures in metrics["by_modality"].items():
            record.log(1, **{f"test colour {name}": figures["colour"]})
        record.artefact(folder / REPORT_FOLDER)
    return summary(folder, metrics, perf_counter() - began)


def _fit(
    plan: Plan,
    folder: Path,
    key: str,
    material: Material,
    trainer: Trainer,
    progress: LossProgress,
) -> dict[str, Any]:
    """Train, calibrate, measure and save; gives the figures."""
    ensemble = Ensemble([trainer.train(material, member) for member in range(plan.members)])
    validation = material.held_out("validation")
    member_logits, right = learn_correctness(ensemble, validation)
    calibration = calibrate(ensemble, member_logits, validation, right)
    by_rows = None
    if plan.compares:
        of_rows = material.split_by(by_row(material.catalogue.rows))
        by_rows = Measured(Ensemble([trainer.train(of_rows, 0, BY_ROW)]), of_rows)
    folds = None
    if plan.folds:
        folds = cross_validated(material, plan.folds, trainer.train_fold)
    progress("measuring")
    metrics = measure(Measured(ensemble, material), calibration, plan, by_rows, trainer.accuracies)
    metrics["folds"] = {"count": plan.folds, "figures": summarised(folds)} if folds else None
    metrics["multitask"] = compare(concepts_in(folder, material.catalogue))
    write_report(folder, metrics)
    _save(folder, key, ensemble, calibration, material.catalogue.encoders, metrics)
    return metrics


@dataclass(slots=True)
class Trainer:
    """Trains one network after the other, each with a checkpoint of its own."""

    plan: Plan
    folder: Path
    key: str
    progress: LossProgress
    device: torch.device
    record: Record
    accuracies: dict[str, list[float]] = field(default_factory=dict)

    def train_fold(self, material: Material, fold: int) -> FusionNetwork:
        """A network of a fold of the songs, with the seed of the first member."""
        return self.train(material, 0, f"fold-{fold + 1}")

    def train(self, material: Material, member: int, name: str = "") -> FusionNetwork:
        """A member of the ensemble; its seed follows from its number."""
        name = name or f"member-{member + 1}"
        checkpoint = Checkpoint(self.folder / f"{name}.pt", f"{self.key} {name}")
        network = train(
            material.train,
            self.plan.settings,
            self.plan.seed * 100 + member,
            self.progress(f"fitting {name}"),
            validation_metric=material.validation_metric(),
            checkpoint=checkpoint,
            after_epoch=epochs_of(self.record, f"{name} "),
            device=self.device,
        )
        state = checkpoint.load()
        self.accuracies[name] = state["accuracies"] if state else []
        return network


def epochs_of(record: Record, before: str = "") -> AfterEpoch:
    """Records every epoch of a training, its figures' names with a prefix."""

    def log(accuracies: Sequence[float], losses: Sequence[float]) -> None:
        for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True), start=1):
            record.log(epoch, **{f"{before}accuracy": accuracy, f"{before}loss": loss})

    return log


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


def _save(
    folder: Path,
    key: str,
    ensemble: Ensemble,
    calibration: Calibration,
    encoders: Encoders | None,
    metrics: dict[str, Any],
) -> None:
    summary_of_fit = {
        "calibration": asdict(calibration),
        "encoders": encoders or Encoders(),
        "metrics": metrics,
    }
    state = {
        "key": key,
        "size": asdict(ensemble.networks[0].size),
        "options": list(ensemble.profile.options),
        "count": len(ensemble.networks),
        "ensemble": ensemble.state_dict(),
        "told": msgspec.json.encode(summary_of_fit, order="sorted").decode(),
    }
    save_state(state, folder / FIT_FOLDER / MODEL_FILE)


def load_fitted(folder: Path) -> State | None:
    """What a finished fit saved; None where none is finished."""
    path = folder / FIT_FOLDER / MODEL_FILE
    return load_state(path) if path.exists() else None


def ensemble_of(state: State) -> Ensemble:
    """The fitted, calibrated networks."""
    size = Size(**state["size"])
    options = state.get("options", ())
    members = [
        FusionNetwork(size, len(FEATURE_NAMES), options=options) for _ in range(state["count"])
    ]
    ensemble = Ensemble(members)
    ensemble.load_state_dict(state["ensemble"])
    return ensemble.eval()
