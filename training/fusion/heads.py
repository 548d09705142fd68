"""Small networks on vectors alone: three of one axis each, compared with one of all three."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

from training.composed.examples import Split
from training.dataset.examples import MultimodalExamples
from training.fusion.metrics import TARGETS, albums_of, mode_accuracies, share
from training.fusion.network import FEATURE_LIMIT
from training.text.classify import fit_quietly

HIDDEN, EPOCHS = 256, 20
SMALLEST = 1e-6
SINGLE_TASK, MULTI_TASK = ((0,), (1,), (2,)), ((0, 1, 2),)  # the axes of each network

Floats = NDArray[np.float32]
Figures = dict[str, float | None]


def texts_of(clips: MultimodalExamples) -> Floats:
    """``(n, 1538)`` concept and lyric, and whether they are there."""
    return _joined([clips.concept, clips.lyric], [clips.has_concept, clips.has_lyric])


def everything_of(clips: MultimodalExamples) -> Floats:
    """Texts, recording and the notes' plain features, and whether they are there."""
    others = _joined([clips.audio, clips.features], [clips.has_audio, clips.has_midi])
    return np.concatenate((texts_of(clips), others), axis=1)


def _joined(vectors: Sequence[Floats], has: Sequence[NDArray[np.bool_]]) -> Floats:
    shown = [one * there[:, None] for one, there in zip(vectors, has, strict=True)]
    return np.concatenate([*shown, np.stack(has, axis=1)], axis=1).astype(np.float32)


def scaled(x: Floats, train: NDArray[np.bool_]) -> Floats:
    """Standard scores by the training rows, clipped; 0 where those are all alike.

    Beyond the values of training songs nothing was learned, and a column that never varied there
    says nothing: ``StandardScaler`` would let both through.
    """
    rows = x[train]
    deviation = rows.std(axis=0)
    varies = deviation > SMALLEST
    scores = (x - rows.mean(axis=0)) / np.where(varies, deviation, 1)
    clipped = np.clip(scores, -FEATURE_LIMIT, FEATURE_LIMIT)
    return np.asarray(np.where(varies, clipped, 0), dtype=np.float32)


def predicted_axes(
    x: Floats, colour: NDArray[np.int8], train: NDArray[np.bool_], tasks: Sequence[Sequence[int]]
) -> Floats:
    """``(n, 3, 3)``: the colours' targets as one network for each task regresses them.

    The squared error of a distribution is its Brier score.

    Args:
        x: ``(n, d)`` scaled.
        colour: ``(n,)``.
        train: ``(n,)`` rows to learn from.
        tasks: the axes of each network.
    """
    found = []
    for axes in tasks:
        targets = TARGETS[colour][:, axes]  # (n, axes, 3)
        network = MLPRegressor(hidden_layer_sizes=(HIDDEN,), max_iter=EPOCHS, random_state=0)
        fit_quietly(network, x[train], targets[train].reshape(int(train.sum()), -1))
        found.append(network.predict(x).reshape(targets.shape))
    return np.concatenate(found, axis=1)


def side_by_side(clips: MultimodalExamples, split: Split) -> dict[str, dict[str, Figures]]:
    """Figures on the test rows of single-task and multi-task networks, and of the majority."""
    found: dict[str, dict[str, Figures]] = {}
    for name, x in (("text", texts_of(clips)), ("everything", everything_of(clips))):
        inputs = scaled(x, split.train)
        found[name] = {
            kind: _figures(
                predicted_axes(inputs, clips.colour, split.train, tasks), clips.colour, split
            )
            for kind, tasks in (("single-task", SINGLE_TASK), ("multi-task", MULTI_TASK))
        }
    commonest = np.bincount(clips.colour[split.train]).argmax()
    always = np.broadcast_to(TARGETS[commonest], (len(clips), 3, 3))
    return found | {"majority": {"always": _figures(always, clips.colour, split)}}


def _figures(axes: NDArray[np.floating], colour: NDArray[np.int8], split: Split) -> Figures:
    tested, true = axes[split.test], colour[split.test]
    modes = mode_accuracies(tested.argmax(axis=2), true)
    return modes | {"album": share(albums_of(tested) == true)}
