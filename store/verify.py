"""Verifies a whole log and reports every event that was changed, lost or added."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from store.codec import Codec
from store.database import Database
from store.errors import LogCorrupt, LogUnavailable, UnknownEvent
from store.head_file import HeadFile
from store.records import GENESIS_HASH, Head, event_hash
from store.tables import events, head_rows

ROWS_IN_MEMORY = 256

StoredRow = Any  # a row of the events table, or a tuple with the names of its columns


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong, and the event it was found at, if it is one event's."""

    position: int | None
    event_id: str | None
    what: str

    def __str__(self) -> str:
        if self.position is None:
            return self.what
        return f"event {self.position} ({self.event_id}): {self.what}"


class Examined(msgspec.Struct, frozen=True):
    """A log as it was at one moment.

    Attributes:
        end: position and hash of its last event.
        problems: everything that is wrong with it, in the order of its events.
    """

    end: Head
    problems: list[Problem]


def verify(database: Database, codec: Codec, head_file: HeadFile | None) -> Examined:
    """Examine a whole log, as it is at one moment.

    Every event is examined, whatever was wrong with those before it.

    Raises:
        LogUnavailable: the database cannot be read.
        LogCorrupt: the database is too damaged to be walked through.
    """
    # HEAD first: whatever it names was committed before the snapshot that follows.
    try:
        stored = None if head_file is None else head_file.stored()
    except LogUnavailable as error:
        return Examined(Head(0, GENESIS_HASH), [Problem(None, None, f"the HEAD file: {error}")])
    walk = ChainChecker(codec)
    with database.read(text_factory=_stored_text) as connection:
        rows = connection.execute(select(events).order_by(events.c.position))
        problems = [problem for row in rows.yield_per(ROWS_IN_MEMORY) for problem in walk.step(row)]
        problems += _head_row_problems(connection, walk.end)
        said = "" if head_file is None else head_file.problem(connection, walk.end, stored)
        problems += [Problem(None, None, said)] if said else []
    return Examined(walk.end, problems)


class ChainChecker:
    """Checks the hash chain event by event; keeps the hash and versions the next one must have."""

    def __init__(self, codec: Codec) -> None:
        self.end = Head(0, GENESIS_HASH)
        self._codec = codec
        self._versions: dict[object, Any] = {}

    def step(self, row: StoredRow) -> list[Problem]:
        """Return the problems of this event, and continue as if it had none."""
        faults = [*self._order_faults(row), *_content_faults(row, self._codec)]
        self.end = Head(row.position, row.hash)
        self._versions[row.stream] = row.stream_version
        return [Problem(row.position, str(row.event_id), fault) for fault in faults]

    def _order_faults(self, row: StoredRow) -> Iterator[str]:
        if row.position != self.end.position + 1:
            yield f"expected position {self.end.position + 1}: events before it are missing"
        if row.prev_hash != self.end.hash:
            yield "prev_hash is not the hash of the event before"
        before = self._versions.get(row.stream, 0)
        if isinstance(before, int) and row.stream_version != before + 1:
            yield f"stream_version is {row.stream_version!r}, expected {before + 1}"


def _content_faults(row: StoredRow, codec: Codec) -> Iterator[str]:
    if row.hash != event_hash(row[:-1]):
        yield "hash does not match the stored columns"
    try:
        codec.decode(row.kind, row.kind_version, row.payload)
    except (UnknownEvent, LogCorrupt) as error:
        yield str(error)


def _head_row_problems(connection: Connection, end: Head) -> Iterator[Problem]:
    heads = head_rows(connection)
    if len(heads) != 1:
        what = f"there are {len(heads)} head rows" if heads else "the head row is missing"
        yield Problem(None, None, what)
    for head in heads:
        if head == end:
            continue
        yield Problem(
            None, None, f"the head row says {_words(head)}, the last event is {_words(end)}"
        )


def _stored_text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")


def _words(head: Head) -> str:
    return f"position {head.position} with hash {head.hash!s:.12}…"  # whatever is stored there
