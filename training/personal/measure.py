"""The report on a model of a person's songs: its figures, its page and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from fitness.prosody import prosody_matrix
from training.atomic_files import replacing
from training.composed.examples import KINDS, NO_COLOUR, STAGES, Split
from training.dataset.catalogue import MIX, Catalogue
from training.dataset.examples import NO_STAGE
from training.dataset.rows import unnamed_encoders
from training.fusion.calibration import Calibration, right_answers
from training.fusion.drawings import draw_confusion, draw_reliability
from training.fusion.heads import scaled, side_by_side
from training.fusion.metrics import by_modality, colours_of, detailed, share
from training.fusion.metrics import calibration as calibration_curves
from training.fusion.network import Ensemble
from training.fusion.song_report import picture_name, report
from training.fusion.train import predictions_of
from training.personal.plan import Material, Plan, songs_on
from training.text.classify import fit_quietly, network

Metrics = dict[str, Any]

REPORT_FOLDER, REPORT_JSON, REPORT_PAGE = "report", "report.json", "report.md"
RELIABILITY = "reliability.png"
TOO_FEW_LYRICS = 20


@dataclass(frozen=True, slots=True)
class Measured:
    """A model and the songs that it is measured on."""

    ensemble: Ensemble
    material: Material


def measure(
    model: Measured,
    calibration: Calibration,
    plan: Plan,
    by_rows: Measured | None,
    accuracies: dict[str, list[float]],
) -> Metrics:
    """All figures of the report, as plain values.

    Args:
        model: the calibrated one, split by song.
        calibration: of it.
        plan: that it was made by.
        by_rows: the one that was split by row; None where there is none.
        accuracies: of each fit, epoch by epoch, on validation songs.
    """
    material = model.material
    gap = {"song": _tracks_alone(model)}
    if by_rows:
        gap["row"] = _tracks_alone(by_rows)
    return {
        "made_of": _made_of(material, plan, accuracies),
        "by_modality": by_modality(model.ensemble, material.test, material.train_colours),
        "gap": gap,
        "heads": _heads(material),
        "prosody": prosody(material.catalogue, material.split),
        "calibration": _calibration(model),
        "gate": _gate(model, calibration),
    }


def _made_of(material: Material, plan: Plan, accuracies: dict[str, list[float]]) -> Metrics:
    catalogue, split, train = material.catalogue, material.split, material.train
    songs = [row.song_id for row in catalogue.rows]
    sides = {
        "train": (split.train, train.own_clips),
        "validation": (split.validation, len(material.own)),
        "test": (split.test, len(material.test)),
    }
    first = accuracies.get("member-1", [])
    return {
        "songs": len(set(songs)),
        "split": {"by": "song", "seed": plan.seed}
        | {side: clips for side, (_, clips) in sides.items()}
        | {f"{side}_songs": songs_on(songs, mask) for side, (mask, _) in sides.items()},
        "composed_songs_per_colour": plan.composed,
        "own_share": train.own_clips / max(1, train.coloured_clips),
        "epochs": len(first),
        "best_epoch": 1 + int(np.argmax(first)) if first else 0,
        "accuracies": accuracies,
        "members": plan.members,
        "seed": plan.seed,
        "data_hash": catalogue.digest(),
        "test_encoders": unnamed_encoders(catalogue.encoders),
    }


def _tracks_alone(model: Measured) -> Metrics:
    """Tracks of segments, as rows of the table: whole mixes left out."""
    test = model.material.test
    test = test.select(test.stage != MIX)
    predictions = predictions_of(model.ensemble, test)
    return detailed(predictions, test, model.material.train_colours)


def _heads(material: Material) -> Metrics:
    places = material.catalogue.tracks()
    clips = material.catalogue.clips([(place,) for place in places])
    split = material.split
    return side_by_side(
        clips, Split(split.train[places], split.validation[places], split.test[places])
    )


def prosody(catalogue: Catalogue, split: Split) -> Metrics:
    """Accuracy of the colour from the lyric's vector, with and without prosody features."""
    has = catalogue.vectors.has["lyric"]
    first = {catalogue.rows[place].segment: place for place in reversed(catalogue.tracks())}
    places = sorted(
        place for place in first.values() if has[place] and catalogue.rows[place].lyric_text.strip()
    )
    train, test = split.train[places], split.test[places]
    if train.sum() < TOO_FEW_LYRICS or not test.any():
        return {"reason": f"Not measured: {len(places)} lyrics are too few."}
    vectors = catalogue.vectors.vectors["lyric"][places]
    texts = [catalogue.rows[place].lyric_text for place in places]
    colour = np.array([catalogue.rows[place].colour for place in places], np.int8)
    inputs = {"without": vectors, "with": np.concatenate((vectors, prosody_matrix(texts)), axis=1)}
    shares = {}
    for name, x in inputs.items():
        inside = scaled(x, train)
        fitted = fit_quietly(network(), inside[train], colour[train])
        shares[name] = share(fitted.predict(inside[test]) == colour[test])
    commonest = np.bincount(colour[train]).argmax()
    return {
        "lyrics": int(test.sum()),
        "majority": share(colour[test] == commonest),
        **shares,
    }


def _calibration(model: Measured) -> Metrics:
    test = model.material.held_out("test")
    predictions = predictions_of(model.ensemble, test)
    return calibration_curves(predictions, test, right_answers(colours_of(predictions), test))


def _gate(model: Measured, calibration: Calibration) -> Metrics:
    """Share of the person's test songs, stage by stage, and of the fakes that passes the gate."""
    test = model.material.held_out("test")
    confidence = predictions_of(model.ensemble, test).confidence
    names = [STAGES[stage] if stage != NO_STAGE else "parts" for stage in test.stage]
    thresholds = [calibration.thresholds.get(name, calibration.threshold) for name in names]
    passes = confidence >= np.array(thresholds, np.float32)
    own = test.colour != NO_COLOUR
    groups = [
        name if is_own else KINDS[kind]
        for name, is_own, kind in zip(names, own, test.kind, strict=True)
    ]
    found = {}
    for name in sorted(set(groups)):
        rows = np.array([group == name for group in groups])
        found[name] = {"clips": int(rows.sum()), "passes": round(float(passes[rows].mean()), 4)}
    return found


def write_report(folder: Path, metrics: dict[str, Any]) -> None:
    """Write ``report/``; the figures last, so that where they are, all is."""
    where = folder / REPORT_FOLDER
    for name, found in metrics["by_modality"].items():
        draw_confusion(where / picture_name(name), found["confusion"], f"Test songs, {name}")
    draw_reliability(where / RELIABILITY, metrics["calibration"], "Claimed and right, test songs")
    with replacing(where / REPORT_PAGE) as waiting:
        waiting.write_text(report(metrics), encoding="utf-8")
    figures = msgspec.json.format(msgspec.json.encode(metrics, order="sorted"), indent=2)
    with replacing(where / REPORT_JSON) as waiting:
        waiting.write_bytes(figures + b"\n")
