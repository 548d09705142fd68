"""What is particular to PostgreSQL: its connections, the addresses of databases, its errors.

Readers see one snapshot (REPEATABLE READ, read only). Writers take the lock of the log's head
first, and what they read after it is the newest that was committed (READ COMMITTED). A connection
that died while it was idle is replaced before it is used.
"""

import re
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text

from store.errors import CommitUnknown, LogCorrupt, LogUnavailable, StoreError

DRIVER = "postgresql+psycopg"
EXAMPLE = f"{DRIVER}://USER@HOST/DATABASE"

CONNECT_TIMEOUT_S = 10
STATEMENT_TIMEOUT_S = 300.0  # reading a million events takes a second or two
# A writer that was stopped keeps all others waiting: the server then ends its transaction.
IDLE_WRITER_TIMEOUT_S = 120.0
# A server that has vanished from the network is noticed after this time without an answer.
KEEPALIVE_S = 10

_PASSWORDS = ("password", "sslpassword")
_SCHEMES = {"postgres", "postgresql"}

Meaning = tuple[type[StoreError], str, str]  # the error, what it means, what to do

_AGAIN = "type the command again"

_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")

# Codes (https://www.postgresql.org/docs/current/errcodes-appendix.html), or their first two
# characters, which are the class.
BY_SQLSTATE: dict[str, Meaning] = {
    "08": (LogUnavailable, "the connection to the server was lost", _AGAIN),
    "22": (LogCorrupt, "the database refused a value", ""),
    "23": (LogCorrupt, "the database refused the rows", ""),
    "25006": (LogUnavailable, "the database is read-only", "name another server, or wait for it"),
    "25P03": (LogUnavailable, "the command was stopped for too long while it wrote", _AGAIN),
    "28": (LogUnavailable, "the server doesn't let this user in", "see PGUSER and PGPASSWORD"),
    "3F000": (LogUnavailable, "the database has no such schema", ""),
    "40": (LogUnavailable, "another command wrote at the same moment", _AGAIN),
    "42501": (LogUnavailable, "this user may not do that in the database", "GRANT it to the user"),
    "42P01": (LogCorrupt, "the database does not have the tables it should have", ""),
    "42703": (LogCorrupt, "the database does not have the columns it should have", ""),
    "53": (LogUnavailable, "the server has no resources left", _AGAIN),
    "53100": (LogUnavailable, "the server's disk is full", "make room there, then type it again"),
    "53300": (LogUnavailable, "the server has too many connections", _AGAIN),
    "55P03": (LogUnavailable, "the database is locked: another process keeps writing", _AGAIN),
    "57014": (LogUnavailable, "the server took too long", _AGAIN),
    "57P": (LogUnavailable, "the server is stopping or starting", _AGAIN),
    "58": (LogUnavailable, "the server's disk failed to read or write", "see the server's log"),
    "P0001": (LogCorrupt, "the database refused the rows", ""),
    "XX": (LogCorrupt, "the database is damaged", ""),
}

# libpq tells no code where a connection can't be made; the server's words are of its own language,
# in which case the last meaning is taken.
_UNCONNECTED: tuple[tuple[str, str, str], ...] = (
    ("password", "the server doesn't take the password",
     "set it in PGPASSWORD, or in a file that PGPASSFILE names"),
    ("database .* does not exist", "the server has no such database", "make it with createdb"),
    ("role .* does not exist|pg_hba|authentication", "the server doesn't let this user in",
     "see PGUSER and PGPASSWORD"),
    ("too many|slots", "the server has too many connections", _AGAIN),
    ("starting up|shutting down|recovery", "the server is stopping or starting", _AGAIN),
    ("", "the server can't be reached", "start it, or see the address in engine.toml"),
)  # fmt: skip

# How those begin that came while the connection was there.
_LOST = re.compile(r"consuming input failed|server closed|connection is (closed|lost)|terminat")


def is_postgresql(address: str) -> bool:
    """Whether an address is one of a PostgreSQL database."""
    scheme, separator, _ = address.partition("://")
    return bool(separator) and scheme.partition("+")[0] in _SCHEMES


def address_of(written: str) -> URL:
    """The address that is written, with the driver that is used.

    Raises:
        LogUnavailable: it is none, or holds a password, which others could read in it.
    """
    scheme, _, rest = written.partition("://")
    driver = DRIVER if scheme in _SCHEMES else scheme
    try:
        url = make_url(f"{driver}://{rest}")
    except (exc.ArgumentError, ValueError):
        # What is wrong with it may be the password: it isn't shown.
        raise LogUnavailable(
            "the address of the database can't be read", advice=f"it looks like {EXAMPLE}"
        ) from None
    if url.password is not None or any(name in url.query for name in _PASSWORDS):
        raise LogUnavailable(
            "a password doesn't belong in an address, where others can read it",
            advice="set it in PGPASSWORD, or in a file that PGPASSFILE names",
        )
    return url


def masked(written: str) -> str:
    """An address without what may be a password in it."""
    hidden = re.sub(r"(://[^/?#@:]*):[^/?#]*@", r"\1:***@", written)
    return re.sub(rf"\b({'|'.join(_PASSWORDS)})=[^&]*", r"\1=***", hidden)


def engine_of(url: URL) -> Engine:
    """The pool of connections to a database.

    Raises:
        LogUnavailable: the driver isn't installed.
    """
    try:
        engine = create_engine(
            url,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "composition-engine",
                "keepalives_idle": KEEPALIVE_S,
                "keepalives_interval": KEEPALIVE_S,
                "keepalives_count": 3,
                "tcp_user_timeout": 4 * KEEPALIVE_S * 1000,
            },
        )
    except ImportError as error:
        raise LogUnavailable(
            f"no driver for {url.drivername}",
            advice="install it: pip install 'composition-engine[postgresql]'",
        ) from error
    event.listen(engine, "begin", _begin)
    return engine


def reading(engine: Engine) -> Engine:
    """The same pool, for transactions that see one snapshot and change nothing."""
    return engine.execution_options(isolation_level="REPEATABLE READ")


def writing(engine: Engine) -> Engine:
    """The same pool, for transactions that see what was committed before each statement."""
    return engine.execution_options(isolation_level="READ COMMITTED", is_writing=True)


def _begin(connection: Connection) -> None:
    """Say how long the server lets a transaction wait and work; zero would mean for ever.

    An event that is committed is on the disk, whatever the server is set to do.
    """
    options = connection.get_execution_options()
    said = {"statement_timeout": _milliseconds(STATEMENT_TIMEOUT_S)}
    if options.get("is_writing"):
        said["lock_timeout"] = _milliseconds(options["patience_s"])
        said["idle_in_transaction_session_timeout"] = _milliseconds(IDLE_WRITER_TIMEOUT_S)
        said["synchronous_commit"] = "off" if options["only_state"] else "on"
    else:
        said["transaction_read_only"] = "on"
    settings = (f"SET LOCAL {name} = {value}" for name, value in said.items())
    connection.exec_driver_sql("; ".join(settings))


def take_turn(connection: Connection, name: str) -> None:
    """Wait until everybody who asked before for a turn of a name has ended the transaction."""
    connection.execute(_TURN, {"name": name})


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(1000 * seconds)))


def meaning_of(cause: BaseException | None) -> Meaning | None:
    """What an error of the driver means; None for one of another driver."""
    if not type(cause).__module__.startswith("psycopg"):
        return None
    code = getattr(cause, "sqlstate", None)
    if code is not None:
        known = (BY_SQLSTATE.get(code[:length]) for length in (5, 3, 2))
        return next(filter(None, known), (LogUnavailable, "the studio could not be used", ""))
    said = str(cause)
    if _LOST.search(said):
        return BY_SQLSTATE["08"]
    if not said.startswith(("connection", "failed to resolve", "Multiple connection")):
        return LogUnavailable, "the studio could not be used", ""
    found = (each for each in _UNCONNECTED if re.search(each[0], said))
    _, what, advice = next(found)
    return LogUnavailable, what, advice


def is_lost_commit(error: exc.DBAPIError) -> bool:
    """Whether a COMMIT failed so that nobody knows whether it was done.

    The server refuses one by a code; where the connection is lost, there may be none.
    """
    code = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or code is None or code[:2] in {"08", "57"}


def lost_commit(error: exc.DBAPIError) -> CommitUnknown:
    """The error of a COMMIT of which nobody knows whether it was done."""
    return CommitUnknown(f"the connection was lost while the log was written ({error.orig})")


_ENCODING = text("SHOW server_encoding")


def require_unicode(connection: Connection) -> None:
    """Require a database that keeps every text as it is.

    Raises:
        LogUnavailable: it has another encoding.
    """
    encoding: Any = connection.execute(_ENCODING).scalar()
    if encoding != "UTF8":
        raise LogUnavailable(
            f"the database has the encoding {encoding}, which can't hold every text",
            advice="make one with createdb -E UTF8 -T template0",
        )
