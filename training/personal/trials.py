"""One trial of a search for settings: a network that is trained and judged, in any process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from training.dataset.catalogue import load_catalogue
from training.fusion.checkpoint import Checkpoint
from training.fusion.train import LossUpdate, device_of, prepare_torch, train
from training.personal.plan import Material, Plan, composed_songs


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial needs.

    Attributes:
        folder: the training folder.
        digest: of its catalogue.
        plan: with the values of the trial.
        checkpoint: where it goes on if it was interrupted.
        medians: best accuracies that other trials had after each epoch, the first one first: it is
            given up where it is worse; None where an epoch says nothing yet.
        device: that trains.
    """

    folder: Path
    digest: str
    plan: Plan
    checkpoint: Checkpoint
    medians: tuple[float | None, ...]
    device: str


class Tried(NamedTuple):
    """What came of a trial.

    Attributes:
        accuracies: on validation songs after each epoch, 0 to 1.
        losses: mean training loss of each epoch.
        is_pruned: whether it was given up.
    """

    accuracies: list[float]
    losses: list[float]
    is_pruned: bool


class _Pruned(Exception):
    """A trial is worse than the median of others at the same epoch."""


def tried(trial: Trial, update: LossUpdate | None = None) -> Tried:
    """Train one network with the values of a trial."""
    prepare_torch()
    found = Tried([], [], is_pruned=False)

    def after_epoch(accuracies: Sequence[float], losses: Sequence[float]) -> None:
        nonlocal found
        found = Tried(list(accuracies), list(losses), is_worse(accuracies, trial.medians))
        if found.is_pruned:
            raise _Pruned

    plan, material = trial.plan, _material(trial)
    try:
        train(
            material.train,
            plan.settings,
            plan.seed * 100,
            update,
            validation_metric=material.validation_metric(),
            checkpoint=trial.checkpoint,
            after_epoch=after_epoch,
            device=device_of(trial.device),
        )
    except _Pruned:
        return found
    return found


def is_worse(accuracies: Sequence[float], medians: Sequence[float | None]) -> bool:
    """Whether the best accuracy so far is below the median of others after as many epochs."""
    last = medians[len(accuracies) - 1] if len(accuracies) <= len(medians) else None
    return last is not None and max(accuracies) < last


# The songs of the trial before, by all that they depend on.
_kept: dict[tuple[object, ...], Material] = {}


def _material(trial: Trial) -> Material:
    """The songs; those of the trial before where they are the same."""
    plan = trial.plan
    key = (
        *(trial.folder, trial.digest, plan.seed, plan.composed),
        *(plan.settings.augmented, plan.settings.weighted),
    )
    if key not in _kept:
        _kept.clear()  # both at once would need twice the memory
        composed = composed_songs(plan, trial.folder, lambda _: None)
        _kept[key] = Material(load_catalogue(trial.folder), composed, plan.settings)
    return _kept[key]
