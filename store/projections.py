"""Views of the log: documents folded from events, which can always be made again.

A projection says which document an event belongs to and what the document becomes. The rows and
the position up to which they are made are committed together, so that a document never has seen an
event twice, or missed one.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from store.errors import InvalidDocument, LogCorrupt, UnknownProjection
from store.log import EventLog
from store.plain import NotPlain, plain_document
from store.records import Recorded
from store.tables import documents as document_table
from store.tables import page, read_head
from store.tables import projections as position_table

BATCH_EVENTS = 256  # what one transaction applies

Document = dict[str, Any]  # plain JSON data


class Projection(Protocol):
    """One view. `route` and `apply` are pure: no clock, no randomness, no other documents.

    Attributes:
        name: names the view in the database.
        version: raised when the code would make other documents, which makes them all again.
    """

    @property
    def name(self) -> str:
        """The name of the view in the database."""

    @property
    def version(self) -> int:
        """The version of the code that makes the documents."""

    def route(self, recorded: Recorded) -> str | None:
        """Return the key of the document that the event changes; None if it changes none."""

    def apply(self, document: Document | None, recorded: Recorded) -> Document:
        """Return what the document, None if it is new, becomes by the event."""


class Projections:
    """Keeps the documents of some projections beside the log they come from.

    Threads and processes may use the same ones at once.
    """

    def __init__(self, log: EventLog, projections: Iterable[Projection]) -> None:
        """Take the projections of a log; `catch_up` makes the documents.

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
            InvalidDocument: a projection returned something else than plain JSON data.
            UnknownEvent: the log holds an event that this code does not know.
            LogUnavailable: the database is locked, read-only, full …
            LogCorrupt: the log is damaged.
        """
        while self._is_behind():
            self._apply_batch()

    def get(self, name: str, key: str) -> Document | None:
        """Return a document as of the last `catch_up`; None if there is none with that key.

        Raises:
            UnknownProjection: there is no projection of that name.
            LogUnavailable: the database cannot be read.
        """
        self._require(name)
        with self._log.database.read() as connection:
            return _load(connection, name, [key]).get(key)

    def all(self, name: str) -> dict[str, Document]:
        """Return all documents of a projection by key, in the order of the keys.

        Raises:
            UnknownProjection: there is no projection of that name.
            LogUnavailable: the database cannot be read.
        """
        self._require(name)
        with self._log.database.read() as connection:
            found = _load(connection, name)
        return dict(sorted(found.items()))

    def rebuild(self, name: str | None = None) -> None:
        """Delete the documents of one projection, or of all, and make them again.

        Raises:
            UnknownProjection: there is no projection of that name.
            StoreError: as for `catch_up`.
        """
        names = list(self._projections) if name is None else [self._require(name).name]
        with self._log.database.write() as connection:
            read_head(connection, lock=True)
            for each in names:
                _forget(connection, each)
        self.catch_up()

    def _require(self, name: str) -> Projection:
        try:
            return self._projections[name]
        except KeyError:
            known = ", ".join(sorted(self._projections))
            raise UnknownProjection(f"no projection {name!r}; there are: {known}") from None

    def _is_behind(self) -> bool:
        with self._log.database.read() as connection:
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
                _apply(connection, projection, new)
                reached = new[-1].position if new else made[name]
                _mark(connection, projection, reached)


def _apply(connection: Connection, projection: Projection, events: Sequence[Recorded]) -> None:
    routed = [(key, event) for event in events if (key := projection.route(event)) is not None]
    changed = _load(connection, projection.name, {key for key, _ in routed})
    for key, event in routed:
        changed[key] = projection.apply(changed.get(key), event)
    _save(connection, projection.name, changed)


def _load(
    connection: Connection, name: str, keys: Iterable[str] | None = None
) -> dict[str, Document]:
    table = document_table.c
    wanted = select(table.key, table.body).where(table.projection == name)
    if keys is not None:
        wanted = wanted.where(table.key.in_(sorted(keys)))
    return {key: msgspec.json.decode(body) for key, body in connection.execute(wanted)}


def _save(connection: Connection, name: str, changed: dict[str, Document]) -> None:
    rows = [
        {"projection": name, "key": key, "body": _body(name, key, document)}
        for key, document in sorted(changed.items())
    ]
    if rows:
        table = document_table.c
        ours = (table.projection == name) & (table.key == bindparam("changed_key"))
        old = [{"changed_key": key} for key in changed]
        connection.execute(delete(document_table).where(ours), old)
        connection.execute(insert(document_table), rows)


def _body(name: str, key: str, document: Document) -> str:
    try:
        return plain_document(document)
    except NotPlain as error:
        raise InvalidDocument(f"projection {name!r}, document {key!r}: {error}") from error


def _mark(connection: Connection, projection: Projection, position: int) -> None:
    connection.execute(delete(position_table).where(position_table.c.name == projection.name))
    row = {"name": projection.name, "version": projection.version, "position": position}
    connection.execute(insert(position_table).values(**row))


def _forget(connection: Connection, name: str) -> None:
    connection.execute(delete(document_table).where(document_table.c.projection == name))
    connection.execute(delete(position_table).where(position_table.c.name == name))
