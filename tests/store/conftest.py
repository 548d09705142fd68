from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from store.log import EventLog

BACKENDS = ("memory", "file", "postgresql")


def place_of(
    backend: str, folder: Path, request: pytest.FixtureRequest
) -> tuple[str | Path, Path | None]:
    """Where a new log of a backend is, and the folder of its HEAD."""
    if backend == "postgresql":
        return request.getfixturevalue("postgresql").fresh(), folder
    return (":memory:", None) if backend == "memory" else (folder / "studio.db", folder)


@pytest.fixture(params=BACKENDS)
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., EventLog]]:
    """Opens new logs of one backend; each test runs with every backend."""
    where, folder = place_of(request.param, tmp_path, request)
    with ExitStack() as stack:

        def open_one(**options: Any) -> EventLog:
            return stack.enter_context(EventLog.open(where, folder=folder, **options))

        yield open_one


@pytest.fixture
def log(open_log: Callable[..., EventLog]) -> EventLog:
    return open_log()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[EventLog]:
    """A log in a file."""
    with EventLog.open(tmp_path / "studio.db") as log:
        yield log


# For a test whose processes use the log in a file, and again the one in a database server.
on_both = pytest.mark.parametrize("backend", ["file", "postgresql"])


@pytest.fixture
def place(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where a new log is, as a worker is told."""
    where, folder = place_of(backend, tmp_path, request)
    return f"{where} {folder}" if backend == "postgresql" else str(where)
