"""How often labels are right, class by class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Booleans = NDArray[np.bool_]

# Of a normal distribution: 95 % lie within.
Z = 1.96


def per_class(said: Booleans, true: Booleans) -> dict[str, NDArray[np.float64]]:
    """Precision, recall, F1 and support of each class, ``(classes,)``; 0 where undefined."""
    right = (said & true).sum(axis=0)
    precision = right / np.maximum(said.sum(axis=0), 1)
    recall = right / np.maximum(true.sum(axis=0), 1)
    f1 = 2 * right / np.maximum(said.sum(axis=0) + true.sum(axis=0), 1)
    support = true.sum(axis=0).astype(np.float64)
    return {"precision": precision, "recall": recall, "f1": f1, "support": support}


def macro_f1(said: Booleans, true: Booleans) -> float:
    """Mean F1 of the classes that occur, 0 to 1."""
    there = true.any(axis=0)
    return float(per_class(said, true)["f1"][there].mean()) if there.any() else 0.0


def accuracy(said: Booleans, true: Booleans) -> float:
    """Share of rows of which every label is right, 0 to 1."""
    return float((said == true).all(axis=1).mean())


def interval(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share of so many."""
    centre = share + Z**2 / (2 * count)
    spread = Z * np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2))
    whole = 1 + Z**2 / count
    return max(0.0, float((centre - spread) / whole)), min(1.0, float((centre + spread) / whole))


def confusion(said: Booleans, true: Booleans) -> NDArray[np.int64]:
    """Counts, ``(classes, classes)``: a row for what is true, a column for what was said."""
    return true.astype(np.int64).T @ said.astype(np.int64)


def label_counts(said: Booleans, true: Booleans) -> NDArray[np.int64]:
    """Counts of each label, ``(classes, 4)``: right and wrong yes, right and wrong no."""
    columns = (said & true, said & ~true, ~said & ~true, ~said & true)
    return np.stack([column.sum(axis=0) for column in columns], axis=1)


def majority(train: Booleans, count: int, *, is_multi: bool) -> Booleans:
    """What one says who only knows how common labels are, of so many rows."""
    shares = train.mean(axis=0)
    answer = shares > 0.5 if is_multi else np.arange(len(shares)) == shares.argmax()
    return np.tile(answer, (count, 1))


def figures(said: Booleans, true: Booleans) -> dict[str, Any]:
    """Accuracy with its interval, and macro-F1."""
    share = accuracy(said, true)
    low, high = interval(share, len(true))
    return {
        "accuracy": round(share, 4),
        "accuracy_95": [round(low, 4), round(high, 4)],
        "macro_f1": round(macro_f1(said, true), 4),
        "rows": len(true),
    }
