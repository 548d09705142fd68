"""Statements that are run for every batch and page of events, and what it costs to run them.

SQLAlchemy compiles a statement once, but takes some fifty microseconds to run it again, for which
SQLite itself takes two. So SQLite's driver is given the compiled text; other databases, which are
further away, are asked through SQLAlchemy.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects.sqlite import dialect

_SQLITE = dialect()


class Statement:
    """A statement whose parameters are named, to be run on any connection of `Database`'s."""

    def __init__(self, statement: Select[*tuple[Any, ...]] | Insert | Update | Delete) -> None:
        """Take a statement of SQLAlchemy Core and compile it for SQLite."""
        compiled = statement.compile(dialect=_SQLITE)
        self._statement = statement
        self._text = str(compiled)
        self._names = tuple(compiled.positiontup or ())
        # Those that SQLAlchemy adds itself: SQLite's LIMIT is given an OFFSET of 0.
        self._constants = {k: v for k, v in compiled.params.items() if v is not None}

    def rows(self, connection: Connection, **parameters: Any) -> Sequence[Sequence[Any]]:
        """Return the rows that it finds.

        Raises:
            SQLAlchemyError: the database refused it; `store.database.translated` makes what any of
                these raise a `StoreError`.
            sqlite3.Error: SQLite refused it.
        """
        driver = sqlite_driver(connection)
        if driver is None:
            return connection.execute(self._statement, parameters).all()
        named = self._constants | parameters
        return driver.execute(self._text, [named[name] for name in self._names]).fetchall()

    def value(self, connection: Connection, **parameters: Any) -> Any:
        """Return the first column of the first row; None if there is no row. Raises as `rows`."""
        found = self.rows(connection, **parameters)
        return found[0][0] if found else None

    def run(self, connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
        """Change what is stored, once for each row of parameters. Raises as `rows`.

        Args:
            connection: the writing one.
            rows: values of the parameters, in the order in which the statement names them.
        """
        driver = sqlite_driver(connection)
        if driver is None:
            named = [dict(zip(self._names, row, strict=True)) for row in rows]
            connection.execute(self._statement, named)
        else:
            driver.executemany(self._text, rows).close()


def sqlite_driver(connection: Connection) -> sqlite3.Connection | None:
    """SQLite's own connection, in the transaction of this one; None where it isn't SQLite's."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        return None
    if not connection.in_transaction():
        connection.begin()  # as SQLAlchemy does before it runs anything: a snapshot
    return driver
