"""A log that was changed by somebody who knows how: every hash is made again."""

import sqlite3
from contextlib import closing
from pathlib import Path

from store.records import GENESIS_HASH, event_hash


def rehash(folder: Path, *statements: str) -> None:
    """Change a studio's events, and make chain, head row and HEAD file fit them."""
    with closing(sqlite3.connect(folder / "studio.db")) as connection, connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        position, before = 0, GENESIS_HASH
        for row in connection.execute("SELECT * FROM events ORDER BY position").fetchall():
            position = row[0]
            digest = event_hash((*row[:-2], before))
            change = "UPDATE events SET prev_hash = ?, hash = ? WHERE position = ?"
            connection.execute(change, (before, digest, position))
            before = digest
        connection.execute("UPDATE log_head SET position = ?, hash = ?", (position, before))
        connection.execute("DELETE FROM projections")
        connection.execute("DELETE FROM documents")
        for _, statement in kept:
            connection.execute(statement)
    (folder / "HEAD").write_text(f"{position} {before}".ljust(85) + "\n")
