"""From nothing to a model file: compose a catalogue, fit, calibrate, export, measure."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from fitness.fusion import FusionModel
from fitness.manifest import Manifest, load_manifest, save_manifest
from fitness.predictions import Predictions
from fitness.theory import RULES
from training.composed import ceiling
from training.composed.compose import REAL_PIECES, compose
from training.composed.evolved_rejects import evolved_rejects
from training.composed.examples import NO_COLOUR, REAL, Examples, Split, split_by_song
from training.composed.gate_examples import nearly_music
from training.fusion.calibration import Calibration, calibrate
from training.fusion.export import export, hash_of, parity, write_manifest
from training.fusion.gate import Fitted, learn_gate
from training.fusion.metrics import accuracies, gate_pass_rates, predict
from training.fusion.metrics import calibration as calibration_curves
from training.fusion.network import PLAIN, ROLL, Ensemble, FusionNetwork, Size
from training.fusion.parallel import Job, train_all
from training.fusion.planted import HELD_OUT_PARTS, fakes
from training.fusion.report import card
from training.fusion.train import LossProgress, Settings, logits, predictions_of, prepare_torch

FILE_NAME = "fusion.onnx"
CARD_NAME = "MODEL_CARD.md"
ALONE = {"roll alone": ROLL, "features alone": PLAIN}
CALIBRATED = {
    "method": "one temperature for the averaged colour, scale and shift for the gate's logit",
    "on": "validation songs; the gate on songs that it didn't see",
}
# A member's seed; far from those of other ensembles.
SEED_STRIDE = 100


@dataclass(frozen=True, slots=True)
class GatePlan:
    """What the gate learns from besides the catalogue, and how long.

    Attributes:
        songs: of every colour, of whose parts what is nearly music is made.
        real: file of real songs' windows that ``tools.gate_examples`` wrote; None does without.
        epochs: passes over all.
        rejects: a studio, whose rejected candidates are no music; None does without.
    """

    songs: int = 60
    real: Path | None = None
    epochs: int = 12
    rejects: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings of a bootstrap.

    Attributes:
        songs: composed for each colour.
        real_pieces: real scores beside them; 0 works without music21.
        members: networks whose probabilities are averaged.
        seed: of everything.
        fakes: planted for the card, of each kind and stage.
        held_out_parts: of each colour and stage that they are ranked among.
        compares: whether to fit the models that read one thing alone, for the card.
        processes: that fit side by side; None for as many as there are cores.
        settings: how each member is fitted.
        gate: what the gate learns from besides.
    """

    songs: int = 120
    real_pieces: int = REAL_PIECES
    members: int = 3
    seed: int = 0
    fakes: int = 300
    held_out_parts: int = HELD_OUT_PARTS
    compares: bool = True
    processes: int | None = None
    settings: Settings = field(default_factory=Settings)
    gate: GatePlan = GatePlan()


# Seconds instead of minutes: whether everything works, not how well.
QUICK = Plan(
    songs=3,
    real_pieces=0,
    members=2,
    fakes=5,
    held_out_parts=4,
    compares=False,
    processes=1,
    settings=Settings(epochs=1, batch_size=32, size=Size(8, 16, 16, 16, 4, 16)),
    gate=GatePlan(songs=1, epochs=1),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The composed examples and who may see which."""

    examples: Examples
    split: Split

    @property
    def train(self) -> Examples:
        """What members learn from."""
        return self.examples.select(self.split.train)

    @property
    def train_colours(self) -> NDArray[np.int8]:
        """The colours of the training rows that have one."""
        colours = self.examples.colour
        return np.asarray(colours[self.split.train & (colours != NO_COLOUR)])

    @property
    def validation(self) -> Examples:
        """What calibration and the gate are chosen by."""
        return self.examples.select(self.split.validation)

    @property
    def test(self) -> Examples:
        """What the card reports on."""
        return self.examples.select(self.split.test)


def catalogue_of(seed: int, songs: int, real_pieces: int) -> Catalogue:
    """The same for the same arguments, on any number of cores."""
    examples = compose(seed, songs, os.cpu_count() or 1, real_pieces)
    return Catalogue(examples, split_by_song(examples))


def bootstrap(plan: Plan, folder: Path, progress: LossProgress = lambda _: None) -> dict[str, Any]:
    """Make ``fusion.onnx``, its manifest and its card in a folder.

    Returns:
        a summary of plain values.
    """
    began = perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    prepare_torch()
    progress(f"composing {plan.songs} songs of every colour")
    catalogue = catalogue_of(plan.seed, plan.songs, plan.real_pieces)
    composed = perf_counter()
    networks = train_all(_jobs(plan), catalogue.train, progress, plan.processes)
    fitted = perf_counter()
    progress("calibrating and exporting")
    ensemble = Ensemble(networks[: plan.members])
    calibration = calibrated(ensemble, catalogue.validation)
    path = folder / FILE_NAME
    export(ensemble, path)
    difference = parity(ensemble, path)
    progress("fitting the gate")
    gate = fit_gate(path, catalogue, plan.gate, plan.seed)
    model = _with_manifest(path, plan, catalogue, calibration, gate)
    progress("measuring")
    metrics = measure(
        model, catalogue, plan.fakes, plan.seed, plan.songs, held_out_parts=plan.held_out_parts
    )
    metrics |= {"parity": difference} | _comparison(plan, networks[plan.members :], catalogue)
    manifest = msgspec.structs.replace(load_manifest(path), metrics=metrics)
    save_manifest(manifest, path)
    (folder / CARD_NAME).write_text(card(manifest), encoding="utf-8")
    return {
        "model": str(path),
        "sha256": model.sha256,
        "bytes": path.stat().st_size,
        "seconds": {
            "composing": round(composed - began, 1),
            "fitting": round(fitted - composed, 1),
            "all": round(perf_counter() - began, 1),
        },
        "accuracy": metrics["accuracy"]["all"],
    }


def _jobs(plan: Plan) -> list[Job]:
    """The members, then what they are compared with."""
    first = SEED_STRIDE * plan.seed
    jobs = [
        Job(f"member {number + 1}", plan.settings, first + number) for number in range(plan.members)
    ]
    if plan.compares:
        jobs += [
            Job(name, msgspec.structs.replace(plan.settings, reads=reads), first)
            for name, reads in ALONE.items()
        ]
    return jobs


def calibrated(ensemble: Ensemble, validation: Examples) -> Calibration:
    """Calibrate an ensemble in place on the validation songs."""
    member_logits = [logits(member, validation) for member in ensemble.networks]
    return calibrate(ensemble, member_logits, validation)


@dataclass(frozen=True, slots=True)
class FittedGate:
    """A gate that was put into a model file.

    Attributes:
        found: its calibration, its thresholds and what passes.
        made_of: what it learned from besides the catalogue, for the manifest.
    """

    found: Fitted
    made_of: dict[str, Any]

    def calibration(self, of_colour: dict[str, Any]) -> dict[str, Any]:
        """The manifest's table, with what was found for the colour."""
        found = self.found
        return of_colour | {
            "confidence_scale": found.scale,
            "confidence_shift": found.shift,
            "thresholds": found.thresholds,
        }


def fit_gate(path: Path, catalogue: Catalogue, plan: GatePlan, seed: int) -> FittedGate:
    """Fit the gate of a model file, in place, without the songs that the card reports on."""
    near = nearly_music(seed, plan.songs, 1 if plan.songs == 1 else os.cpu_count() or 1)
    data = [catalogue.train, catalogue.validation, near]
    made_of: dict[str, Any] = {"songs_per_colour": plan.songs, "nearly_music": len(near)}
    if plan.real is not None:
        real = Examples.load(plan.real)
        data.append(real)
        music = real.kind == REAL
        made_of |= {
            "real_songs": len(np.unique(real.song[music])),
            "real_windows": int(music.sum()),
            "fakes_of_real_songs": int((~music).sum()),
            "real_data_hash": hash_of(real),
        }
    if plan.rejects is not None:
        rejects = evolved_rejects(plan.rejects)
        data.append(rejects)
        made_of["evolved_rejects"] = len(rejects)
    found = learn_gate(path, data, plan.epochs, seed)
    return FittedGate(found, made_of | {"unseen_passes": found.passes})


def refit_gate(
    path: Path, catalogue: Catalogue, plan: GatePlan, per_kind: int, progress: LossProgress
) -> Manifest:
    """Fit the gate of a model file anew, with its manifest and its card; colours stay as they are.

    Args:
        path: of the file.
        catalogue: that it was made of.
        plan: what the gate learns from besides.
        per_kind: fakes to plant for the card.
        progress: of the steps.
    """
    before = load_manifest(path)
    seed = before.split["seed"]
    progress("fitting the gate")
    gate = fit_gate(path, catalogue, plan, seed)
    model = write_manifest(
        path,
        threshold=gate.found.threshold,
        stage_thresholds=gate.found.thresholds,
        calibration=gate.calibration(before.calibration | CALIBRATED),
        data_hash=before.data_hash,
        split=before.split | {"gate": gate.made_of},
        metrics={},
        licence=before.licence,
    )
    progress("measuring")
    test = catalogue.test
    predictions = predict(model, test)
    metrics = before.metrics | {
        "calibration": calibration_curves(predictions, test),
        "gate_keeps": gate_pass_rates(model, predictions, test),
        "fakes": {stage: fakes(model, stage, per_kind, seed, HELD_OUT_PARTS) for stage in RULES},
    }
    manifest = msgspec.structs.replace(load_manifest(path), metrics=metrics)
    save_manifest(manifest, path)
    path.with_name(CARD_NAME).write_text(card(manifest), encoding="utf-8")
    return manifest


def _with_manifest(
    path: Path, plan: Plan, catalogue: Catalogue, calibration: Calibration, gate: FittedGate
) -> FusionModel:
    split = catalogue.split
    of_colour = CALIBRATED | asdict(calibration)
    return write_manifest(
        path,
        threshold=gate.found.threshold,
        stage_thresholds=gate.found.thresholds,
        calibration=gate.calibration(of_colour),
        data_hash=hash_of(catalogue.examples),
        split={
            "by": "song",
            "seed": plan.seed,
            "songs_per_colour": plan.songs,
            "real_pieces": plan.real_pieces,
            "train": int(split.train.sum()),
            "validation": int(split.validation.sum()),
            "test": int(split.test.sum()),
            "gate": gate.made_of,
        },
        metrics={},
    )


def measure(
    model: FusionModel,
    catalogue: Catalogue,
    per_kind: int,
    seed: int,
    songs: int,
    *,
    held_out_parts: int,
) -> dict[str, Any]:
    """Every figure that a model file gives by itself, and the ceiling, on as many songs as made it.

    Args:
        model: the file.
        catalogue: with the held-out songs.
        per_kind: fakes to plant.
        seed: of fakes and of the ceiling's songs.
        songs: of every colour that the ceiling is measured on.
        held_out_parts: of each colour and stage that the fakes are ranked among.
    """
    test = catalogue.test
    predictions = predict(model, test)
    return {
        "accuracy": accuracies(predictions, test, catalogue.train_colours),
        "ceiling": ceiling.measure(seed, songs),
        "calibration": calibration_curves(predictions, test),
        "gate_keeps": gate_pass_rates(model, predictions, test),
        "fakes": {stage: fakes(model, stage, per_kind, seed, held_out_parts) for stage in RULES},
    }


def _comparison(
    plan: Plan, networks: Sequence[FusionNetwork], catalogue: Catalogue
) -> dict[str, Any]:
    """The figures of networks that read one thing alone; nothing where there are none."""
    if not plan.compares:
        return {}
    test, train = catalogue.test, catalogue.train_colours
    names = zip(ALONE, (_alone(network, catalogue) for network in networks), strict=True)
    return {"beside": {name: accuracies(one, test, train) for name, one in names}}


def _alone(network: FusionNetwork, catalogue: Catalogue) -> Predictions:
    """One network's calibrated predictions of the test rows."""
    ensemble = Ensemble([network])
    calibrated(ensemble, catalogue.validation)
    return predictions_of(ensemble, catalogue.test)


def catalogue_again(path: Path, progress: LossProgress = lambda _: None) -> Catalogue:
    """Compose a model's catalogue anew.

    Raises:
        ValueError: if this code composes another one than the model was made of.
    """
    manifest = load_manifest(path)
    made = manifest.split
    progress(f"composing {made['songs_per_colour']} songs of every colour")
    catalogue = catalogue_of(made["seed"], made["songs_per_colour"], made["real_pieces"])
    if (found := hash_of(catalogue.examples)) != manifest.data_hash:
        raise ValueError(
            f"{path} was made of the catalogue {manifest.data_hash[:16]}, this code composes "
            f"{found[:16]}: held-out songs are not the same"
        )
    return catalogue


def measure_again(path: Path, per_kind: int, progress: LossProgress = lambda _: None) -> Manifest:
    """Compose a model's catalogue anew and measure the file on it.

    Figures of other models, which would have to be fitted again, are taken from the manifest.

    Raises:
        ValueError: if this code composes another catalogue than the model was made of.
    """
    catalogue = catalogue_again(path, progress)
    manifest = load_manifest(path)
    made = manifest.split
    progress("measuring")
    songs = made["songs_per_colour"]
    model = FusionModel.load(path)
    metrics = measure(
        model, catalogue, per_kind, made["seed"], songs, held_out_parts=HELD_OUT_PARTS
    )
    return msgspec.structs.replace(manifest, metrics=manifest.metrics | metrics)
