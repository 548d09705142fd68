"""A whole log as lines of JSON, and back: every column as it is stored, with the chain.

The first line says what the file is. Each next line is one event, as an object of the columns of
the events table; the payload is the stored text, of which the hash is made. The last line names the
end, so that a file that was cut off is noticed.
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import select

from store.errors import LogCorrupt
from store.log import EventLog
from store.records import Head
from store.tables import EVENT_COLUMNS, events, insert_events, move_head, read_head
from store.verify import ROWS_IN_MEMORY, ChainChecker

FORMAT = "composition-engine log 1"

_Stored = namedtuple("_Stored", EVENT_COLUMNS)  # type: ignore[misc]


def exported(log: EventLog) -> Iterator[str]:
    """Yield the lines of a log as it is at one moment, without line ends.

    Raises:
        LogUnavailable: the database cannot be read.
        LogCorrupt: it is damaged.
    """
    yield _line({"format": FORMAT})
    with log.database.read() as connection:
        end = read_head(connection)
        rows = connection.execute(select(events).order_by(events.c.position))
        for row in rows.yield_per(ROWS_IN_MEMORY):
            yield _line(dict(row._mapping))
    yield _line({"end": end.position, "hash": end.hash})


def imported(log: EventLog, lines: Iterable[str]) -> int:
    """Add the events that a log doesn't have yet; all of them or, if any is wrong, none.

    What the log has must be the beginning of what is read.

    Args:
        log: an empty one, or one that was exported, and has nothing of its own since.
        lines: as ``exported`` gave them.

    Returns:
        how many events were added.

    Raises:
        LogCorrupt: the lines are no whole log, the chain is broken, or the log goes on otherwise.
        UnknownEvent: an event is of a kind that this code does not know.
        HeadMismatch: the HEAD file does not vouch for the log.
        LogUnavailable: the database is locked, read-only, full …
    """
    added = 0
    with log.writing() as connection:
        before = read_head(connection, lock=True)
        walk, reader = ChainChecker(log.codec), _Reader(lines)
        known = connection.execute(select(events).order_by(events.c.position)).yield_per(
            ROWS_IN_MEMORY
        )
        for row in known:
            if tuple(next(reader, ())) != tuple(row):
                raise LogCorrupt(f"event {row.position} is another one there than in the log")
            walk.step(row)
        while batch := list(islice(reader, ROWS_IN_MEMORY)):
            for stored in batch:
                for problem in walk.step(stored):
                    raise LogCorrupt(f"line {stored.position + 1}: {problem}")
            insert_events(connection, batch)
            added += len(batch)
        if reader.end != walk.end:
            raise LogCorrupt("the last line does not name the last event: the file was cut off")
        if walk.end != before:
            move_head(connection, walk.end)
    return added


_NUMBERS = ("position", "stream_version", "kind_version")


class _Reader:
    """The events of lines; `end` is what the last line names, once it was read."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.end: Head | None = None
        self._lines = iter(lines)
        if _object(next(self._lines, "")).get("format") != FORMAT:
            raise LogCorrupt(f"the first line does not say {FORMAT!r}")

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.end is not None:
            raise StopIteration
        read = _object(next(self._lines, ""))
        if read.keys() == {"end", "hash"}:
            self.end = Head(read["end"], read["hash"])
            raise StopIteration
        if set(read) != set(EVENT_COLUMNS) or not all(map(_is_plain, read.items())):
            raise LogCorrupt("a line is no event, or the file was cut off")
        return _Stored(**read)


def _is_plain(column: tuple[str, object]) -> bool:
    name, value = column
    return type(value) is (int if name in _NUMBERS else str) or (name, value) == ("causation", None)


def _object(line: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise LogCorrupt(f"a line cannot be read, or the file was cut off: {error}") from error


def _line(fields: dict[str, Any]) -> str:
    return msgspec.json.encode(fields).decode()
