"""How far a fit has come: weights, optimiser, schedule, chance, and the best epoch so far."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from training.fusion.keeping import State
from training.fusion.network import FusionNetwork

Weights = dict[str, Tensor]


class Descent:
    """Everything that changes while a network is fitted.

    Attributes:
        network: in training.
        rng: of the order and the variation of the clips.
        epoch: how many are done.
        accuracies: on held-out songs, one an epoch; empty where nobody looks.
        losses: mean of an epoch's steps, one an epoch.
    """

    def __init__(
        self,
        network: FusionNetwork,
        optimizer: torch.optim.Optimizer,
        rate: Callable[[int], float],
        rng: np.random.Generator,
    ) -> None:
        self.network = network
        self.rng = rng
        self.epoch = 0
        self.accuracies: list[float] = []
        self.losses: list[float] = []
        self._optimizer = optimizer
        self._schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
        self._best: Weights = {}

    def step(self, loss: Tensor, clip: float) -> None:
        """Go down once, by a gradient of this norm at most."""
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), clip)
        self._optimizer.step()
        self._schedule.step()

    def judged(self, accuracy: float) -> None:
        """Remember how good the epoch is; of equals, the first is the best."""
        if accuracy > max(self.accuracies, default=-math.inf):
            weights = self.network.state_dict()
            self._best = {name: values.detach().clone() for name, values in weights.items()}
        self.accuracies.append(accuracy)

    @property
    def epochs_since_the_best(self) -> int:
        """0 where nobody looks."""
        if not self.accuracies:
            return 0
        return len(self.accuracies) - 1 - int(np.argmax(self.accuracies))

    def take_the_best(self) -> None:
        """Go back to the best epoch, where there was one to choose."""
        if self._best:
            self.network.load_state_dict(self._best)

    def state(self) -> State:
        """Tensors and plain values, enough to go on from here bit for bit."""
        cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
        return {
            "epoch": self.epoch,
            "accuracies": list(self.accuracies),
            "losses": list(self.losses),
            "network": self.network.state_dict(),
            "best": self._best,
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
            "torch": torch.get_rng_state(),
            "cuda": cuda,
            "numpy": json.dumps(self.rng.bit_generator.state),
        }

    def go_on_from(self, state: State) -> None:
        """Take up what ``state`` told."""
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
        numbers: dict[str, Any] = json.loads(state["numpy"])
        self.rng.bit_generator.state = numbers
