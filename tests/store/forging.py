"""A studio's database that was changed by somebody who knows how, around the log."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from engine.state.location import Location
from store.records import GENESIS_HASH, event_hash


@contextmanager
def unguarded(folder: Path) -> Iterator[Any]:
    """A connection to the database of a studio, which is used as the log never would."""
    where = Location(folder).log
    if isinstance(where, Path):
        with closing(sqlite3.connect(where)) as connection, connection:
            yield connection
    else:
        import psycopg

        with psycopg.connect(where.replace("+psycopg", "")) as connection:
            yield connection


def rehash(folder: Path, *statements: str) -> None:
    """Change a studio's events, and make chain, head row and HEAD file fit them."""
    with unguarded(folder) as connection:
        position, before = _rehashed(connection, statements)
    (folder / "HEAD").write_text(f"{position} {before}".ljust(85) + "\n")


def _rehashed(connection: Any, statements: tuple[str, ...]) -> tuple[int, str]:
    is_file = isinstance(connection, sqlite3.Connection)
    put_back = ["ALTER TABLE events ENABLE TRIGGER ALL"]
    if is_file:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        names, put_back = zip(*triggers.fetchall(), strict=True)
        for name in names:
            connection.execute(f"DROP TRIGGER {name}")
    else:
        connection.execute("ALTER TABLE events DISABLE TRIGGER ALL")
    for statement in statements:
        connection.execute(statement)
    position, before, slot = 0, GENESIS_HASH, "?" if is_file else "%s"
    for row in connection.execute("SELECT * FROM events ORDER BY position").fetchall():
        position = row[0]
        digest = event_hash((*row[:-2], before))
        change = f"UPDATE events SET prev_hash = {slot}, hash = {slot} WHERE position = {slot}"
        connection.execute(change, (before, digest, position))
        before = digest
    change = f"UPDATE log_head SET position = {slot}, hash = {slot}"
    connection.execute(change, (position, before))
    connection.execute("DELETE FROM projections")
    connection.execute("DELETE FROM documents")
    for statement in put_back:
        connection.execute(statement)
    return position, before
