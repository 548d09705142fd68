"""Small networks on vectors alone: three of one axis each beside one of all three."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from fitness.colours import COLOURS
from training.composed.examples import Split
from training.dataset.albums import albums_of
from training.dataset.examples import Accompanied
from training.fusion.batches import TARGETS
from training.fusion.figures import HAS_MODE, MODE
from training.fusion.network import FEATURE_LIMIT

HIDDEN, DROPOUT = 256, 0.3
STEPS, BATCH = 300, 128
RATE, DECAY = 1e-3, 1e-2
AXIS_COUNT = MODES = 3
SMALLEST = 1e-6

Floats = NDArray[np.float32]
Figures = dict[str, float | None]


def texts_of(clips: Accompanied) -> Floats:
    """``(n, 1538)`` concept and lyric, and whether they are there."""
    return _joined([clips.concept, clips.lyric], [clips.has_concept, clips.has_lyric])


def everything_of(clips: Accompanied) -> Floats:
    """Texts, recording and the notes' plain features, and whether they are there."""
    beside = _joined([clips.audio, clips.features], [clips.has_audio, clips.has_midi])
    return np.concatenate((texts_of(clips), beside), axis=1)


def _joined(vectors: Sequence[Floats], has: Sequence[NDArray[np.bool_]]) -> Floats:
    shown = [one * there[:, None] for one, there in zip(vectors, has, strict=True)]
    return np.concatenate([*shown, np.stack(has, axis=1)], axis=1).astype(np.float32)


def scaled(x: Floats, train: NDArray[np.bool_]) -> Floats:
    """Each column with mean 0 and deviation 1 over the training rows; 0 where they are all alike.

    Beyond what training songs reach nothing was learned: the farthest values are drawn in.
    """
    rows = x[train]
    deviation = rows.std(axis=0)
    varies = deviation > SMALLEST
    scores = (x - rows.mean(axis=0)) / np.where(varies, deviation, 1)
    drawn_in = np.clip(scores, -FEATURE_LIMIT, FEATURE_LIMIT)
    return np.asarray(np.where(varies, drawn_in, 0), dtype=np.float32)


def head(
    x: Floats, train: NDArray[np.bool_], outputs: int, loss: Callable[[Tensor, Tensor], Tensor]
) -> Floats:
    """``(n, outputs)`` logits of a small network that saw only the training rows.

    Args:
        x: ``(n, d)`` scaled.
        train: ``(n,)``.
        outputs: how many.
        loss: of a batch's logits and of its rows' indices.
    """
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(x.shape[1], HIDDEN), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(HIDDEN, outputs)
    )
    inputs, rows = torch.from_numpy(x), torch.from_numpy(np.flatnonzero(train))
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    for _ in range(STEPS):
        chosen = rows[torch.randint(len(rows), (min(BATCH, len(rows)),))]
        optimizer.zero_grad()
        loss(network(inputs[chosen]), chosen).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    network.eval()
    with torch.inference_mode():
        return np.asarray(network(inputs).numpy())


def axes_of(x: Floats, colour: NDArray[np.int8], train: NDArray[np.bool_], one: bool) -> Floats:
    """``(n, 3, 3)`` what one network of all axes says, or one network for each."""
    targets = TARGETS[torch.from_numpy(colour.astype(np.int64))]
    groups = [(0, 1, 2)] if one else [(0,), (1,), (2,)]
    said = []
    for axes in groups:
        wanted = targets[:, axes]

        def divergence(logit: Tensor, rows: Tensor, wanted: Tensor = wanted) -> Tensor:
            logs = functional.log_softmax(logit.reshape(len(logit), -1, MODES), dim=2)
            return functional.kl_div(logs, wanted[rows], reduction="batchmean")

        logit = head(x, train, MODES * len(axes), divergence)
        said.append(logit.reshape(len(x), len(axes), MODES))
    return np.concatenate(said, axis=1)


def colours_of(x: Floats, colour: NDArray[np.int8], train: NDArray[np.bool_]) -> Floats:
    """``(n, 9)`` logits of the colours."""
    wanted = torch.from_numpy(colour.astype(np.int64))
    return head(
        x, train, len(COLOURS), lambda logit, rows: functional.cross_entropy(logit, wanted[rows])
    )


def side_by_side(clips: Accompanied, split: Split) -> dict[str, dict[str, Figures]]:
    """Single-task and multi-task heads on texts and on everything, and the majority: by test rows.

    Args:
        clips: all of a catalogue.
        split: of its clips.
    """
    found: dict[str, dict[str, Figures]] = {}
    for name, x in (("text", texts_of(clips)), ("everything", everything_of(clips))):
        inputs = scaled(x, split.train)
        found[name] = {
            kind: _right(axes_of(inputs, clips.colour, split.train, one), clips.colour, split)
            for kind, one in (("single-task", False), ("multi-task", True))
        }
    commonest = np.bincount(clips.colour[split.train]).argmax()
    always = TARGETS[int(commonest)].numpy()[None].repeat(len(clips), axis=0)
    return found | {"majority": {"always": _right(always, clips.colour, split)}}


def _right(axes: Floats, colour: NDArray[np.int8], split: Split) -> Figures:
    """Shares of the test rows, modes where the colour has one."""
    test = split.test
    named, wanted = axes[test].argmax(axis=2), colour[test]
    shares: Figures = {}
    for place, axis in enumerate(("temporal", "spatial", "ontological")):
        decided = HAS_MODE[wanted, place]
        right = named[decided, place] == MODE[wanted[decided], place]
        shares[axis] = round(float(right.mean()), 4) if right.size else None
    return shares | {"album": round(float((albums_of(axes[test]) == wanted).mean()), 4)}
