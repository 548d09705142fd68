"""The statements on the log's tables. Each takes the connection of somebody's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from store.errors import LogCorrupt
from store.records import Head
from store.tables import events, log_head

EventRow = Sequence[Any]  # the columns of `events`, in their order
EVENT_COLUMNS = tuple(events.columns.keys())

# Made once: to build a statement takes longer than to run it.
_HEAD = select(log_head.c.position, log_head.c.hash)
_LOCKED_HEAD = _HEAD.with_for_update()
_VERSION = select(func.max(events.c.stream_version)).where(events.c.stream == bindparam("stream"))
_HASH = select(events.c.hash).where(events.c.position == bindparam("position"))
_WITH_IDS = select(events).where(events.c.event_id.in_(bindparam("ids", expanding=True)))


def read_head(connection: Connection, *, lock: bool = False) -> Head:
    """Return the end of the log.

    Args:
        connection: one that reads, or the writing one.
        lock: keep other writers out until the transaction ends.

    Raises:
        LogCorrupt: the row is not there.
    """
    row = connection.execute(_LOCKED_HEAD if lock else _HEAD).first()
    if row is None:
        raise LogCorrupt("the head row of the log is missing")
    return Head(*row)


def move_head(connection: Connection, head: Head) -> None:
    """Make `head` the end of the log."""
    connection.execute(update(log_head), {"position": head.position, "hash": head.hash})


def insert_events(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write whole rows of the events table."""
    connection.execute(insert(events), [dict(zip(EVENT_COLUMNS, row, strict=True)) for row in rows])


def stream_version(connection: Connection, stream: str) -> int:
    """Return how many events the stream has."""
    return connection.execute(_VERSION, {"stream": stream}).scalar() or 0


def hash_at(connection: Connection, position: int) -> str | None:
    """Return the hash of the event at a position; None if there is no such event."""
    return connection.execute(_HASH, {"position": position}).scalar()


def rows_with_ids(connection: Connection, event_ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Return the recorded ones of these events by their ids."""
    rows = connection.execute(_WITH_IDS, {"ids": event_ids})
    return {row.event_id: row for row in rows}


def page(
    connection: Connection, *, after: int, limit: int, stream: str | None = None
) -> Sequence[Row[Any]]:
    """Return the next `limit` rows after a position, in order, of one stream or of all."""
    rows = select(events).where(events.c.position > after).limit(limit)
    return connection.execute(_ordered(rows, stream)).all()


def _ordered(rows: Select[Any], stream: str | None) -> Select[Any]:
    if stream is None:
        return rows.order_by(events.c.position)
    # The same order, but one that has an index: the stream's few among the log's many.
    return rows.where(events.c.stream == stream).order_by(events.c.stream_version)
