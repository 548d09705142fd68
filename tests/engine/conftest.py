"""Studios to type command lines into; pictures and sheet music only where those are tested."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine import placeholders
from tests.engine.command_line import empty_shell, finished, shell
from tests.engine.stages.snapshots import at, snapshots

__all__ = ["at", "empty_shell", "finished", "shell", "snapshots"]


@pytest.fixture(scope="session", autouse=True)
def placeholder_files() -> Iterator[None]:
    """Placeholders in the place of pictures and sheet music, in all tests of the engine."""
    with placeholders.placeholder_files():
        yield


@pytest.fixture(scope="module")
def real_files() -> Iterator[None]:
    """Real pictures and sheet music in all tests of a module."""
    with placeholders.real_files():
        yield
