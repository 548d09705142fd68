"""What all tests have: a database server, and Hypothesis profiles.

The profiles: few examples, always the same, in the check; many, at random, when deep.

``HYPOTHESIS_PROFILE=deep`` chooses the deep run. How long an example takes is never an error: the
machine may be busy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine.execution.garbage import search_seldom
from tests.postgresql import Server, server, stop_server

search_seldom()  # as commands do

ANY_SPEED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}

settings.register_profile("check", max_examples=30, derandomize=True, database=None, **ANY_SPEED)
settings.register_profile("deep", max_examples=1000, print_blob=True, **ANY_SPEED)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "check"))

# Files of these take longest: begun first, they leave no worker without work at the end.
LONG = ("training", "engine/training", "engine/web", "engine/runs", "benchmarks", "engine/songs")
ROOT = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the order of the others stays."""
    items.sort(key=lambda item: not item.path.relative_to(ROOT).as_posix().startswith(LONG))


@pytest.fixture(scope="session")
def running_server() -> Iterator[Server]:
    """A PostgreSQL server that ends with the tests."""
    yield server()
    stop_server()


@pytest.fixture
def postgresql(running_server: Server) -> Iterator[Server]:
    """A running PostgreSQL server; where none is installed, the test is skipped.

    The databases that a test made are dropped after it.
    """
    yield running_server
    running_server.drop_databases()
