"""Train several networks at once, one process and one core each, and hear how far they are."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from engine.execution.choice import open_executor
from engine.execution.executor import Executor, each
from engine.state.files import write_whole
from engine.state.temporary import TemporaryFolder
from training.composed.examples import Examples
from training.fusion.batches import Fixed
from training.fusion.network import FusionNetwork
from training.fusion.train import LossProgress, LossUpdate, Settings, build_network, train

T = TypeVar("T")
Item = TypeVar("Item")

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
    networks = []
    with TemporaryFolder() as folder, open_executor(f"processes:{processes}") as executor:
        path = Path(folder) / "train.npz"
        np.savez(path, allow_pickle=False, **data.arrays())
        items = {f"fitting {job.name}": (path, job) for job in jobs}
        trained = each_training(executor, _weights, items, progress)
        for job, arrays in zip(jobs, trained, strict=True):
            network = build_network(job.settings, data.features.shape[1])
            network.load_state_dict({n: torch.from_numpy(values) for n, values in arrays.items()})
            networks.append(network.eval())
    return networks


def each_training(
    executor: Executor,
    function: Callable[[Item, LossUpdate | None], T],
    items: Mapping[str, Item],
    progress: LossProgress,
) -> Iterator[T]:
    """The results of trainings in their order, several at once, with the progress of each.

    Args:
        executor: does them, on this machine.
        function: of a module, that trains.
        items: what it is called with, by what is said of it.
        progress: of each.
    """
    if executor.is_here:
        for what, item in items.items():
            yield function(item, progress(what))
        return
    updates = [progress(what) for what in items]
    with TemporaryFolder() as folder:
        notes = [Path(folder) / f"{place}.progress" for place in range(len(items))]
        noting = [(function, item, note) for item, note in zip(items.values(), notes, strict=True)]
        yield from each(executor, _noted, noting, lambda: _show(notes, updates))


def _noted(noting: tuple[Callable[[Item, LossUpdate | None], T], Item, Path]) -> T:
    """Train in a worker, which leaves its progress in a file."""
    function, item, note = noting
    said_at = 0.0

    def update(done: int, steps: int, loss: float) -> None:
        nonlocal said_at
        if done == steps or time.monotonic() - said_at >= SAID_SECONDS:
            said_at = time.monotonic()
            write_whole(note, f"{done} {steps} {loss}".encode("ascii"), is_lasting=False)

    return function(item, update)


def _show(notes: Sequence[Path], updates: Sequence[LossUpdate | None]) -> None:
    """Report how far the workers say that they are."""
    for note, update in zip(notes, updates, strict=True):
        if update is not None and note.exists():
            done, steps, loss = note.read_text("ascii").split()
            update(int(done), int(steps), float(loss))


def _weights(item: tuple[Path, Job], update: LossUpdate | None) -> Weights:
    """The weights of a network that is trained by a job."""
    path, job = item
    with np.load(path, allow_pickle=False) as file:
        data = Examples(**{name: file[name] for name in file.files})
    network = train(Fixed(data), job.settings, job.seed, update)
    return {name: values.numpy() for name, values in network.state_dict().items()}
