"""Studios to type command lines into; pictures and sheet music only where those are tested."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from engine.audio import playback
from store import database
from tests.engine import placeholders
from tests.engine.command_line import backend, empty_shell, finished, shell
from tests.engine.stages.snapshots import at, snapshots

__all__ = ["at", "backend", "empty_shell", "finished", "shell", "snapshots"]


@pytest.fixture(scope="session", autouse=True)
def placeholder_files() -> Iterator[None]:
    """Placeholders in the place of pictures and sheet music, in all tests of the engine."""
    with placeholders.placeholder_files():
        yield


@pytest.fixture(scope="session", autouse=True)
def no_sound_device() -> Iterator[None]:
    """Runs end as on a machine without sound, wherever the tests of the engine run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(playback, "can_play", lambda: False)
        yield


@pytest.fixture(scope="package", autouse=True)
def unsynchronised_studios() -> Iterator[None]:
    """Commits of this process that don't wait for the disk.

    What is committed outlives a killed process all the same; only a power failure could lose it.
    Processes that the tests start wait, and ``tests/store`` checks that databases are opened so.
    """
    prepare = database._prepare_sqlite

    def prepare_fast(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        connection.execute("PRAGMA synchronous=OFF").close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_prepare_sqlite", prepare_fast)
        yield


@pytest.fixture(scope="module")
def real_files() -> Iterator[None]:
    """Real pictures and sheet music in all tests of a module."""
    with placeholders.real_files():
        yield
