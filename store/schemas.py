"""Logs in schemas of one PostgreSQL database: one that is made takes the place of another.

What was in that place stays in a schema of its own, as whole as it was, and has its own address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from sqlalchemy import URL, Connection, text

from store.codec import Codec
from store.database import Database
from store.log import EventLog
from store.postgresql import address_of
from store.schema import REVISION_TABLE, is_made, trigger_functions
from store.tables import metadata

_MADE = "engine_made"  # the schema in which a log is made, before it gets its place
_BEFORE = "engine_before_{}"

EVENTS = metadata.tables["events"].name
_COMMENT = text(f"SELECT obj_description(to_regclass('{EVENTS}'))")
_SCHEMAS = text("SELECT nspname FROM pg_namespace")


@contextmanager
def replacement(address: str, mark: str) -> Iterator[tuple[EventLog, list[str]]]:
    """Give an empty log that takes the place of the one at an address if the block ends well.

    Until then that one stays, and can be used.

    Args:
        address: of a database.
        mark: letters and digits, by which ``replaced`` knows afterwards that it was done.

    Yields:
        the log, and a list that has, after the block, the address of the log that was in its place;
        nothing where there was none.

    Raises:
        LogUnavailable: the database cannot be used, or its user may make no schema.
    """
    url = address_of(address)
    made = _in_schema(url, _MADE)
    database = Database.open(address)
    kept: list[str] = []
    try:
        with database.write() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_MADE} CASCADE"))
            connection.execute(text(f"CREATE SCHEMA {_MADE}"))
        with EventLog.open(_text(made), codec=Codec()) as log:
            yield log, kept
        is_there = is_made(address)
        with database.write() as connection:
            database.lock_schema(connection)
            here = connection.execute(text("SELECT current_schema()")).scalar()
            if is_there:
                aside = _free_name(connection)
                connection.execute(text(f"CREATE SCHEMA {aside}"))
                _move(connection, str(here), aside)
                kept.append(_text(_in_schema(url, aside)))
            _move(connection, _MADE, str(here))
            connection.execute(text(f"DROP SCHEMA {_MADE}"))
            said = " ".join([mark, *([aside] if is_there else [])])
            connection.execute(text(f"COMMENT ON TABLE {EVENTS} IS '{said}'"))
    finally:
        database.close()


def replaced(address: str, mark: str) -> list[str] | None:
    """What ``replacement`` kept that was given this mark; None if it didn't come to its end.

    Returns:
        the address of the log that was in the place; nothing where there was none.

    Raises:
        LogUnavailable: the database cannot be used.
    """
    database = Database.open(address)
    try:
        with database.read() as connection:
            said = connection.execute(_COMMENT).scalar()
    finally:
        database.close()
    found, *kept = str(said).split()
    url = address_of(address)
    return [_text(_in_schema(url, name)) for name in kept] if found == mark else None


def drop_unfinished(address: str) -> None:
    """Drop what a ``replacement`` has left that was killed before its end.

    Raises:
        LogUnavailable: the database cannot be used.
    """
    database = Database.open(address)
    try:
        with database.write() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {_MADE} CASCADE"))
    finally:
        database.close()


def _in_schema(url: URL, schema: str) -> URL:
    """The address of what is in a schema of a database."""
    options = url.query.get("options", "")
    before = options if isinstance(options, str) else " ".join(options)
    return url.update_query_dict({"options": f"{before} -csearch_path={schema}".strip()})


def _text(url: URL) -> str:
    return url.render_as_string()


def _free_name(connection: Connection) -> str:
    taken = set(connection.execute(_SCHEMAS).scalars())
    return next(name for name in map(_BEFORE.format, count(1)) if name not in taken)


def _move(connection: Connection, source: str, target: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for name in (*metadata.tables, REVISION_TABLE):
        connection.execute(text(f"ALTER TABLE {quote(source)}.{name} SET SCHEMA {quote(target)}"))
    for name in trigger_functions(connection):
        moved = f"ALTER FUNCTION {quote(source)}.{name} SET SCHEMA {quote(target)}"
        connection.execute(text(moved))
