"""Train several networks at once, one process and one core each."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.execution.choice import open_executor
from engine.execution.executor import each
from engine.state.files import write_whole
from engine.state.temporary import TemporaryFolder
from training.composed.examples import Examples
from training.fusion.batches import Fixed
from training.fusion.network import FusionNetwork
from training.fusion.train import LossProgress, LossUpdate, Settings, build_network, train

Weights = dict[str, NDArray[Any]]

# How often a worker says how far it is.
SAID_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """One network to train."""

    name: str
    settings: Settings
    seed: int


def train_all(
    jobs: Sequence[Job], data: Examples, progress: LossProgress, processes: int | None = None
) -> list[FusionNetwork]:
    """Trained networks, in the order of the jobs; the same on however many processes."""
    processes = min(processes or os.cpu_count() or 1, len(jobs))
    if processes == 1:
        return [
            train(Fixed(data), job.settings, job.seed, progress(f"fitting {job.name}"))
            for job in jobs
        ]
    with TemporaryFolder() as folder:
        path = Path(folder) / "train.npz"
        np.savez(path, allow_pickle=False, **data.arrays())
        return _in_processes(jobs, path, data.features.shape[1], progress, processes)


def _in_processes(
    jobs: Sequence[Job], path: Path, features: int, progress: LossProgress, processes: int
) -> list[FusionNetwork]:
    """Trained networks; workers leave their progress beside the data."""
    notes = [path.with_name(f"{place}.progress") for place in range(len(jobs))]
    updates = [progress(f"fitting {job.name}") for job in jobs]
    items = [(path, job, note) for job, note in zip(jobs, notes, strict=True)]
    networks = []
    with open_executor(f"processes:{processes}") as executor:
        trained = each(executor, _weights, items, lambda: _show(notes, updates))
        for job, arrays in zip(jobs, trained, strict=True):
            network = build_network(job.settings, features)
            network.load_state_dict({n: torch.from_numpy(values) for n, values in arrays.items()})
            networks.append(network.eval())
    return networks


def _show(notes: Sequence[Path], updates: Sequence[LossUpdate | None]) -> None:
    """Report how far the workers say that they are."""
    for note, update in zip(notes, updates, strict=True):
        if update is not None and note.exists():
            done, steps, loss = note.read_text("ascii").split()
            update(int(done), int(steps), float(loss))


def _weights(item: tuple[Path, Job, Path]) -> Weights:
    """Train one job in a worker."""
    path, job, note = item
    said_at = 0.0

    def update(done: int, steps: int, loss: float) -> None:
        nonlocal said_at
        if done == steps or time.monotonic() - said_at >= SAID_SECONDS:
            said_at = time.monotonic()
            write_whole(note, f"{done} {steps} {loss}".encode("ascii"), is_lasting=False)

    with np.load(path, allow_pickle=False) as file:
        data = Examples(**{name: file[name] for name in file.files})
    network = train(Fixed(data), job.settings, job.seed, update)
    return {name: values.numpy() for name, values in network.state_dict().items()}
