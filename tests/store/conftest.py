from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from store.log import EventLog

BACKENDS = ("memory", "file")


@pytest.fixture(params=BACKENDS)
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., EventLog]]:
    """Opens new logs of one backend; each test runs with every backend."""
    with ExitStack() as stack:

        def open_one(**options: Any) -> EventLog:
            where = ":memory:" if request.param == "memory" else tmp_path / "studio.db"
            return stack.enter_context(EventLog.open(where, **options))

        yield open_one


@pytest.fixture
def log(open_log: Callable[..., EventLog]) -> EventLog:
    return open_log()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[EventLog]:
    """A log in a file."""
    with EventLog.open(tmp_path / "studio.db") as log:
        yield log
