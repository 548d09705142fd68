"""Whole events that were moved about, with or without what would hide it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.log import EventLog
from tests.store.samples import notes
from tests.store.test_verify import tampering

EVENTS = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with EventLog.open(tmp_path / "studio.db") as log:
        log.append("a", notes(3), 0)
        log.append("b", notes(EVENTS - 3), 0)
    return tmp_path


def sql(*statements: str) -> Callable[[sqlite3.Connection], None]:
    def run(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return run


def exchange(one: int, other: int) -> Callable[[sqlite3.Connection], None]:
    """Two events with their places exchanged, hashes and all."""
    move = "UPDATE events SET position = {} WHERE position = {}"
    return sql(move.format(99, one), move.format(one, other), move.format(other, 99))


ADDED = (
    "INSERT INTO events SELECT 7, 'x', stream, 4, kind, kind_version, payload, actor, recorded_at, "
    "causation, {} FROM events WHERE position = 6"
)

MOVED = {
    "two exchanged": (exchange(2, 5), {2, 5}),
    "two neighbours exchanged": (exchange(2, 3), {2, 3}),
    "the first gone": (sql("DELETE FROM events WHERE position = 1"), {2}),
    "one in the middle gone": (sql("DELETE FROM events WHERE position = 4"), {5}),
    "the rest moved up": (
        sql(
            "DELETE FROM events WHERE position = 4",
            "UPDATE events SET position = position - 1 WHERE position > 4",
            "UPDATE log_head SET position = 5",
        ),
        {4, 5},
    ),
    "one added at the end": (sql(ADDED.format("hash, 'ab'")), {7}),
    "one repeated": (sql(ADDED.format("prev_hash, hash")), {7}),
}


@pytest.mark.parametrize(("damage", "named"), MOVED.values(), ids=MOVED.keys())
def test_events_that_were_moved_about_are_named(
    folder: Path, damage: Callable[[sqlite3.Connection], None], named: set[int]
) -> None:
    with tampering(folder / "studio.db") as connection:
        damage(connection)
    with EventLog.open(folder / "studio.db") as log:
        assert named <= {problem.position for problem in log.verify()}


def test_a_log_of_another_studio_is_named(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with EventLog.open(other / "studio.db") as log:
        log.append("a", notes(EVENTS), 0)
    with closing(sqlite3.connect(other / "studio.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(other / "studio.db", folder / "studio.db")
    with EventLog.open(folder / "studio.db") as log:
        assert [problem.what for problem in log.verify()] == [
            f"the HEAD file has another hash for position {EVENTS}"
        ]
