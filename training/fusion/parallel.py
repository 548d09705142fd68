"""Train several networks at once, one process and one core each."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.composed.examples import Examples
from training.fusion.batches import Fixed
from training.fusion.network import FusionNetwork
from training.fusion.train import LossProgress, LossUpdate, Settings, build_network, train

Weights = dict[str, NDArray[Any]]

POLL_SECONDS = 0.5
COLUMNS = 3  # of the shared progress of a job: steps done, steps in all, loss

_shared_progress: Any = None  # in a worker: an array of ``COLUMNS`` numbers for each job


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
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.npz"
        np.savez(path, allow_pickle=False, **data.arrays())
        return _in_processes(jobs, path, data.features.shape[1], progress, processes)


def _in_processes(
    jobs: Sequence[Job], path: Path, features: int, progress: LossProgress, processes: int
) -> list[FusionNetwork]:
    # Not forked: torch's threads wouldn't be there in the child.
    spawning = multiprocessing.get_context("spawn")
    shared = spawning.RawArray("d", COLUMNS * len(jobs))
    networks = []
    with ProcessPoolExecutor(processes, spawning, _share_progress, (shared,)) as workers:
        futures = [workers.submit(_weights, path, job, place) for place, job in enumerate(jobs)]
        _show(futures, [progress(f"fitting {job.name}") for job in jobs], shared)
        for job, future in zip(jobs, futures, strict=True):
            network = build_network(job.settings, features)
            arrays = future.result().items()
            network.load_state_dict({name: torch.from_numpy(values) for name, values in arrays})
            networks.append(network.eval())
    return networks


def _show(
    futures: Sequence[Future[Weights]], updates: Sequence[LossUpdate | None], shared: Any
) -> None:
    """Report the progress of the workers until all are done."""
    waiting: set[Future[Weights]] = set(futures)
    while waiting:
        waiting = wait(waiting, timeout=POLL_SECONDS).not_done
        for place, update in enumerate(updates):
            done, steps, loss = shared[COLUMNS * place : COLUMNS * (place + 1)]
            if update and steps:
                update(int(done), int(steps), loss)


def _share_progress(shared: Any) -> None:
    global _shared_progress  # noqa: PLW0603 - a worker gets it once, when it starts
    _shared_progress = shared


def _weights(path: Path, job: Job, place: int) -> Weights:
    """Train one job in a worker."""

    def update(done: int, steps: int, loss: float) -> None:
        _shared_progress[COLUMNS * place : COLUMNS * (place + 1)] = [done, steps, loss]

    with np.load(path, allow_pickle=False) as file:
        data = Examples(**{name: file[name] for name in file.files})
    network = train(Fixed(data), job.settings, job.seed, update)
    return {name: values.numpy() for name, values in network.state_dict().items()}
