"""Views of the log: documents folded from events, which can always be made again.

A projection says which document an event belongs to and what the document becomes. The rows and
the position up to which they are made are committed together, so that a document never has seen an
event twice, or missed one.
"""

import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from math import inf
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from store.branches import Branching, History, Origin
from store.documents import (
    Damaged,
    DocumentT,
    Projection,
    Stored,
    applied,
    documents_told,
    forget,
    load,
    make_tables_again,
    mark,
    positions,
    require_whole,
    save,
)
from store.errors import LogCorrupt, StoreError, UnknownProjection
from store.indexes import EntryT, Index, entries_from, update
from store.log import EventLog
from store.records import Recorded
from store.tables import documents as document_table
from store.tables import page, read_head

BATCH_EVENTS = 256  # what one transaction applies
# The documents of a projection are counted again, by which missing ones show, after so long.
COUNTED_FOR_S = 1.0
MOST_REPAIRS = 2  # after which a reading gives up: the database itself is damaged

ResultT = TypeVar("ResultT")


class Rebuilt(UserWarning):
    """Stored documents were damaged, and were made again from the log."""


class Projections:
    """Keeps the documents of some projections beside the log they come from.

    Every reading is of one snapshot and up to date with the log: events that are not yet in the
    documents are applied first. If documents are missing or don't decode, all are made again from
    the log, with the warning `Rebuilt`.

    Threads and processes may use the same ones at once.

    Readings raise:
        UnknownProjection: the projection is none of these.
        StoreError: as for `catch_up`.
    """

    def __init__(
        self,
        log: EventLog,
        projections: Iterable[Projection[Any]],
        indexes: Iterable[Index[Any, Any]] = (),
    ) -> None:
        """Take the projections of a log, and indexes of their documents.

        Raises:
            ValueError: two of them have the same name.
        """
        projections, indexes = list(projections), list(indexes)
        self._log = log
        self._projections = {projection.name: projection for projection in projections}
        self._indexes = {
            name: [index for index in indexes if index.of.name == name]
            for name in self._projections
        }
        stored: list[Stored[Any]] = [*projections, *indexes]
        self._stored = {each.name: each for each in stored}
        if len(self._stored) < len(stored):
            raise ValueError("two projections have the same name")
        self._counted_at: dict[str, float] = {}

    def catch_up(self) -> None:
        """Apply every event that is not yet in the documents, a batch at a time.

        A projection whose version is not the one that made its documents starts anew.

        Raises:
            InvalidDocument: a projection returned what its type doesn't restore from JSON.
            UnknownEvent: the log holds an event that this code does not know.
            LogUnavailable: the database is locked, read-only, full …
            LogCorrupt: the log is damaged, or an event names something that isn't there.
        """
        for repairing in self._repairs():
            with repairing():
                while self._is_behind_now():
                    self._apply_batch()
                return

    def keep_up(self, connection: Connection, appended: Sequence[Recorded]) -> None:
        """Apply the newest events in the transaction that appended them.

        Where these are many, or the documents damaged, that is left to the next reading, which says
        it. The events are recorded in any case.

        Args:
            connection: the writing one.
            appended: the newest events, of which there is at least one.
        """
        attempt = connection.begin_nested()
        try:
            end = appended[-1].position
            made = positions(connection, self._stored, end)
            first, last = min(made.values(), default=0), max(made.values(), default=0)
            is_near = len(made) == len(self._stored) and first == last >= end - BATCH_EVENTS
            if is_near:
                self._require_whole(connection, self._stored)
                has_others = first < end - len(appended)
                batch = self._batch(connection, first, end) if has_others else appended
                self._apply_all(connection, made, batch)
            attempt.commit()
        except (Damaged, StoreError):
            attempt.rollback()

    def get(self, projection: Projection[DocumentT], key: str) -> DocumentT | None:
        """Return a document; None if there is none with that key."""
        return self._documents(projection, [key]).get(key)

    def all(self, projection: Projection[DocumentT]) -> dict[str, DocumentT]:
        """Return all documents by key, in the order of the keys."""
        return self._documents(projection)

    def at(self, projection: Projection[DocumentT], key: str, position: int) -> DocumentT | None:
        """Return a document as it was after the event at a position; None if there was none.

        Args:
            projection: one that is ``Branching``.
            key: of the document.
            position: of any event; of a branch, one of its own.
        """
        assert isinstance(projection, Branching)  # noqa: S101 - the caller's own

        def earlier(connection: Connection) -> DocumentT | None:
            current = load(connection, projection, [key]).get(key)
            if current is None or projection.reached(current) <= position:
                return current
            history = History(connection, self._log.recorded)
            return history.document_at(projection, Origin(key, position), current)

        return self._read(projection, earlier)

    def some(
        self, projection: Projection[DocumentT], keys: Collection[str]
    ) -> dict[str, DocumentT]:
        """Return the documents with these keys, in the order of the keys; others are left out."""
        return self._documents(projection, keys)

    def entries(
        self,
        index: Index[Any, EntryT],
        beginning: str = "",
        after: str | None = None,
        limit: int | None = None,
    ) -> dict[str, EntryT]:
        """Return entries of an index by key, in the order of the keys; no document is decoded.

        Args:
            index: one of these documents.
            beginning: of the keys.
            after: the key to start behind.
            limit: at most so many.
        """
        return self._read(index, lambda c: entries_from(c, index, beginning, after, limit))

    def keys(self, projection: Projection[Any]) -> list[str]:
        """Return the keys of all documents in order; no document is decoded."""
        wanted = select(document_table.c.key).where(document_table.c.projection == projection.name)
        return sorted(self._read(projection, lambda c: c.execute(wanted).scalars().all()))

    def rebuild(self, projection: Projection[Any] | None = None) -> None:
        """Delete the documents of one projection, or of all, and make them again.

        Raises:
            UnknownProjection: the projection is none of these.
            StoreError: as for `catch_up`.
        """
        if projection is not None:
            self._require(projection)
        names = self._stored if projection is None else self._with_indexes(projection.name)
        with suppress(LogCorrupt):  # of their tables: what comes next makes them anew
            self._empty(names)
        self.catch_up()

    def differences(self) -> list[str]:
        """Return what is stored and isn't what the log gives, both as they were at one moment.

        Documents that have yet to take in the newest events are compared with the events that
        they have.

        Raises:
            StoreError: as for `catch_up`.
        """
        with self._log.database.read() as connection:
            try:
                made = positions(connection, self._stored, read_head(connection).position)
                return [
                    f"{name} {key!r} {what}"
                    for projection in self._projections.values()
                    if projection.name in made
                    for name, key, what in self._compared(connection, projection, made)
                ]
            except Damaged as damage:
                return [str(damage)]

    def _with_indexes(self, name: str) -> dict[str, Stored[Any]]:
        """A projection and its indexes, by name."""
        return {
            name: self._projections[name],
            **{index.name: index for index in self._indexes[name]},
        }

    def _require(self, projection: Stored[Any]) -> None:
        if projection.name not in self._stored:
            known = ", ".join(sorted(self._stored))
            raise UnknownProjection(f"no projection {projection.name!r}; there are: {known}")

    def _documents(
        self, projection: Projection[DocumentT], keys: Collection[str] | None = None
    ) -> dict[str, DocumentT]:
        found = self._read(projection, lambda connection: load(connection, projection, keys))
        return dict(sorted(found.items()))

    def _read(self, projection: Stored[Any], query: Callable[[Connection], ResultT]) -> ResultT:
        self._require(projection)
        for repairing in self._repairs():
            with repairing():
                while True:
                    with self._log.database.read() as connection:
                        if not self._is_behind(connection):
                            self._require_whole(connection, [projection.name])
                            with documents_told():
                                return query(connection)
                    self.catch_up()
        raise AssertionError("the last repair raises")

    def _require_whole(self, connection: Connection, names: Iterable[str]) -> None:
        """Require it of those that weren't counted just now: it takes time with their number."""
        now = monotonic()
        due = [name for name in names if now - self._counted_at.get(name, -inf) > COUNTED_FOR_S]
        if due:
            require_whole(connection, due)
            self._counted_at |= dict.fromkeys(due, now)

    def _repairs(self) -> Iterator[Callable[[], AbstractContextManager[None]]]:
        """Blocks in which damaged documents are made again, until one ends without any.

        The first repair deletes the documents, the second makes their tables anew.
        """
        for repairs in range(MOST_REPAIRS + 1):
            yield partial(self._repairing, repairs)

    @contextmanager
    def _repairing(self, repairs: int) -> Iterator[None]:
        try:
            yield
        except Damaged as damage:
            self._counted_at.clear()
            if repairs == MOST_REPAIRS:
                raise LogCorrupt(f"the stored state stays damaged ({damage})") from damage
            if repairs == 0:
                message = f"the stored state was damaged ({damage}) and is made again from the log"
                warnings.warn(message, Rebuilt, stacklevel=2)
                with suppress(LogCorrupt):
                    self._empty(self._stored)
            else:
                with self._log.database.write(only_state=True) as connection:
                    read_head(connection, lock=True)
                    make_tables_again(connection)

    def _empty(self, names: Iterable[str]) -> None:
        with self._log.database.write(only_state=True) as connection:
            read_head(connection, lock=True)
            for name in names:
                forget(connection, name)

    def _is_behind_now(self) -> bool:
        with self._log.database.read() as connection:
            return self._is_behind(connection)

    def _is_behind(self, connection: Connection) -> bool:
        end = read_head(connection).position
        made = positions(connection, self._stored, end)
        return any(made.get(name, -1) < end for name in self._stored)

    def _compared(
        self, connection: Connection, projection: Projection[Any], made: Mapping[str, int]
    ) -> Iterator[tuple[str, str, str]]:
        """Name and key of documents and entries that differ from what the log gives, and how."""
        documents = self._folded(connection, projection, made[projection.name])
        yield from _compared(connection, projection, documents)
        for index in self._indexes[projection.name]:
            if made.get(index.name) == made[projection.name]:
                yield from _compared(connection, index, index.all_entries(documents))

    def _folded(
        self, connection: Connection, projection: Projection[DocumentT], end: int
    ) -> dict[str, DocumentT]:
        """The documents after the event at a position, made in memory."""
        history = History(connection, self._log.recorded)
        documents: dict[str, DocumentT] = {}
        after = 0
        while after < end:
            rows = page(connection, after=after, limit=min(BATCH_EVENTS, end - after))
            if not rows:
                break
            fold(history, projection, documents, map(self._log.recorded, rows), documents.get)
            after, *_ = rows[-1]
        return documents

    def _apply_batch(self) -> None:
        with self._log.database.write(only_state=True) as connection:
            # The log's lock is also ours: of two who catch up at once, one waits for the other.
            end = read_head(connection, lock=True).position
            made = positions(connection, self._stored, end)
            for name in self._projections:
                group = self._with_indexes(name)
                if {made.get(each) for each in group} == {made.get(name, -1)}:
                    require_whole(connection, group)
                else:
                    for each in group:
                        forget(connection, each)
                    made |= dict.fromkeys(group, 0)
            self._apply_all(connection, made, self._batch(connection, min(made.values()), end))

    def _batch(self, connection: Connection, start: int, end: int) -> list[Recorded]:
        """The next events after a position, of a log with an end."""
        rows = page(connection, after=start, limit=BATCH_EVENTS)
        if not rows and start < end:
            raise LogCorrupt(f"the head row says position {end}, no event is after {start}")
        return [self._log.recorded(row) for row in rows]

    def _apply_all(
        self, connection: Connection, made: Mapping[str, int], batch: Sequence[Recorded]
    ) -> None:
        """Apply events to the projections that haven't got them.

        Args:
            connection: the writing one.
            made: the position that each projection and index is at, by name.
            batch: the events after the earliest of these positions, in their order.
        """
        reached: dict[str, int] = {}
        more: dict[str, int] = {}
        for name, projection in self._projections.items():
            new = [event for event in batch if event.position > made[name]]
            history = History(connection, self._log.recorded)
            more |= _apply(history, projection, new, self._indexes[name])
            at = new[-1].position if new else made[name]
            reached |= dict.fromkeys(self._with_indexes(name), at)
        mark(connection, reached, self._stored, more)


def fold(
    history: History,
    projection: Projection[DocumentT],
    documents: dict[str, DocumentT],
    events: Iterable[Recorded],
    document_before: Callable[[str], DocumentT | None],
) -> None:
    """Apply events to the documents that they belong to.

    Args:
        history: reads what branches begin as.
        projection: of the documents.
        documents: by key; they are changed.
        events: in their order.
        document_before: returns any document, with every event before the one that is applied.

    Raises:
        LogCorrupt: an event names something that isn't there.
    """
    for event in events:
        key = projection.route(event)
        if key is None:
            continue
        document = documents.get(key)
        if document is None and isinstance(projection, Branching):
            document = history.branched(projection, event, document_before)
        document = applied(projection, document, event)
        if document is not None:
            documents[key] = document


def _compared(
    connection: Connection, stored: Stored[Any], given: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    require_whole(connection, [stored.name])
    found = load(connection, stored)
    for key in sorted(found.keys() | given.keys()):
        if key not in found:
            yield stored.name, key, "is missing"
        elif key not in given:
            yield stored.name, key, "is not in the log"
        elif found[key] != given[key]:
            yield stored.name, key, "differs from the log"


def _apply(
    history: History,
    projection: Projection[Any],
    events: Sequence[Recorded],
    indexes: Sequence[Index[Any, Any]],
) -> dict[str, int]:
    """Apply events to a projection and its indexes; returns how many documents more each has."""
    connection = history.connection
    routed = {key for event in events if (key := projection.route(event)) is not None}

    def stored(keys: Iterable[str]) -> dict[str, Any]:
        return load(connection, projection, list(keys))

    before = stored(routed)
    changed = dict(before)
    fold(
        history, projection, changed, events, lambda key: changed.get(key) or stored([key]).get(key)
    )
    save(connection, projection, changed)
    more = {index.name: update(connection, index, before, changed) for index in indexes}
    return more | {projection.name: len(changed) - len(before)}
