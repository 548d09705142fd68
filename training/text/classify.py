"""Classifiers of texts, tried on songs that they never saw."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.manifest import EncoderSpec
from training.embedding.embed import Tell, text_spec, text_vectors
from training.text.classify_report import write_report
from training.text.labelled import Labelled
from training.text.mlp import YES, Floats, MlpSettings, fit_mlp
from training.text.scores import (
    Booleans,
    confusion,
    figures,
    label_counts,
    majority,
    per_class,
)

# Each part of the songs is asked once; another one says when to stop.
FOLDS = 5


def classify(
    folder: Path,
    name: str,
    labelled: Labelled,
    *,
    encoder: str,
    device: str,
    tell: Tell,
    settings: MlpSettings | None = None,
) -> dict[str, Any]:
    """Fit classifiers on parts of the songs, ask them of the others, and write a report.

    Args:
        folder: whose cache of vectors is used; the report goes to ``classify/<name>``.
        name: of the report.
        labelled: texts and labels.
        encoder: of the texts.
        device: that it runs on.
        tell: of progress.
        settings: of the fits.
    """
    settings = settings or MlpSettings()
    spec = text_spec(encoder)
    keys = text_vectors(folder, spec, dict.fromkeys(labelled.texts), device, tell)
    distinct = labelled.once_each()
    step = tell(f"classify {name}")
    tried = 0

    def said_of(rows: Labelled, groups: Sequence[str]) -> tuple[Booleans, Booleans]:
        nonlocal tried
        vectors = np.stack([keys.store[keys.of[text]] for text in rows.texts])

        def next_fold() -> None:
            nonlocal tried
            tried += 1
            step(tried, FOLDS * (1 + (len(labelled.texts) > len(distinct.texts))), "")

        return cross_validated(vectors, rows, folds_of(groups, rows.targets), settings, next_fold)

    said, common = said_of(distinct, distinct.songs)
    report = _report(name, distinct, said, common, spec)
    if len(labelled.texts) > len(distinct.texts):
        by_row, _ = said_of(labelled, [str(row) for row in range(len(labelled.texts))])
        report["row_split"] = figures(by_row, labelled.targets > YES)
    write_report(folder / "classify" / name, report)
    return report


def cross_validated(
    vectors: Floats,
    rows: Labelled,
    folds: NDArray[np.intp],
    settings: MlpSettings,
    next_fold: Callable[[], None],
) -> tuple[Booleans, Booleans]:
    """Labels of every row by a classifier that never saw its fold, and by the commonest labels.

    Args:
        vectors: ``(n, d)``.
        rows: their labels.
        folds: ``(n,)``, the fold of each row.
        settings: of the fits.
        next_fold: called when one is done.
    """
    true = rows.targets > YES
    said, common = np.zeros_like(true), np.zeros_like(true)
    for fold in range(FOLDS):
        asked, stops = folds == fold, folds == (fold + 1) % FOLDS
        learns = ~(asked | stops)
        mlp = fit_mlp(
            (vectors[learns], rows.targets[learns]),
            (vectors[stops], rows.targets[stops]),
            is_multi=rows.is_multi,
            settings=settings,
        )
        said[asked] = mlp.labels(vectors[asked])
        common[asked] = majority(true[~asked], int(asked.sum()), is_multi=rows.is_multi)
        next_fold()
    return said, common


def folds_of(groups: Sequence[str], targets: Floats) -> NDArray[np.intp]:
    """Which of the folds each row is in: whole groups, labels in like shares, the same always."""
    label_of = {
        group: tuple(target) for group, target in zip(groups, targets.tolist(), strict=True)
    }
    order = sorted(label_of, key=lambda group: (label_of[group], _shuffled(group)))
    fold_of = {group: place % FOLDS for place, group in enumerate(order)}
    return np.array([fold_of[group] for group in groups], dtype=np.intp)


def _shuffled(group: str) -> bytes:
    return hashlib.sha256(f"fold {group}".encode()).digest()


def _report(
    name: str, rows: Labelled, said: Booleans, common: Booleans, spec: EncoderSpec
) -> dict[str, Any]:
    true = rows.targets > YES
    found = per_class(said, true)
    table = label_counts(said, true) if rows.is_multi else confusion(said, true)
    return {
        "task": name,
        "labels": rows.origin,
        "encoder": {"name": spec.name, "pooling": spec.pooling, "sha256": spec.sha256},
        "split": {"by": "song", "folds": FOLDS, "songs": len(set(rows.songs))},
        "is_multi": rows.is_multi,
        "song_split": figures(said, true),
        "majority": figures(common, true),
        "classes": {
            label: {key: round(float(values[place]), 4) for key, values in found.items()}
            for place, label in enumerate(rows.classes)
        },
        "confusion": table.tolist(),
    }
