"""Fit several networks side by side, one process and one core each."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.composed.examples import Examples
from training.fusion.batches import Fixed
from training.fusion.fitting import Progress, Settings, fit
from training.fusion.network import FusionNetwork

Tell = Callable[[str], Progress | None]
Weights = dict[str, NDArray[Any]]

LOOKED_AT_SECONDS = 0.5
COLUMNS = 3  # steps done, steps in all, loss

_board: Any = None  # in a worker: what it writes its progress on


@dataclass(frozen=True, slots=True)
class Job:
    """One network to fit.

    Attributes:
        name: for the progress.
        settings: how.
        seed: of everything in it.
    """

    name: str
    settings: Settings
    seed: int


def fit_all(
    jobs: Sequence[Job], train: Examples, tell: Tell, processes: int | None = None
) -> list[FusionNetwork]:
    """Fitted networks, in the order of the jobs; the same on however many processes."""
    processes = min(processes or os.cpu_count() or 1, len(jobs))
    if processes == 1:
        return [
            fit(Fixed(train), job.settings, job.seed, tell(f"fitting {job.name}")) for job in jobs
        ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.npz"
        np.savez(path, allow_pickle=False, **train.arrays())
        return _beside_each_other(jobs, path, train.features.shape[1], tell, processes)


def _beside_each_other(
    jobs: Sequence[Job], path: Path, columns: int, tell: Tell, processes: int
) -> list[FusionNetwork]:
    # Not forked: torch's threads wouldn't be there in the child.
    spawning = multiprocessing.get_context("spawn")
    board = spawning.RawArray("d", COLUMNS * len(jobs))
    with ProcessPoolExecutor(processes, spawning, _take, (board,)) as workers:
        futures = [workers.submit(_fit, path, job, place) for place, job in enumerate(jobs)]
        _watch(futures, [tell(f"fitting {job.name}") for job in jobs], board)
        return [
            _network(job, columns, future.result())
            for job, future in zip(jobs, futures, strict=True)
        ]


def _watch(
    futures: Sequence[Future[Weights]], progress: Sequence[Progress | None], board: Any
) -> None:
    """Pass on what the workers write, until all are done."""
    waiting: set[Future[Weights]] = set(futures)
    while waiting:
        waiting = wait(waiting, timeout=LOOKED_AT_SECONDS).not_done
        for place, show in enumerate(progress):
            done, steps, loss = board[COLUMNS * place : COLUMNS * (place + 1)]
            if show and steps:
                show(int(done), int(steps), loss)


def _take(board: Any) -> None:
    global _board  # noqa: PLW0603 - a worker is told once, when it starts
    _board = board


def _fit(path: Path, job: Job, place: int) -> Weights:
    def write(done: int, steps: int, loss: float) -> None:
        _board[COLUMNS * place : COLUMNS * (place + 1)] = [done, steps, loss]

    with np.load(path, allow_pickle=False) as file:
        train = Examples(**{name: file[name] for name in file.files})
    network = fit(Fixed(train), job.settings, job.seed, write)
    return {name: values.numpy() for name, values in network.state_dict().items()}


def _network(job: Job, columns: int, weights: Weights) -> FusionNetwork:
    settings = job.settings
    network = FusionNetwork(settings.size, columns, settings.dropout, settings.reads)
    network.load_state_dict({name: torch.from_numpy(values) for name, values in weights.items()})
    return network.eval()
