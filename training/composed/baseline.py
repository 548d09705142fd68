"""How well plain classifiers tell the catalogue's colours apart, by song and by stage.

``python -m training.composed.baseline SONGS_PER_COLOUR`` prints a table. It shows whether the
cards say anything, and how much of it their overlap leaves.
"""

from __future__ import annotations

import os
import sys

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fitness.colours import COLOUR_NAMES, COLOURS
from training.composed.compose import compose
from training.composed.examples import STAGES, Examples
from training.composed.split import split_by_song

EPOCHS = 300
HIDDEN = 64
WEIGHT_DECAY = 1e-3
LEARNING_RATE = 1e-2

Floats = NDArray[np.float32]


def standardised(examples: Examples, train: NDArray[np.bool_]) -> Floats:
    """``(n, F)`` features, each with mean 0 and deviation 1 over the training rows."""
    rows = examples.features[train]
    scaled = (examples.features - rows.mean(axis=0)) / (rows.std(axis=0) + 1e-6)
    return np.asarray(scaled, dtype=np.float32)


def probabilities(x: Floats, y: NDArray[np.int8], train: NDArray[np.bool_], hidden: int) -> Floats:
    """``(n, 9)`` of a classifier that saw only the training rows; linear where hidden is 0."""
    torch.manual_seed(0)
    width = x.shape[1]
    classes = len(COLOUR_NAMES)
    model = (
        nn.Sequential(
            nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, classes)
        )
        if hidden
        else nn.Linear(width, classes)
    )
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))
    seen = torch.from_numpy(train)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    for _ in range(EPOCHS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(model(inputs[seen]), targets[seen])
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    model.eval()
    with torch.inference_mode():
        return np.asarray(model(inputs).softmax(dim=1).numpy(), dtype=np.float32)


def stage_accuracy(examples: Examples, stage: str) -> dict[str, float]:
    """Accuracy of colours on the clips of test songs, and of whole songs by their mean clip."""
    examples = examples.select((examples.stage == STAGES.index(stage)) & (examples.colour >= 0))
    split = split_by_song(examples)
    x = standardised(examples, split.train)
    y, test = examples.colour, split.test
    found = {"majority": _majority(y[split.train], y[test])}
    for name, hidden in (("linear", 0), ("small net", HIDDEN)):
        p = probabilities(x, y, split.train, hidden)
        found[name] = float((p[test].argmax(axis=1) == y[test]).mean())
        found[f"{name}, song"] = _by_song(p[test], y[test], examples.song[test])
    found["axes T"], found["axes S"], found["axes O"] = axis_accuracy(p[test], y[test])
    return found


def _majority(train: NDArray[np.int8], test: NDArray[np.int8]) -> float:
    return float((test == np.bincount(train).argmax()).mean())


def _by_song(p: Floats, y: NDArray[np.int8], songs: NDArray[np.int32]) -> float:
    right = [p[songs == s].mean(axis=0).argmax() == y[songs == s][0] for s in np.unique(songs)]
    return float(np.mean(right))


def axis_accuracy(p: Floats, y: NDArray[np.int8]) -> list[float]:
    """Mode accuracy of each axis, on the colours whose target has one maximum there."""
    targets = np.array([colour.targets for colour in COLOURS])  # (9, 3, 3)
    top_two = np.sort(targets, axis=2)[:, :, 1:]
    single = top_two[:, :, 1] > top_two[:, :, 0] + 1e-9
    predicted = np.einsum("nc,cam->nam", p, targets).argmax(axis=2)
    right = predicted == targets.argmax(axis=2)[y]
    return [float(right[single[y, axis], axis].mean()) for axis in range(3)]


def confusion(examples: Examples, stage: str) -> NDArray[np.int64]:
    """``(9, 9)`` counts on test clips, true colours in rows."""
    examples = examples.select((examples.stage == STAGES.index(stage)) & (examples.colour >= 0))
    split = split_by_song(examples)
    x = standardised(examples, split.train)
    p = probabilities(x, examples.colour, split.train, HIDDEN)
    counts = np.zeros((len(COLOUR_NAMES), len(COLOUR_NAMES)), dtype=np.int64)
    np.add.at(counts, (examples.colour[split.test], p[split.test].argmax(axis=1)), 1)
    return counts


def main() -> None:
    """Compose and print."""
    songs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    examples = compose(0, songs, os.cpu_count() or 1, real_pieces=0)
    for stage in STAGES:
        figures = stage_accuracy(examples, stage)
        line = "  ".join(f"{name} {value:.2f}" for name, value in figures.items())
        sys.stdout.write(f"{stage:7} {line}\n{confusion(examples, stage)}\n")


if __name__ == "__main__":
    main()
