"""A small network on text vectors: one class of several, or any number of labels."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.text.scores import macro_f1

Floats = NDArray[np.float32]

WIDTHS = (256, 128)
DROPOUT = 0.3
MAX_WEIGHT = 10.0
YES = 0.5


@dataclass(frozen=True, slots=True)
class MlpSettings:
    """How it is fitted.

    Attributes:
        epochs: at most.
        patience: epochs without a better macro-F1 on the validation rows before it stops; it
            stops at once where nothing better is possible.
        batch: rows at once.
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        seed: of weights, order and dropout.
    """

    epochs: int = 60
    patience: int = 10
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Mlp:
    """A fitted network.

    Attributes:
        network: with its standardising layer.
        is_multi: whether labels exclude each other not.
    """

    network: nn.Module
    is_multi: bool

    def probabilities(self, vectors: Floats) -> Floats:
        """``(n, classes)``: of one class, or of each label."""
        with torch.inference_mode():
            logits = self.network(torch.from_numpy(vectors))
            found = logits.sigmoid() if self.is_multi else logits.softmax(dim=1)
        return np.asarray(found.numpy())

    def labels(self, vectors: Floats) -> NDArray[np.bool_]:
        """``(n, classes)``: which labels each row has."""
        return chosen(self.probabilities(vectors), is_multi=self.is_multi)


def chosen(probabilities: Floats, *, is_multi: bool) -> NDArray[np.bool_]:
    """Labels that are likelier than not, or the likeliest class alone."""
    if is_multi:
        return np.asarray(probabilities > YES)
    likeliest = probabilities.argmax(axis=1)[:, np.newaxis]
    return np.asarray(np.arange(probabilities.shape[1]) == likeliest)


def fit_mlp(
    train: tuple[Floats, Floats],
    validation: tuple[Floats, Floats],
    *,
    is_multi: bool,
    settings: MlpSettings | None = None,
) -> Mlp:
    """Fit a network; its best epoch on the validation rows is kept.

    Args:
        train: vectors ``(n, d)`` and targets ``(n, classes)`` to learn from.
        validation: the same, to stop by.
        is_multi: whether labels exclude each other not.
        settings: how.
    """
    chosen_settings = settings or MlpSettings()
    with _one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(chosen_settings.seed)
        return _fit(train, validation, is_multi, chosen_settings)


def _fit(
    train: tuple[Floats, Floats],
    validation: tuple[Floats, Floats],
    is_multi: bool,
    settings: MlpSettings,
) -> Mlp:
    vectors, targets = (torch.from_numpy(array) for array in train)
    network = _network(vectors, targets.shape[1])
    weights = _weights(targets, is_multi)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    best, waited, kept = -1.0, 0, _copied(network)
    for _ in range(settings.epochs):
        network.train()
        for rows in torch.split(torch.randperm(len(vectors)), settings.batch):
            optimiser.zero_grad()
            loss = _loss(network(vectors[rows]), targets[rows], weights, is_multi)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        network.eval()
        found = macro_f1(Mlp(network, is_multi).labels(validation[0]), validation[1] > YES)
        if found > best:
            best, waited, kept = found, 0, _copied(network)
        else:
            waited += 1
        if waited >= settings.patience or best >= 1:
            break
    network.load_state_dict(kept)
    return Mlp(network.eval(), is_multi)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Two on so little work wait for each other most of the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class _Standardised(nn.Module):
    """Vectors about zero, of one scale: those of an encoder are mostly alike."""

    mean: Tensor
    scale: Tensor

    def __init__(self, vectors: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", vectors.mean(dim=0))
        self.register_buffer("scale", (vectors - vectors.mean(dim=0)).std().clamp_min(1e-6))

    def forward(self, vectors: Tensor) -> Tensor:
        """``(n, d)`` to the same shape."""
        return (vectors - self.mean) / self.scale


def _network(vectors: Tensor, classes: int) -> nn.Module:
    layers: list[nn.Module] = [_Standardised(vectors)]
    width = vectors.shape[1]
    for size in WIDTHS:
        layers += [nn.Linear(width, size), nn.ReLU(), nn.Dropout(DROPOUT)]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, classes))


def _weights(targets: Tensor, is_multi: bool) -> Tensor:
    """Rare classes count more, so that all count alike."""
    counts = targets.sum(dim=0)
    others = len(targets) - counts if is_multi else len(targets) / targets.shape[1]
    return (others / counts.clamp_min(1)).clamp(1 / MAX_WEIGHT, MAX_WEIGHT)


def _loss(logits: Tensor, targets: Tensor, weights: Tensor, is_multi: bool) -> Tensor:
    if is_multi:
        return functional.binary_cross_entropy_with_logits(logits, targets, pos_weight=weights)
    return functional.cross_entropy(logits, targets.argmax(dim=1), weight=weights)


def _copied(network: nn.Module) -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
