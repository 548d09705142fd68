"""A Dask cluster that does tasks: workers of this machine, or of as many machines as there are."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Self, TypeVar

from engine.errors import EngineError, Refused
from engine.execution.executor import WorkerDied
from engine.execution.processes import inherited

T = TypeVar("T")

CONNECT_SECONDS = 10.0
# How long a scheduler may be away, as while it is started again.
AWAY_SECONDS = 60.0
POLL_SECONDS = 0.1
# How old the number of workers may be.
COUNTED_SECONDS = 1.0

INSTALL = "install composition-engine with its extra dask"


class ClusterWarning(UserWarning):
    """Something of a cluster that is waited for."""


class SchedulerLost(EngineError):
    """The scheduler of a cluster went away, and didn't come back."""


class DaskCluster:
    """The workers of a Dask scheduler, as many tasks at once as they have threads.

    A worker that dies is replaced by Dask, or its task is done by another. While the scheduler is
    away the tasks wait; those under way are begun again once it is back.
    """

    is_here = False

    def __init__(self, client: Any, name: str, address: str, cluster: Any = None) -> None:
        """Use a client, and end a cluster with it; ``at`` and ``local`` are the ways to get one."""
        self.name, self._address = name, address
        self._client, self._cluster = client, cluster
        self.is_local = cluster is not None
        self._executor = client.get_executor(pure=False)
        self._threads, self._counted = 0, float("-inf")
        self._is_waiting_for_workers = False

    @classmethod
    def at(cls, address: str, name: str) -> Self:
        """The cluster of a scheduler.

        Args:
            address: such as ``tcp://192.168.0.7:8786``.
            name: as it was typed.

        Raises:
            Refused: if Dask isn't installed, or no scheduler answers.
        """
        distributed = _distributed()
        try:
            client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise Refused(
                f"no Dask scheduler answers at {address}", "start one with dask scheduler"
            ) from error
        return cls(client, name, address)

    @classmethod
    def local(cls, workers: int) -> Self:
        """A cluster of this machine alone: processes with one thread each.

        Raises:
            Refused: if Dask isn't installed.
        """
        distributed = _distributed()
        with inherited():
            cluster = distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        client = distributed.Client(cluster, set_as_default=False)
        return cls(client, f"dask:{workers}", cluster.scheduler_address, cluster)

    def slots(self) -> int:
        """As many as the workers have threads; 0 while there is none."""
        if time.monotonic() - self._counted > COUNTED_SECONDS:
            self._require_scheduler()
            self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()
            if not self._threads and not self._is_waiting_for_workers:
                message = f"the Dask scheduler at {self._address} has no workers; waiting for some"
                warnings.warn(message, ClusterWarning, stacklevel=2)
            self._is_waiting_for_workers = not self._threads
        return self._threads

    def submit(
        self, _near: Hashable, function: Callable[..., T], /, *arguments: object
    ) -> Future[T]:
        """Begin a task; Dask chooses the worker: where all are busy, the one that was just done."""
        self._require_scheduler()
        result: Future[T] = Future()
        with warnings.catch_warnings():  # a model is sent as often as a new worker lacks it
            warnings.filterwarnings("ignore", message="Sending large graph")
            begun = self._executor.submit(function, *arguments)
        begun.add_done_callback(lambda done: _pass_on(done, result))
        return result

    def close(self) -> None:
        """Forget what is under way, and end the workers of a cluster of this machine."""
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _require_scheduler(self) -> None:
        """Wait for a scheduler that went away.

        Raises:
            SchedulerLost: if it stays away.
        """
        if self._client.status == "running":
            return
        away = f"the Dask scheduler at {self._address} went away"
        warnings.warn(f"{away}; waiting {AWAY_SECONDS:.0f} s for it", ClusterWarning, stacklevel=2)
        until = time.monotonic() + AWAY_SECONDS
        while self._client.status != "running":
            if time.monotonic() > until or self._client.status == "closed":
                raise SchedulerLost(
                    f"{away}; nothing recorded is lost", "start it and type the same again"
                )
            time.sleep(POLL_SECONDS)
        self._counted = float("-inf")


def _pass_on(done: Future[T], result: Future[T]) -> None:
    if done.cancelled():  # as the scheduler went away
        result.set_exception(WorkerDied("the scheduler went away"))
        return
    error = done.exception()
    if type(error).__name__ == "KilledWorker":
        result.set_exception(WorkerDied("several workers ended while they did it"))
    elif error is not None:
        result.set_exception(error)
    else:
        result.set_result(done.result())


def _distributed() -> Any:
    """Dask's package for clusters, which then logs nothing: what people are to know is said here.

    Raises:
        Refused: if it isn't installed.
    """
    try:
        import distributed  # noqa: PLC0415 - an extra, and a second to load
    except ImportError as error:
        raise Refused("Dask is not installed", INSTALL) from error
    for name in logging.root.manager.loggerDict:
        if name.split(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    return distributed
