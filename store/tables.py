"""The tables, and the statements on those of the log.

The tables are made by `migrations`, never from here. Each function takes the connection of the
caller's transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from store.errors import LogCorrupt
from store.records import GENESIS_HASH, Head, Heading
from store.statements import Statement

metadata = MetaData()

# In SQLite only INTEGER makes a primary key the row's own number.
_Position = BigInteger().with_variant(Integer(), "sqlite")

# Fixed for good: every column but `hash` is hashed, and old logs must verify for ever.
events = Table(
    "events",
    metadata,
    Column("position", _Position, primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("stream", Text, nullable=False),
    Column("stream_version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("kind_version", Integer, nullable=False),
    Column("payload", Text, nullable=False),  # canonical JSON
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),  # ISO 8601, UTC
    Column("causation", Text),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("stream", "stream_version"),
)

# One row, locked by every appending transaction: positions are given out one by one.
log_head = Table(
    "log_head",
    metadata,
    Column("position", _Position, nullable=False),
    Column("hash", Text, nullable=False),
)

projections = Table(
    "projections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),  # of the code that made the documents
    Column("position", _Position, nullable=False),  # of the last event that is in them
)

documents = Table(
    "documents",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("body", Text, nullable=False),  # canonical JSON
)

ACCEPTED = "LogAccepted"  # the kind of event by which a person accepts a log

EventRow = Sequence[Any]  # the columns of `events`, in their order
EVENT_COLUMNS = tuple(events.columns.keys())

# Made once: to build a statement takes longer than to run it.
_HEAD = Statement(select(log_head.c.position, log_head.c.hash))
_LOCKED_HEAD = Statement(select(log_head.c.position, log_head.c.hash).with_for_update())
_MOVE_HEAD = Statement(
    update(log_head).values(position=bindparam("to_position"), hash=bindparam("to_hash"))
)
_INSERT = Statement(insert(events))
_VERSION = Statement(
    select(func.max(events.c.stream_version)).where(events.c.stream == bindparam("stream_name"))
)
_HASH = Statement(select(events.c.hash).where(events.c.position == bindparam("at")))


class StoredEvent(NamedTuple):
    """A row of the events table, whose columns are read by name."""

    position: int
    event_id: str
    stream: str
    stream_version: int
    kind: str
    kind_version: int
    payload: str
    actor: str
    recorded_at: str
    causation: str | None
    prev_hash: str
    hash: str


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """Return the end of the log.

    Args:
        connection: one that reads, or the writing one.
        lock: keep other writers out until the transaction ends.

    Raises:
        LogCorrupt: the row is not there, or there are several.
    """
    rows = head_rows(connection, lock=lock)
    if len(rows) != 1:
        found = f"the log has {len(rows)} head rows" if rows else "the head row is missing"
        raise LogCorrupt(found)
    return rows[0]


def head_rows(connection: Connection, *, lock: bool = False) -> list[Head]:
    """Return every row that says where the log ends; a sound log has one."""
    return [Head(*row) for row in (_LOCKED_HEAD if lock else _HEAD).rows(connection)]


def move_head(connection: Connection, head: Head) -> None:
    """Make `head` the end of the log."""
    _MOVE_HEAD.run(connection, [(head.position, head.hash)])


def insert_events(connection: Connection, rows: Iterable[Sequence[Any]]) -> None:
    """Write whole rows of the events table."""
    _INSERT.run(connection, rows)


def stream_version(connection: Connection, stream: str) -> int:
    """Return how many events the stream has."""
    return _VERSION.value(connection, stream_name=stream) or 0


def hash_at(connection: Connection, position: int) -> str | None:
    """Return the hash of the event at a position; None if there is no such event."""
    found: str | None = _HASH.value(connection, at=position)
    return found


def hashes_after(connection: Connection, position: int, limit: int) -> list[Head]:
    """Return positions and hashes of the next events after a position."""
    wanted = select(events.c.position, events.c.hash).where(events.c.position > position)
    rows = connection.execute(wanted.order_by(events.c.position).limit(limit))
    return [Head(*row) for row in rows]


def last_event(connection: Connection) -> Head:
    """Return position and hash of the last event, whatever the head row says."""
    wanted = select(events.c.position, events.c.hash).order_by(events.c.position.desc()).limit(1)
    row = connection.execute(wanted).first()
    return Head(0, GENESIS_HASH) if row is None else Head(*row)


def was_accepted(connection: Connection, head: Head) -> bool:
    """Whether the log says that a person accepted it although HEAD said this."""
    wanted = select(events.c.payload).where(events.c.kind == ACCEPTED)
    said = f'"head_hash":"{head.hash}","head_position":{head.position},'
    return any(said in payload for payload in connection.execute(wanted).scalars())


def set_head(connection: Connection, head: Head) -> None:
    """Make one row of the head, whatever there was before.

    A single row is changed in its place, so that those who wait for its lock find it.
    """
    if len(head_rows(connection)) == 1:
        move_head(connection, head)
        return
    connection.execute(delete(log_head))
    connection.execute(insert(log_head), {"position": head.position, "hash": head.hash})


def rows_with_ids(connection: Connection, event_ids: Sequence[str]) -> dict[str, StoredEvent]:
    """Return the recorded ones of these events by their ids."""
    names = {f"id_{index}": event_id for index, event_id in enumerate(event_ids)}
    rows = map(StoredEvent._make, _with_ids(len(event_ids)).rows(connection, **names))
    return {row.event_id: row for row in rows}


@lru_cache(maxsize=64)
def _with_ids(count: int) -> Statement:
    names: list[Any] = [bindparam(f"id_{index}") for index in range(count)]
    return Statement(select(events).where(events.c.event_id.in_(names)))


def page(
    connection: Connection,
    *,
    after: int,
    limit: int,
    stream: str | None = None,
    kinds: Collection[str] | None = None,
    newest: bool = False,
) -> Sequence[EventRow]:
    """Return `limit` rows after a position, the next or the newest, in order; see ``EventLog``."""
    if kinds is not None and not kinds:
        return []
    names: dict[str, str] = {f"kind_{index}": kind for index, kind in enumerate(kinds or ())}
    wanted = _page(stream is not None, None if kinds is None else len(kinds), newest)
    rows = wanted.rows(connection, after=after, most=limit, stream_name=stream, **names)
    return rows[::-1] if newest else rows


@lru_cache(maxsize=64)
def _page(is_of_a_stream: bool, kinds: int | None, newest: bool) -> Statement:
    rows = select(events).where(events.c.position > bindparam("after")).limit(bindparam("most"))
    if kinds is not None:
        rows = rows.where(events.c.kind.in_([bindparam(f"kind_{i}") for i in range(kinds)]))
    order = events.c.position
    if is_of_a_stream:
        # The same order, and one that has an index: the stream's few among the log's many.
        rows, order = (
            rows.where(events.c.stream == bindparam("stream_name")),
            events.c.stream_version,
        )
    return Statement(rows.order_by(order.desc() if newest else order))


def positions_of(
    connection: Connection, stream: str, until: int, kinds: Collection[str] | None = None
) -> Sequence[int]:
    """Return the positions up to one of a stream's events of some kinds, in order."""
    found = select(events.c.position).where(
        (events.c.stream == stream) & (events.c.position <= until)
    )
    if kinds is not None:
        found = found.where(events.c.kind.in_(kinds))
    return connection.execute(found.order_by(events.c.stream_version)).scalars().all()


def rows_at(connection: Connection, positions: Collection[int]) -> Sequence[EventRow]:
    """Return the rows at some positions, in order."""
    found = select(events).where(events.c.position.in_(positions)).order_by(events.c.position)
    return connection.execute(found).all()


def position_at(connection: Connection, recorded_at: str) -> int:
    """Return the last position that was recorded at a time or before, 0 if none was.

    Args:
        connection: one that reads.
        recorded_at: as the log writes it: ISO 8601 with microseconds, UTC.
    """
    found = select(func.max(events.c.position)).where(events.c.recorded_at <= recorded_at)
    return connection.execute(found).scalar() or 0


def position_between(connection: Connection, recorded_at: str, setbacks: Sequence[int]) -> int:
    """Return what ``position_at`` does, by bisection between setbacks of the clock.

    Args:
        connection: one that reads.
        recorded_at: as for ``position_at``.
        setbacks: positions of all events that were recorded earlier than the one before, in order.
    """
    end = read_head(connection).position
    for first in reversed([1, *setbacks]):
        low, high = first - 1, end
        while low < high:  # the event at `low` is not later, those after `high` are
            middle = (low + high + 1) // 2
            if _is_later(connection, middle, recorded_at):
                high = middle - 1
            else:
                low = middle
        if low >= first:
            return low
        end = first - 1
    return 0


def _is_later(connection: Connection, position: int, recorded_at: str) -> bool:
    wanted = select(events.c.recorded_at).where(events.c.position == position)
    return str(connection.execute(wanted).scalar()) > recorded_at


def headings(connection: Connection, *, after: int, limit: int) -> list[Heading]:
    """Return the headings of the next `limit` events after a position, in order."""
    columns = events.c.position, events.c.stream, events.c.kind
    rows = select(*columns).where(events.c.position > after)
    found = connection.execute(rows.order_by(events.c.position).limit(limit))
    return [Heading(*row) for row in found]
