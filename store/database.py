"""The connection to the database, its errors, and everything that differs between databases.

SQLite's driver opens transactions when it thinks fit; here it is told to leave that alone, and
BEGIN is ours. A writer begins with BEGIN IMMEDIATE, which takes the one write lock at once and
waits for it; a reader sees one snapshot. PostgreSQL (`store.postgresql`) locks through the
`FOR UPDATE` in `store.tables`, which SQLite leaves out.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, exc, make_url, text

from store import postgresql
from store.errors import LogCorrupt, LogUnavailable, StoreError
from store.queue import Queue

BUSY_TIMEOUT_S = 30.0
_RETRY_PAUSE_S = 0.01

_MEMORY_NAMES = (None, "", ":memory:")
_SCHEMA_LOCK = {"postgresql": text("SELECT pg_advisory_xact_lock(5283947106)")}

_CHECKS = {"sqlite": text("PRAGMA integrity_check(5)")}  # so many findings are enough to know

_Meaning = tuple[type[StoreError], str]

# SQLite's primary result codes that people may meet; an extended code carries its primary one in
# the low byte. Any other means that the database could not be used.
BY_SQLITE_CODE: dict[int, _Meaning] = {
    sqlite3.SQLITE_ERROR: (LogCorrupt, "the database does not have the tables it should have"),
    sqlite3.SQLITE_PERM: (LogUnavailable, "no permission to open the database"),
    sqlite3.SQLITE_BUSY: (LogUnavailable, "the database is locked: another process keeps writing"),
    sqlite3.SQLITE_LOCKED: (LogUnavailable, "a table is locked by another connection"),
    sqlite3.SQLITE_NOMEM: (LogUnavailable, "out of memory"),
    sqlite3.SQLITE_READONLY: (LogUnavailable, "the database is read-only"),
    sqlite3.SQLITE_IOERR: (LogUnavailable, "the disk failed to read or write"),
    sqlite3.SQLITE_CORRUPT: (LogCorrupt, "the database file is damaged"),
    sqlite3.SQLITE_FULL: (LogUnavailable, "the disk is full"),
    sqlite3.SQLITE_CANTOPEN: (LogUnavailable, "the database file cannot be opened"),
    sqlite3.SQLITE_PROTOCOL: (LogUnavailable, "the database could not be locked"),
    sqlite3.SQLITE_CONSTRAINT: (LogCorrupt, "the database refused the rows"),
    sqlite3.SQLITE_MISMATCH: (LogCorrupt, "a column holds the wrong type"),
    sqlite3.SQLITE_NOTADB: (LogUnavailable, "the file is not a database"),
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
    known = postgresql.meaning_of(cause)
    kind, meaning, advice = known or (*_meaning(cause, error), "")
    said = f"{meaning} ({' '.join(str(cause).split())})"
    return LogUnavailable(said, advice) if kind is LogUnavailable else kind(said)


def _meaning(cause: BaseException | None, error: Exception) -> _Meaning:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None and (known := BY_SQLITE_CODE.get(code & 0xFF)):
        return known
    if _NOT_TEXT in str(cause):
        return LogCorrupt, "a stored text is not UTF-8"
    if isinstance(error, exc.IntegrityError | sqlite3.IntegrityError):
        return LogCorrupt, "the database refused the rows"
    return LogUnavailable, "the studio could not be used"


class Database:
    """A pool of connections that hands out whole transactions.

    Safe to share between threads. A process that forks must open its own.

    Attributes:
        path: the file, when the database is a file of its own.
        is_read_only: whether it is a file in a folder that can't be written.
    """

    def __init__(self, engine: Engine, path: Path | None, *, is_read_only: bool = False) -> None:
        self.path = path
        self.is_read_only = is_read_only
        self._use(engine)

    def _use(self, engine: Engine) -> None:
        self._engine = engine
        self._reading: Engine
        self._writing: Engine
        if engine.dialect.name == "sqlite":
            self._reading = engine.execution_options(begin="BEGIN")
            self._writing = engine.execution_options(begin="BEGIN IMMEDIATE")
        else:
            self._reading, self._writing = postgresql.reading(engine), postgresql.writing(engine)
        self._patient = cache(self._writing.execution_options)  # to make one takes long
        self._writers, self._deciders = self._queue("writers"), self._queue("deciders")

    def _queue(self, of: str) -> Queue | None:
        """A queue, by a hidden file beside the database; None where there is none."""
        if self.path is None or self.is_read_only:
            return None
        return Queue.of(self.path.with_name(f".{self.path.name}-{of}"))

    @classmethod
    def open(cls, where: str | Path) -> "Database":
        """Return the database at a path, at an address, or in memory (":memory:").

        Args:
            where: a path, or a SQLAlchemy URL of SQLite or PostgreSQL.

        Raises:
            LogUnavailable: the URL is malformed, or its driver is not installed.
        """
        with translated():
            if isinstance(where, str) and postgresql.is_postgresql(where):
                return cls(postgresql.engine_of(postgresql.address_of(where)), None)
            url = _url(where)
            if url.get_backend_name() != "sqlite":
                raise LogUnavailable(f"{url.drivername} is none of the databases that hold a log")
            if url.database in _MEMORY_NAMES:
                # It lives in its connection: there is one, and threads take turns.
                return cls(_sqlite_engine(url, pool_size=1, max_overflow=0), None)
            path = Path(url.database or "")
            if path.is_file() and not _can_be_written(path):
                return cls(_sqlite_engine(_unchanging(path)), path, is_read_only=True)
            return cls(_sqlite_engine(url), path)

    @contextmanager
    def read(
        self, *, text_factory: Callable[[bytes], Any] | type[str] = str
    ) -> Iterator[Connection]:
        """Give a connection that sees one snapshot.

        Args:
            text_factory: how SQLite's driver makes stored bytes a text.

        Raises:
            LogUnavailable: the database cannot be read.
            LogCorrupt: the database is damaged.
        """
        with (
            translated(),
            self._reading.connect() as connection,
            _text_as(connection, text_factory),
        ):
            yield connection

    @contextmanager
    def write(
        self, patience_s: float | None = None, *, only_state: bool = False
    ) -> Iterator[Connection]:
        """Give a connection in a transaction that is committed if the block ends well.

        On SQLite the transaction is the only writer from its beginning; on PostgreSQL, from when it
        reads the head with its lock.

        Args:
            patience_s: how long to wait for another writer; None: as long as it ever does.
            only_state: whether only what can be made again is written, if anything. Where the file
                can't be written, that is done in a copy of it in memory.

        Raises:
            LogUnavailable: the database is locked for too long, read-only, full …
            CommitUnknown: the connection was lost while it was committed.
            LogCorrupt: the database is damaged.
        """
        if self.is_read_only and not only_state:
            raise LogUnavailable("the database is read-only: its folder can't be written")
        if self.is_read_only and self._engine.url.database not in _MEMORY_NAMES:
            self._copy_into_memory()
        with self.writing_turn(patience_s) as has_come:
            left_s = BUSY_TIMEOUT_S if patience_s is None else patience_s
            engine = self._patient(patience_s=left_s if has_come else 0.0, only_state=only_state)
            with translated(), engine.connect() as connection:  # leaving it takes back what is open
                connection.begin()
                yield connection
                self._commit(connection)

    @contextmanager
    def writing_turn(self, patience_s: float | None = None) -> Iterator[bool]:
        """Let writers of a file go one after the other, as they came; what is within is one turn.

        Gives whether the turn came in time; the block runs in any case. On PostgreSQL it is the
        server that lets them go in order.

        Args:
            patience_s: how long to wait; None: as long as it ever does.
        """
        if self._writers is None:
            yield True
            return
        with self._writers.turn(BUSY_TIMEOUT_S if patience_s is None else patience_s) as has_come:
            yield has_come

    def _commit(self, connection: Connection) -> None:
        try:
            connection.commit()
        except exc.DBAPIError as error:
            if self._engine.dialect.name != "sqlite" and postgresql.is_lost_commit(error):
                raise postgresql.lost_commit(error) from error
            raise

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Let those who ask for turns of a name have them one after the other, as they came.

        On SQLite all names are one.

        Raises:
            LogUnavailable: the turn did not come in time, or the database cannot be used.
        """
        if self._engine.dialect.name == "sqlite":
            with nullcontext() if self._deciders is None else self._deciders.turn(BUSY_TIMEOUT_S):
                yield
            return
        with translated():
            connection = self._patient(patience_s=BUSY_TIMEOUT_S, only_state=True).connect()
        with connection:
            with translated():
                connection.begin()
                postgresql.take_turn(connection, name)
            try:
                yield
            finally:
                with suppress(exc.DBAPIError):  # it is over, also where the server ended it
                    connection.rollback()

    def damage(self) -> list[str]:
        """Return what the database itself finds wrong with its files; nothing where it can't look.

        Raises:
            LogUnavailable: the database cannot be read.
            LogCorrupt: it is too damaged to look.
        """
        with self.read() as connection:
            check = _CHECKS.get(connection.dialect.name)
            said = [] if check is None else connection.execute(check).scalars().all()
        return [line for line in map(str, said) if line != "ok"]

    def lock_schema(self, connection: Connection) -> None:
        """Let only one process at a time look whether tables must be made, and make them."""
        lock = _SCHEMA_LOCK.get(connection.dialect.name)
        if lock is not None:
            connection.execute(lock)

    def lock_head_file(self, connection: Connection) -> None:
        """Let only one process at a time write the HEAD file; a writer on SQLite is alone anyway.

        Raises:
            SQLAlchemyError: the lock was not given in time.
        """
        if connection.dialect.name != "sqlite":
            postgresql.take_turn(connection, "HEAD file")

    def require_unicode(self, connection: Connection) -> None:
        """Require that the database keeps every text as it is; SQLite's do.

        Raises:
            LogUnavailable: it has another encoding.
        """
        if connection.dialect.name != "sqlite":
            postgresql.require_unicode(connection)

    def use_write_ahead_log(self) -> None:
        """Put a SQLite file into WAL mode, where readers and the writer do not wait for each other.

        Raises:
            LogUnavailable: other processes keep the file locked.
        """
        if self.path is None or self.is_read_only:
            return
        deadline = time.monotonic() + BUSY_TIMEOUT_S
        with translated():
            while (answer := self._ask_for_wal()) != "wal":
                if time.monotonic() > deadline:
                    raise LogUnavailable(f"{self.path} cannot be put into WAL mode: {answer}")
                time.sleep(_RETRY_PAUSE_S)

    def _ask_for_wal(self) -> str:
        # The change needs the file for itself, and SQLite does not always wait for that.
        connection = self._engine.raw_connection()
        try:
            return str(connection.cursor().execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return str(error)
        finally:
            connection.close()

    def _copy_into_memory(self) -> None:
        """Go on with a copy, in which state can be made."""
        copy = _sqlite_engine(URL.create("sqlite"), pool_size=1, max_overflow=0)
        with translated(), self._engine.connect() as source, copy.connect() as target:
            target.rollback()
            source.rollback()
            read, made = (each.connection.driver_connection for each in (source, target))
            if isinstance(read, sqlite3.Connection) and isinstance(made, sqlite3.Connection):
                read.backup(made)
        self._engine.dispose()
        self._use(copy)

    def close(self) -> None:
        """Close every connection; a database in memory is gone."""
        self._engine.dispose()


def _url(where: str | Path) -> URL:
    if isinstance(where, str) and "://" in where:
        url = make_url(where)
    else:
        url = URL.create("sqlite", database=str(where))
    if url.get_backend_name() == "sqlite" and url.database not in _MEMORY_NAMES:
        # Connections are made later too, when the working directory may be another.
        url = url.set(database=str(Path(url.database or "").absolute()))
    return url


def _can_be_written(path: Path) -> bool:
    """Whether SQLite can make the files that it needs beside a database."""
    return os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)


def _unchanging(path: Path) -> URL:
    """The URL of a file that nobody changes, which is read without any file beside it."""
    name = f"file:{quote(path.as_posix())}"
    return URL.create("sqlite", database=name, query={"immutable": "1", "uri": "true"})


def _sqlite_engine(url: URL, **pool_options: int) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_timeout=BUSY_TIMEOUT_S,
        **pool_options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # no BEGIN but ours
    connection.execute("PRAGMA synchronous=FULL").close()  # a commit is on the disk, or it isn't


def _begin_sqlite(connection: Connection) -> None:
    options, driver = connection.get_execution_options(), connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - its engine is SQLite's
    patience_ms = round(1000 * options.get("patience_s", BUSY_TIMEOUT_S))
    # Straight to the driver: for SQLAlchemy each of them is as much work as a whole statement.
    driver.execute(f"PRAGMA busy_timeout = {patience_ms}").close()
    driver.execute(options.get("begin", "BEGIN")).close()


@contextmanager
def _text_as(connection: Connection, factory: Callable[[bytes], Any] | type[str]) -> Iterator[None]:
    driver = connection.connection.driver_connection
    if factory is str or not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = factory
    try:
        yield
    finally:
        driver.text_factory = str
