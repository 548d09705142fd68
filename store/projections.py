"""Views of the log: documents folded from events, which can always be made again.

A projection says which document an event belongs to and what the document becomes. The rows and
the position up to which they are made are committed together, so that a document never has seen an
event twice, or missed one.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from store.branches import Branching, History, Origin
from store.errors import InvalidDocument, LogCorrupt, UnknownProjection
from store.log import EventLog
from store.plain import NotPlain, canonical
from store.records import Recorded
from store.tables import documents as document_table
from store.tables import page, read_head
from store.tables import projections as position_table

BATCH_EVENTS = 256  # what one transaction applies

# Under this name the documents table keeps how many documents each projection has.
COUNTS = "projections"

DocumentT = TypeVar("DocumentT")
ResultT = TypeVar("ResultT")


class Projection(Protocol[DocumentT]):
    """One view. `route` and `apply` are pure: no clock, no randomness, no other documents.

    Attributes:
        name: names the view in the database.
        version: raised when the code would make other documents, which makes them all again.
        document: the type of the documents, from which msgspec encodes and decodes them.
    """

    @property
    def name(self) -> str:
        """The name of the view in the database."""

    @property
    def version(self) -> int:
        """The version of the code that makes the documents."""

    @property
    def document(self) -> type[DocumentT]:
        """The type of the documents."""

    def route(self, recorded: Recorded) -> str | None:
        """Return the key of the document that the event changes; None if it changes none."""

    def apply(self, document: DocumentT | None, recorded: Recorded) -> DocumentT | None:
        """Return the document after the event; ``document`` is None if there is none yet."""


class Rebuilt(UserWarning):
    """Stored documents were damaged, and were made again from the log."""


class _Damaged(Exception):
    """A stored document is not what was stored."""


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

    def __init__(self, log: EventLog, projections: Iterable[Projection[Any]]) -> None:
        """Take the projections of a log.

        Raises:
            ValueError: two of them have the same name.
        """
        projections = list(projections)
        self._log = log
        self._projections = {projection.name: projection for projection in projections}
        if len(self._projections) < len(projections):
            raise ValueError("two projections have the same name")

    def catch_up(self) -> None:
        """Apply every event that is not yet in the documents, a batch at a time.

        A projection whose version is not the one that made its documents starts anew.

        Raises:
            InvalidDocument: a projection returned what its type doesn't restore from JSON.
            UnknownEvent: the log holds an event that this code does not know.
            LogUnavailable: the database is locked, read-only, full …
            LogCorrupt: the log is damaged.
        """
        while True:
            with self._log.database.read() as connection:
                if not self._is_behind(connection):
                    return
            try:
                self._apply_batch()
            except _Damaged as damage:
                self._make_again(damage)

    def get(self, projection: Projection[DocumentT], key: str) -> DocumentT | None:
        """Return a document; None if there is none with that key."""
        wanted = _documents_of(projection).where(document_table.c.key == key)
        return self._documents(projection, wanted).get(key)

    def all(self, projection: Projection[DocumentT]) -> dict[str, DocumentT]:
        """Return all documents by key, in the order of the keys."""
        return self._documents(projection, _documents_of(projection))

    def at(self, projection: Projection[DocumentT], key: str, position: int) -> DocumentT | None:
        """Return a document as it was after the event at a position; None if there was none.

        Args:
            projection: one that is ``Branching``.
            key: of the document.
            position: of any event; of a branch, one of its own.
        """
        assert isinstance(projection, Branching)  # noqa: S101 - the caller's own

        def earlier(connection: Connection) -> DocumentT | None:
            wanted = _documents_of(projection).where(document_table.c.key == key)
            current = _load(connection, projection, wanted).get(key)
            if current is None or projection.reached(current) <= position:
                return current
            history = History(connection, self._log.recorded)
            return history.document_at(projection, Origin(key, position), current)

        return self._read(projection, earlier)

    def containing(self, projection: Projection[DocumentT], text: str) -> dict[str, DocumentT]:
        """Return, by key, the documents in whose JSON a text occurs; its case may be ignored."""
        occurs = document_table.c.body.contains(text, autoescape=True)
        return self._documents(projection, _documents_of(projection).where(occurs))

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
        names = list(self._projections) if projection is None else [projection.name]
        with self._log.database.write() as connection:
            read_head(connection, lock=True)
            for each in names:
                _forget(connection, each)
        self.catch_up()

    def _require(self, projection: Projection[Any]) -> None:
        if projection.name not in self._projections:
            known = ", ".join(sorted(self._projections))
            raise UnknownProjection(f"no projection {projection.name!r}; there are: {known}")

    def _documents(
        self, projection: Projection[DocumentT], wanted: Select[str, str]
    ) -> dict[str, DocumentT]:
        found = self._read(projection, lambda connection: _load(connection, projection, wanted))
        return dict(sorted(found.items()))

    def _read(self, projection: Projection[Any], query: Callable[[Connection], ResultT]) -> ResultT:
        self._require(projection)
        while True:
            try:
                with self._log.database.read() as connection:
                    if not self._is_behind(connection):
                        _require_whole(connection, projection.name)
                        return query(connection)
                self.catch_up()
            except _Damaged as damage:
                self._make_again(damage)

    def _make_again(self, damage: _Damaged) -> None:
        message = f"the stored state was damaged ({damage}) and is made again from the log"
        warnings.warn(message, Rebuilt, stacklevel=2)
        self.rebuild()

    def _is_behind(self, connection: Connection) -> bool:
        end = read_head(connection).position
        made = self._positions(connection)
        return any(made.get(name, -1) < end for name in self._projections)

    def _positions(self, connection: Connection) -> dict[str, int]:
        """Return how far each projection came with its present version."""
        rows = connection.execute(select(position_table)).all()
        return {
            row.name: row.position
            for row in rows
            if row.name in self._projections and row.version == self._projections[row.name].version
        }

    def _apply_batch(self) -> None:
        with self._log.database.write() as connection:
            # The log's lock is also ours: of two who catch up at once, one waits for the other.
            end = read_head(connection, lock=True).position
            made = self._positions(connection)
            for name in self._projections.keys() - made.keys():
                _forget(connection, name)
                made[name] = 0
            start = min(made.values())
            rows = page(connection, after=start, limit=BATCH_EVENTS)
            if not rows and start < end:
                raise LogCorrupt(f"the head row says position {end}, no event is after {start}")
            batch = [self._log.recorded(row) for row in rows]
            for name, projection in self._projections.items():
                new = [event for event in batch if event.position > made[name]]
                _apply(History(connection, self._log.recorded), projection, new)
                reached = new[-1].position if new else made[name]
                _mark(connection, projection, reached)


def _apply(history: History, projection: Projection[Any], events: Sequence[Recorded]) -> None:
    connection = history.connection
    _require_whole(connection, projection.name)
    routed = [(key, event) for event in events if (key := projection.route(event)) is not None]
    keys = sorted({key for key, _ in routed})
    wanted = _documents_of(projection).where(document_table.c.key.in_(keys))
    changed = _load(connection, projection, wanted)

    def load(key: str) -> Any:
        of_key = _documents_of(projection).where(document_table.c.key == key)
        return changed.get(key) or _load(connection, projection, of_key).get(key)

    for key, event in routed:
        document = changed.get(key)
        if document is None and isinstance(projection, Branching):
            document = history.branched(projection, event, load)
        document = projection.apply(document, event)
        if document is not None:
            changed[key] = document
    _save(connection, projection, changed)


def _documents_of(projection: Projection[Any]) -> Select[str, str]:
    table = document_table.c
    return select(table.key, table.body).where(table.projection == projection.name)


def _load(
    connection: Connection, projection: Projection[DocumentT], wanted: Select[str, str]
) -> dict[str, DocumentT]:
    return {key: _decode(projection, key, body) for key, body in connection.execute(wanted)}


def _decode(projection: Projection[DocumentT], key: str, body: str) -> DocumentT:
    try:
        return msgspec.json.decode(body, type=projection.document)
    except (msgspec.DecodeError, TypeError) as error:  # TypeError: the row holds a number
        raise _Damaged(f"{projection.name} {key!r}: {error}") from error


def _save(
    connection: Connection, projection: Projection[DocumentT], changed: dict[str, DocumentT]
) -> None:
    name = projection.name
    rows = [
        {"projection": name, "key": key, "body": _encode(projection, key, document)}
        for key, document in sorted(changed.items())
    ]
    if rows:
        _delete(connection, name, changed)
        connection.execute(insert(document_table), rows)
        _keep_count(connection, name)


def _encode(projection: Projection[DocumentT], key: str, document: DocumentT) -> str:
    """The canonical text of a document that comes back from it as it is."""
    try:
        text = canonical(document)
        is_faithful = msgspec.json.decode(text, type=projection.document) == document
    except (NotPlain, msgspec.MsgspecError, TypeError) as error:
        raise InvalidDocument(
            f"projection {projection.name!r}, document {key!r}: {error}"
        ) from error
    if not is_faithful:
        what = f"projection {projection.name!r}, document {key!r}"
        raise InvalidDocument(f"{what}: it would not come back from JSON as it is")
    return text


def _delete(connection: Connection, name: str, keys: Iterable[str]) -> None:
    table = document_table.c
    ours = (table.projection == name) & (table.key == bindparam("old_key"))
    connection.execute(delete(document_table).where(ours), [{"old_key": key} for key in keys])


def _count(connection: Connection, name: str) -> str:
    """The stored number of documents of a projection."""
    wanted = select(func.count()).where(document_table.c.projection == name)
    return str(connection.execute(wanted).scalar())


def _keep_count(connection: Connection, name: str) -> None:
    """Store the number of documents of a projection, so that a lost document is noticed."""
    _delete(connection, COUNTS, [name])
    row = {"projection": COUNTS, "key": name, "body": _count(connection, name)}
    connection.execute(insert(document_table).values(**row))


def _require_whole(connection: Connection, name: str) -> None:
    table = document_table.c
    kept = select(table.body).where((table.projection == COUNTS) & (table.key == name))
    count = _count(connection, name)
    stored = connection.execute(kept).scalar()
    if stored != count:
        raise _Damaged(f"{name}: {count} documents in the place of {stored or 'an unknown number'}")


def _mark(connection: Connection, projection: Projection[Any], position: int) -> None:
    connection.execute(delete(position_table).where(position_table.c.name == projection.name))
    row = {"name": projection.name, "version": projection.version, "position": position}
    connection.execute(insert(position_table).values(**row))


def _forget(connection: Connection, name: str) -> None:
    connection.execute(delete(document_table).where(document_table.c.projection == name))
    connection.execute(delete(position_table).where(position_table.c.name == name))
    _keep_count(connection, name)
