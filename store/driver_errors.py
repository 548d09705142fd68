"""The one place where errors of SQLAlchemy, of the database driver and of files become ours."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from store.errors import LogCorrupt, LogUnavailable, StoreError

_Meaning = tuple[type[StoreError], str]

# SQLite's primary result codes; an extended code carries its primary one in the low byte.
BY_SQLITE_CODE: dict[int, _Meaning] = {
    sqlite3.SQLITE_ERROR: (LogCorrupt, "the database does not have the tables it should have"),
    sqlite3.SQLITE_INTERNAL: (LogUnavailable, "SQLite failed inside"),
    sqlite3.SQLITE_PERM: (LogUnavailable, "no permission to open the database"),
    sqlite3.SQLITE_ABORT: (LogUnavailable, "the operation was aborted"),
    sqlite3.SQLITE_BUSY: (LogUnavailable, "the database is locked: another process keeps writing"),
    sqlite3.SQLITE_LOCKED: (LogUnavailable, "a table is locked by another connection"),
    sqlite3.SQLITE_NOMEM: (LogUnavailable, "out of memory"),
    sqlite3.SQLITE_READONLY: (LogUnavailable, "the database is read-only"),
    sqlite3.SQLITE_INTERRUPT: (LogUnavailable, "the operation was interrupted"),
    sqlite3.SQLITE_IOERR: (LogUnavailable, "the disk failed to read or write"),
    sqlite3.SQLITE_CORRUPT: (LogCorrupt, "the database file is damaged"),
    sqlite3.SQLITE_NOTFOUND: (LogUnavailable, "the file system lacks an operation"),
    sqlite3.SQLITE_FULL: (LogUnavailable, "the disk is full"),
    sqlite3.SQLITE_CANTOPEN: (LogUnavailable, "the database file cannot be opened"),
    sqlite3.SQLITE_PROTOCOL: (LogUnavailable, "the database could not be locked"),
    sqlite3.SQLITE_EMPTY: (LogUnavailable, "the database is empty"),
    sqlite3.SQLITE_SCHEMA: (LogUnavailable, "the database was changed meanwhile"),
    sqlite3.SQLITE_TOOBIG: (LogUnavailable, "a value is too big for the database"),
    sqlite3.SQLITE_CONSTRAINT: (LogCorrupt, "the database refused the rows"),
    sqlite3.SQLITE_MISMATCH: (LogCorrupt, "a column holds the wrong type"),
    sqlite3.SQLITE_MISUSE: (LogUnavailable, "the database was used wrongly"),
    sqlite3.SQLITE_NOLFS: (LogUnavailable, "the file system has no room for a file this big"),
    sqlite3.SQLITE_AUTH: (LogUnavailable, "not authorised"),
    sqlite3.SQLITE_FORMAT: (LogUnavailable, "the database has a wrong format"),
    sqlite3.SQLITE_RANGE: (LogUnavailable, "a parameter is out of range"),
    sqlite3.SQLITE_NOTADB: (LogUnavailable, "the file is not a database"),
    sqlite3.SQLITE_NOTICE: (LogUnavailable, "SQLite gave a notice"),
    sqlite3.SQLITE_WARNING: (LogUnavailable, "SQLite gave a warning"),
}

# What Python's driver says without a code when stored text is not UTF-8.
_NOT_TEXT = "Could not decode to UTF-8"


@contextmanager
def translated() -> Iterator[None]:
    """Let errors of SQLAlchemy, of the driver and of files leave the block as a `StoreError`.

    Raises:
        LogUnavailable: the database could not be used.
        LogCorrupt: what is in the database is not what was written.
    """
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise as_store_error(error) from error


def as_store_error(error: exc.SQLAlchemyError | sqlite3.Error | OSError) -> StoreError:
    """Return the store's error for a foreign one, with what the database said."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    kind, meaning = _meaning(cause, error)
    return kind(f"{meaning} ({cause})")


def _meaning(cause: BaseException | None, error: Exception) -> _Meaning:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (known := BY_SQLITE_CODE.get(code & 0xFF)):
        return known
    if _NOT_TEXT in str(cause):
        return LogCorrupt, "a stored text is not UTF-8"
    if isinstance(error, exc.IntegrityError | sqlite3.IntegrityError):
        return LogCorrupt, "the database refused the rows"
    return LogUnavailable, "the studio could not be used"
