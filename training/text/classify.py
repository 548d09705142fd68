"""Classifiers of texts, tested on songs that they never saw."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.manifest import EncoderSpec
from training.embedding.embed import text_spec, text_vectors
from training.progress import Progress
from training.text.classify_report import write_report
from training.text.labelled import Labelled

# Each part of the songs is the test once.
FOLDS = 5
HIDDEN = 256
EPOCHS = 40
MAX_WEIGHT = 10.0  # of a row of a rare class, beside one of a common class

Floats = NDArray[np.float32]
Booleans = NDArray[np.bool_]


def classify(
    folder: Path,
    name: str,
    labelled: Labelled,
    *,
    encoder: str,
    device: str,
    progress: Progress,
    seed: int = 0,
) -> dict[str, Any]:
    """Cross-validate a classifier by song, and write a report to ``classify/NAME`` of a folder."""
    spec = text_spec(encoder)
    keys = text_vectors(folder, spec, dict.fromkeys(labelled.texts), device, progress)
    distinct = labelled.once_each()
    repeats = len(labelled.texts) > len(distinct.texts)
    step = progress(f"classify {name}")
    done = 0

    def next_fold() -> None:
        nonlocal done
        done += 1
        step(done, FOLDS * (1 + repeats), "")

    def validated(rows: Labelled, groups: Sequence[str]) -> tuple[Booleans, Booleans]:
        vectors = np.stack([keys.store[keys.of[text]] for text in rows.texts])
        folds = folds_of(groups, rows.targets)
        return cross_validated(vectors, rows, folds, seed, next_fold)

    predicted, majority = validated(distinct, distinct.songs)
    report = _report(name, distinct, predicted, majority, spec)
    if repeats:
        by_row, _ = validated(labelled, [str(row) for row in range(len(labelled.texts))])
        report["row_split"] = scores(by_row, labelled.targets > 0)
    write_report(folder / "classify" / name, report)
    return report


def network(seed: int = 0) -> Any:
    """An unfitted scikit-learn classifier: standardised inputs and one hidden layer."""
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    layer = MLPClassifier(hidden_layer_sizes=(HIDDEN,), max_iter=EPOCHS, random_state=seed)
    return make_pipeline(StandardScaler(), layer)


def fit_quietly(estimator: Any, *data: Any, **weights: Any) -> Any:
    """Fit for the number of epochs that was set, without scikit-learn's convergence warning.

    On one thread: on so little work several would mostly wait for each other.
    """
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*data, **weights)


def cross_validated(
    vectors: Floats,
    rows: Labelled,
    folds: NDArray[np.intp],
    seed: int,
    next_fold: Callable[[], None],
) -> tuple[Booleans, Booleans]:
    """Labels of every row by a classifier that never saw its fold, and by the commonest labels.

    Args:
        vectors: ``(n, d)``.
        rows: their labels.
        folds: ``(n,)``, the fold of each row.
        seed: of the classifiers.
        next_fold: called when one is done.

    Returns:
        two arrays ``(n, classes)``.
    """
    from sklearn.dummy import DummyClassifier
    from sklearn.utils.class_weight import compute_sample_weight

    true = rows.targets > 0
    # scikit-learn takes any number of labels as a matrix, one class of several as its number.
    wanted = true.astype(int) if rows.is_multi else rows.targets.argmax(axis=1)
    predicted, majority = np.zeros_like(true), np.zeros_like(true)
    for fold in range(FOLDS):
        test = folds == fold
        weights = compute_sample_weight("balanced", wanted[~test])
        weights = np.clip(weights, 1 / MAX_WEIGHT, MAX_WEIGHT)
        fitted = fit_quietly(
            network(seed), vectors[~test], wanted[~test], mlpclassifier__sample_weight=weights
        )
        common = DummyClassifier(strategy="most_frequent").fit(vectors[~test], wanted[~test])
        for found, estimator in ((predicted, fitted), (majority, common)):
            answers = estimator.predict(vectors[test])
            found[test] = answers if rows.is_multi else np.eye(true.shape[1])[answers]
        next_fold()
    return predicted, majority


def folds_of(groups: Sequence[str], targets: Floats, count: int = FOLDS) -> NDArray[np.intp]:
    """The fold of each row, of ``count``: whole groups, labels in like shares, the same always.

    Unlike ``StratifiedGroupKFold`` it takes labels that fewer groups have than there are folds, and
    doesn't depend on the order of the rows.
    """
    label_of = {
        group: tuple(target) for group, target in zip(groups, targets.tolist(), strict=True)
    }
    order = sorted(label_of, key=lambda group: (label_of[group], _shuffled(group)))
    fold_of = {group: place % count for place, group in enumerate(order)}
    return np.array([fold_of[group] for group in groups], dtype=np.intp)


def _shuffled(group: str) -> bytes:
    return hashlib.sha256(f"fold {group}".encode()).digest()


def scores(predicted: Booleans, true: Booleans) -> dict[str, Any]:
    """Share of rows with every label right, its Wilson interval, and macro-F1 of classes present.

    Args:
        predicted: ``(n, classes)``.
        true: the same.
    """
    from scipy.stats import binomtest
    from sklearn.metrics import f1_score

    right = int((predicted == true).all(axis=1).sum())
    interval = binomtest(right, len(true)).proportion_ci(method="wilson")
    present = np.flatnonzero(true.any(axis=0))
    macro_f1 = f1_score(true, predicted, labels=present, average="macro", zero_division=0)
    return {
        "accuracy": round(right / len(true), 4),
        "accuracy_95": [round(float(interval.low), 4), round(float(interval.high), 4)],
        "macro_f1": round(float(macro_f1), 4),
        "rows": len(true),
    }


def label_counts(predicted: Booleans, true: Booleans) -> NDArray[np.int64]:
    """``(classes, 4)`` counts: true and false positives, true and false negatives."""
    from sklearn.metrics import multilabel_confusion_matrix

    counts = multilabel_confusion_matrix(true, predicted)  # (classes, 2, 2)
    return np.asarray(counts.reshape(-1, 4)[:, [3, 1, 0, 2]])


def _report(
    name: str, rows: Labelled, predicted: Booleans, majority: Booleans, spec: EncoderSpec
) -> dict[str, Any]:
    from sklearn.metrics import precision_recall_fscore_support

    true = rows.targets > 0
    figures = precision_recall_fscore_support(true, predicted, zero_division=0)
    by_class = zip(rows.classes, np.transpose(figures).tolist(), strict=True)
    columns = ("precision", "recall", "f1", "support")
    one_of_several = true.astype(int).T @ predicted.astype(int)  # true classes in rows
    table = label_counts(predicted, true) if rows.is_multi else one_of_several
    return {
        "task": name,
        "labels": rows.origin,
        "encoder": {"name": spec.name, "pooling": spec.pooling, "sha256": spec.sha256},
        "split": {"by": "song", "folds": FOLDS, "songs": len(set(rows.songs))},
        "is_multi": rows.is_multi,
        "song_split": scores(predicted, true),
        "majority": scores(majority, true),
        "classes": {
            label: {key: round(value, 4) for key, value in zip(columns, found, strict=True)}
            for label, found in by_class
        },
        "confusion": table.tolist(),
    }
