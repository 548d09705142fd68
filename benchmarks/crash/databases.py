"""A PostgreSQL server of the run's own, with one database that every disturbance begins anew."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from tests.postgresql import Server, programs

# The database that commands use, and what a new one is made of.
TRIAL, EMPTY = "trial", "template0"


class Databases:
    """The databases of a running server."""

    def __init__(self, server: Server) -> None:
        """Take the server."""
        self._server = server

    @property
    def address(self) -> str:
        """The address of the one that commands use."""
        return self._server.address(TRIAL)

    def begin(self, kept: str = EMPTY) -> None:
        """Begin it anew: empty, or as it was kept."""
        self._server.sql(f"DROP DATABASE IF EXISTS {TRIAL} WITH (FORCE)")
        self._server.sql(f"CREATE DATABASE {TRIAL} TEMPLATE {kept}")

    def keep(self, name: str) -> None:
        """Keep it under a name."""
        self._server.sql(f"CREATE DATABASE {name} TEMPLATE {TRIAL}")

    @contextmanager
    def crashing(self, after_s: float | None) -> Iterator[None]:
        """Let the server crash so long after the block began, and start again; None: never."""
        crash = Thread(target=self._crash, args=(after_s,))
        if after_s is not None:
            crash.start()
        try:
            yield
        finally:
            if after_s is not None:
                crash.join()

    def _crash(self, after_s: float) -> None:
        time.sleep(after_s)
        self._server.stop("immediate")
        self._server.start()


@contextmanager
def databases() -> Iterator[Databases | None]:
    """The databases of a server that ends with the block; None where none is installed."""
    folder = programs()
    if folder is None:
        yield None
        return
    # Short, since the path of its socket is.
    server = Server(Path(tempfile.mkdtemp(prefix="pg-")), folder)
    try:
        yield Databases(server)
    finally:
        server.end()
