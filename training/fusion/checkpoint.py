"""Checkpoints: the state of a training after each epoch, from which it resumes bit for bit."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.atomic_files import replacing
from training.fusion.network import FusionNetwork

State = dict[str, Any]


def save_state(state: Mapping[str, Any], path: Path) -> None:
    """Write tensors and plain values, all of them or nothing."""
    with replacing(path) as waiting:
        torch.save(dict(state), waiting)


def load_state(path: Path) -> State:
    """Read what ``save_state`` wrote; nothing but tensors and plain values is loaded.

    Raises:
        ValueError: if it is no such file.
    """
    try:
        found: State = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch raises whatever its unpickler trips over
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path}: not a checkpoint that can be read: {reason}") from error
    return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The file of one training.

    Attributes:
        path: of the file.
        key: of everything that decides how the training goes; a file with another key belongs to
            another training.
    """

    path: Path
    key: str

    def load(self) -> State | None:
        """The state after the last epoch; None where this training never began."""
        if not self.path.exists():
            return None
        state = load_state(self.path)
        return state if state.get("key") == self.key else None

    def save(self, state: State) -> None:
        """Replace the state of the epoch before."""
        save_state(state | {"key": self.key}, self.path)


class TrainingState:
    """Everything that changes while a network is trained.

    Attributes:
        network: in training.
        rng: of the order and the augmentation of the clips.
        epoch: how many are done.
        accuracies: on validation songs, one an epoch; empty where nothing is validated.
        losses: mean training loss, one an epoch.
    """

    def __init__(
        self,
        network: FusionNetwork,
        optimizer: torch.optim.Optimizer,
        schedule: Callable[[int], float],
        rng: np.random.Generator,
    ) -> None:
        self.network = network
        self.rng = rng
        self.epoch = 0
        self.accuracies: list[float] = []
        self.losses: list[float] = []
        self._optimizer = optimizer
        self._schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
        self._best: dict[str, Tensor] = {}

    def step(self, loss: Tensor, max_grad_norm: float) -> None:
        """One step of the optimiser along the clipped gradient."""
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), max_grad_norm)
        self._optimizer.step()
        self._schedule.step()

    def validated(self, accuracy: float) -> None:
        """Add the accuracy of an epoch and keep its weights if it is the best so far."""
        if accuracy > max(self.accuracies, default=-math.inf):
            weights = self.network.state_dict()
            self._best = {name: values.detach().clone() for name, values in weights.items()}
        self.accuracies.append(accuracy)

    @property
    def epochs_without_improvement(self) -> int:
        """Since the best accuracy; 0 where nothing is validated."""
        if not self.accuracies:
            return 0
        return len(self.accuracies) - 1 - int(np.argmax(self.accuracies))

    def restore_best(self) -> None:
        """Load the weights of the best epoch, if any was validated."""
        if self._best:
            self.network.load_state_dict(self._best)

    def to_state(self) -> State:
        """Tensors and plain values, enough to resume from."""
        return {
            "epoch": self.epoch,
            "accuracies": list(self.accuracies),
            "losses": list(self.losses),
            "network": self.network.state_dict(),
            "best": self._best,
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
            "numpy": json.dumps(self.rng.bit_generator.state),
        }

    def resume(self, state: State) -> None:
        """Take up a state of ``to_state``."""
        self.epoch = state["epoch"]
        self.accuracies = list(state["accuracies"])
        self.losses = list(state["losses"])
        self.network.load_state_dict(state["network"])
        self._best = state["best"]
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["torch"])
        if state["cuda"]:
            torch.cuda.set_rng_state_all(state["cuda"])
        self.rng.bit_generator.state = json.loads(state["numpy"])
