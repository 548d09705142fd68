"""The event log: append and read, and everything else is built on them."""

import logging
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection

from store.codec import Codec
from store.database import Database
from store.drafts import Draft, already_recorded, drafted
from store.errors import (
    CommitUnknown,
    LogCorrupt,
    LogUnavailable,
    StaleStream,
    StoreError,
    UnknownEvent,
)
from store.events import LogAccepted, Payload
from store.head_file import HeadFile
from store.records import Head, Heading, NewEvent, Recorded, event_hash
from store.schema import ensure_schema
from store.tables import (
    EventRow,
    hash_at,
    head_rows,
    headings,
    insert_events,
    last_event,
    move_head,
    page,
    position_at,
    position_between,
    read_head,
    rows_with_ids,
    set_head,
    stream_version,
)
from store.verify import Examined, Problem, verify

# What a reader holds in memory at once: so many events at first, then about so much of payloads.
PAGE_EVENTS, MOST_PAGE_EVENTS = 256, 1024
PAGE_CHARACTERS = 1_000_000

# How long a reader waits for a writer to mend what it found.
READER_PATIENCE_S = 0.25

# How long a writer whose connection was lost in a commit tries to learn whether that was done.
RECONNECTING_S = 10.0

STUDIO = "studio"  # the stream of what is about the log itself

_logger = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Return the time now."""
    return datetime.now(UTC)


# What else is done in the transaction of a batch, with its connection and events.
Also = Callable[[Connection, Sequence[Recorded]], None]


class EventLog:
    """An append-only log of typed events, in streams, in one total order without gaps.

    Safe to share between threads, and any number of processes may open the same database. Close
    it, or use it in a `with` block.

    Attributes:
        database: where it is kept.
        codec: the kinds of events it knows.
    """

    def __init__(
        self,
        database: Database,
        *,
        codec: Codec,
        clock: Callable[[], datetime] = utc_now,
        folder: Path | None = None,
    ) -> None:
        """Take a database whose tables are up to date; `open` is the way to get one."""
        self.database = database
        self.codec = codec
        self._clock = clock
        if database.path is not None:
            folder = database.path.parent
        self._head_file = HeadFile(database, folder) if folder else None

    @classmethod
    def open(
        cls,
        where: str | Path,
        *,
        codec: Codec | None = None,
        clock: Callable[[], datetime] = utc_now,
        folder: Path | None = None,
    ) -> Self:
        """Open the log at a path, at a database URL, or in memory (":memory:"); make it if needed.

        A folder holds one log: the HEAD file in it belongs to it.

        Args:
            where: path or SQLAlchemy URL. The folder must exist.
            codec: the kinds of events; by default those of `store.events`.
            clock: gives the time that events are recorded at.
            folder: where HEAD lies, of a log that is no file; None for none. That of a file lies
                beside it.

        Raises:
            StudioTooNew: a newer release made the database.
            LogUnavailable: it cannot be opened, or is something else than a log.
            LogCorrupt: it is damaged beyond opening.
        """
        database = Database.open(where)
        try:
            ensure_schema(database)
            log = cls(database, codec=codec or Codec(), clock=clock, folder=folder)
            if log._head_file is not None and not database.is_read_only:
                log._head_file.create()
        except BaseException:
            database.close()
            raise
        return log

    def append(
        self,
        stream: str,
        events: Sequence[NewEvent],
        expected_version: int,
        patience_s: float | None = None,
        also: Also | None = None,
    ) -> list[Recorded]:
        """Record a batch of events, all or none, one after the other.

        Appending again what is already recorded (the same event ids, stream and payloads) returns
        what is recorded, whatever the expected version.

        Args:
            stream: for example "studio", "song/<id>" or "run/<id>".
            events: what happened; an empty batch does nothing.
            expected_version: the number of events that the stream has; 0 for a new one.
            patience_s: how long to wait for another writer; None: as long as it ever does.
            also: called once they are recorded, with the connection of the same transaction and
                with them.

        Raises:
            InvalidEvent: an event is not valid; nothing was recorded.
            StaleStream: the stream has another version; nothing was recorded.
            EventConflict: an id is recorded with other content, or only a part of the batch is.
            HeadMismatch: the HEAD file does not vouch for the log; nothing was recorded.
            CommitUnknown: the connection was lost: all of the batch is recorded, or nothing.
            LogUnavailable: the database is locked for too long, read-only, full …; nothing was
                recorded.
            LogCorrupt: the database is damaged.
        """
        drafts = drafted(self.codec, stream, events)
        if not drafts:
            return []
        try:
            return self._append(stream, drafts, expected_version, patience_s, also)
        except CommitUnknown as lost:
            # The head's lock is only given once the old transaction has ended; what it did is
            # known by the ids then.
            for _ in pauses(RECONNECTING_S):
                try:
                    return self._append(stream, drafts, expected_version, patience_s, also)
                except LogUnavailable as error:
                    _logger.debug("not yet there again: %s", error)
            raise lost

    def _append(
        self,
        stream: str,
        drafts: Sequence[Draft],
        expected_version: int,
        patience_s: float | None,
        also: Also | None,
    ) -> list[Recorded]:
        with self.database.writing_turn(patience_s):  # one turn for both, the events and HEAD
            with self.database.write(patience_s) as connection:
                head = read_head(connection, lock=True)
                known = already_recorded(connection, self.codec, stream, drafts)
                if known is not None:
                    return [self.recorded(row) for row in known]
                if self._head_file is not None:
                    self._head_file.require(connection, head)
                actual = stream_version(connection, stream)
                if actual != expected_version:
                    raise StaleStream(stream, expected_version, actual)
                rows = self._chained(head, stream, actual, drafts)
                insert_events(connection, rows)
                move_head(connection, Head(head.position + len(rows), rows[-1][-1]))
                recorded = [
                    Recorded(*(*row[:6], draft.payload, *row[7:]))
                    for row, draft in zip(rows, drafts, strict=True)
                ]
                if also is not None:
                    also(connection, recorded)
            self._advance_head_file()
        return recorded

    def read(
        self,
        after: int = 0,
        stream: str | None = None,
        limit: int | None = None,
        kinds: Collection[str] | None = None,
    ) -> Iterator[Recorded]:
        """Yield events in order, a page at a time, so that memory stays bounded.

        No transaction is open between pages: the caller may append, or take its time.

        Args:
            after: the position to start behind.
            stream: only this stream's events.
            limit: at most so many.
            kinds: only events of these kinds.

        Raises:
            UnknownEvent: an event is of a kind or version that this code does not know.
            LogCorrupt: an event does not hold what its kind says.
            LogUnavailable: the database cannot be read.
        """
        remaining, fitting = limit, PAGE_EVENTS
        while remaining is None or remaining > 0:
            size = fitting if remaining is None else min(fitting, remaining)
            with self.database.read() as connection:
                rows = page(connection, after=after, stream=stream, limit=size, kinds=kinds)
            yield from self._recorded_rows(rows)
            if len(rows) < size:
                return
            after, *_ = rows[-1]
            fitting = _fitting_page(rows)
            remaining = None if remaining is None else remaining - size

    def headings(self, after: int, limit: int) -> list[Heading]:
        """Return of which stream and kind the next events are; no payload is read.

        Args:
            after: the position to start behind.
            limit: at most so many.

        Raises:
            LogUnavailable: the database cannot be read.
        """
        with self.database.read() as connection:
            return headings(connection, after=after, limit=limit)

    def latest(
        self,
        limit: int,
        after: int = 0,
        stream: str | None = None,
        kinds: Collection[str] | None = None,
    ) -> list[Recorded]:
        """Return the last events, in order; none of the others is decoded.

        Args:
            limit: at most so many.
            after: only those behind this position.
            stream: only this stream's events.
            kinds: only events of these kinds.

        Raises: as ``read``.
        """
        with self.database.read() as connection:
            rows = page(
                connection, after=after, limit=limit, stream=stream, kinds=kinds, newest=True
            )
        return list(map(self.recorded, rows))

    def position_at(self, when: datetime, setbacks: Sequence[int] | None = None) -> int:
        """Return the position of the last event that was recorded at a time or before; 0 if none.

        Args:
            when: with a time zone.
            setbacks: positions of all events that were recorded at an earlier time than the one
                before, in order; None if they aren't known, and all that came later is read.

        Raises:
            LogUnavailable: the database cannot be read.
        """
        with self.database.read() as connection:
            if setbacks is None:
                return position_at(connection, _written(when))
            return position_between(connection, _written(when), setbacks)

    def version(self, stream: str) -> int:
        """Return how many events the stream has; 0 if there is no such stream.

        Raises:
            LogUnavailable: the database cannot be read.
        """
        with self.database.read() as connection:
            return stream_version(connection, stream)

    def with_ids(self, event_ids: Sequence[str]) -> list[Recorded]:
        """Return those of some events that are recorded, in any order.

        Raises:
            LogUnavailable: the database cannot be read.
        """
        with self.database.read() as connection:
            return [self.recorded(row) for row in rows_with_ids(connection, event_ids).values()]

    def hash_at(self, position: int) -> str | None:
        """Return the hash of the event at a position; None if there is no such event.

        Raises:
            LogUnavailable: the database cannot be read.
        """
        with self.database.read() as connection:
            return hash_at(connection, position)

    def head(self) -> Head:
        """Return the position and hash of the last event.

        Raises:
            LogUnavailable: the database cannot be read.
            LogCorrupt: the head row is missing.
        """
        with self.database.read() as connection:
            return read_head(connection)

    def verify(self) -> list[Problem]:
        """Examine the whole log and return everything that is wrong with it, event by event.

        Raises:
            LogUnavailable: the database cannot be read.
            LogCorrupt: the database is too damaged to be walked through.
        """
        return self.examine().problems

    def examine(self) -> Examined:
        """Examine the whole log, and say at which event it ended when that was done.

        Raises:
            LogUnavailable: the database cannot be read.
            LogCorrupt: the database is too damaged to be walked through.
        """
        return verify(self.database, self.codec, self._head_file)

    def head_problem(self) -> str:
        """Return in words why the HEAD file does not vouch for the log; empty if it does.

        A file that was only cut off while it was written is written again; where others are
        writing, that is left to them.

        Raises:
            LogUnavailable: the database or the file cannot be read.
            LogCorrupt: the head row is missing, or there are several.
        """
        if self._head_file is None:
            return ""
        stored = self._head_file.stored()
        with self.database.read() as connection:
            end = read_head(connection)
            problem = self._head_file.problem(connection, end, stored)
        if not (problem or self.database.is_read_only or self._head_file.is_at(end, stored)):
            with suppress(LogUnavailable):
                self._head_file.advance(READER_PATIENCE_S)
        return problem

    def accept(self, actor: str, backup: str | None = None) -> Recorded | None:
        """Accept the log as it is where the HEAD file, or the head row, doesn't vouch for it.

        The decision is an event; head row and HEAD file are written for it. A log that they vouch
        for stays as it is.

        Args:
            actor: who accepts it.
            backup: name of the file that was put back, if one was.

        Returns:
            the event; None if there was nothing to accept.

        Raises:
            LogCorrupt: the chain of the events is broken, so that there is no end to accept.
            LogUnavailable: the database is locked, or HEAD cannot be written.
        """
        with self.database.write() as connection:
            rows, end = head_rows(connection, lock=True), last_event(connection)
            if rows == [end] and backup is None and not self._vouched_problem(connection, end):
                return None
            known = self._head_said()
            payload = LogAccepted(
                position=end.position,
                hash=end.hash,
                head_position=None if known is None else known.position,
                head_hash=None if known is None else known.hash,
                backup=backup,
            )
            drafts = drafted(self.codec, STUDIO, [NewEvent(payload, actor=actor)])
            (row,) = self._chained(end, STUDIO, stream_version(connection, STUDIO), drafts)
            insert_events(connection, [row])
            set_head(connection, Head(end.position + 1, row[-1]))
        if self._head_file is not None:
            with self.database.write() as connection:
                self._head_file.replace(read_head(connection, lock=True))
        return self.recorded(row)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that writes rows, if HEAD vouches for the log; HEAD follows it.

        Raises:
            HeadMismatch: the HEAD file does not vouch for the log.
            LogUnavailable: the database is locked, read-only, full …
        """
        with self.database.write() as connection:
            if self._head_file is not None:
                self._head_file.require(connection, read_head(connection, lock=True))
            yield connection
        self._advance_head_file()

    def _vouched_problem(self, connection: Connection, end: Head) -> str:
        if self._head_file is None:
            return ""
        return self._head_file.problem(connection, end, self._head_file.stored())

    def _head_said(self) -> Head | None:
        try:
            return None if self._head_file is None else self._head_file.read()
        except LogCorrupt:
            return None

    def recorded(self, row: EventRow) -> Recorded:
        """Return the event in a row of the events table.

        Raises:
            UnknownEvent: it is of a kind or version that this code does not know.
            LogCorrupt: it does not hold what its kind says.
        """
        (event,) = self._recorded_rows([row])
        return event

    def _recorded_rows(self, rows: Iterable[EventRow]) -> Iterator[Recorded]:
        """Yield the events in rows, without a call for each; raises as ``recorded``."""
        decoders = self.codec.decoders
        for row in rows:
            (
                position, event_id, stream, version, kind, kind_version, text,
                actor, recorded_at, causation, prev_hash, digest,
            ) = row  # fmt: skip
            try:
                payload = decoders[kind, kind_version].decode(text)
            except Exception:  # an old version, or what there is an error for
                payload = self._payload(row)
            yield Recorded(
                position, event_id, stream, version, kind, kind_version, payload,
                actor, recorded_at, causation, prev_hash, digest,
            )  # fmt: skip

    def _payload(self, row: EventRow) -> Payload:
        position, event_id, _, _, *stored = row[:7]
        try:
            return self.codec.decode(*stored)
        except (UnknownEvent, LogCorrupt) as error:
            raise type(error)(f"event {position} ({event_id}): {error}") from error

    def close(self) -> None:
        """Close the database. Only a log in memory loses anything by it."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _chained(
        self, head: Head, stream: str, version: int, drafts: Sequence[Draft]
    ) -> list[tuple[Any, ...]]:
        recorded_at = _written(self._clock())
        prev_hash, rows = head.hash, []
        for offset, draft in enumerate(drafts, start=1):
            values = (
                head.position + offset, draft.event_id, stream, version + offset, *draft.encoded,
                draft.actor, recorded_at, draft.causation, prev_hash,
            )  # fmt: skip
            prev_hash = event_hash(values)
            rows.append((*values, prev_hash))
        return rows

    def _advance_head_file(self) -> None:
        if self._head_file is None:
            return
        try:
            self._head_file.advance()
        except StoreError as error:
            # The events are on the disk: to fail now would make the caller append them again.
            _logger.warning("HEAD could not be written, it is behind the log: %s", error)


def pauses(patience_s: float, first_s: float = 0.002, longest_s: float = 0.05) -> Iterator[None]:
    """Wait ever longer, for random times, between attempts; end when patience is over.

    Args:
        patience_s: how long in all.
        first_s: the longest first pause.
        longest_s: the longest pause of all.
    """
    deadline, longest = time.monotonic() + patience_s, first_s
    while time.monotonic() < deadline:
        yield
        # Those who were refused together shall not come again together.
        time.sleep(random.uniform(0, longest))  # noqa: S311 - nothing secret
        longest = min(2 * longest, longest_s)


def _fitting_page(rows: Sequence[EventRow]) -> int:
    """How many events the next page may have if they are as long as those of this one."""
    characters = sum(len(row[6]) for row in rows)
    return max(1, min(MOST_PAGE_EVENTS, len(rows) * PAGE_CHARACTERS // max(1, characters)))


def _written(when: datetime) -> str:
    """A time as the log writes it."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")
