"""Documents as they were: folded from the log up to an event, and branches that begin so.

A document may begin as another one was at some event: a branch. Both have those events in common,
which stay where they are; the branch's own events follow them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple, Protocol, runtime_checkable

from sqlalchemy import Connection

from store.documents import DocumentT, Projection, applied
from store.records import Recorded
from store.tables import EventRow, positions_of, rows_at

ROWS_IN_MEMORY = 64

# Stream -> the kinds of its events that a document is made of; None for all.
Streams = Mapping[str, Collection[str] | None]


class Origin(NamedTuple):
    """What a branch begins as: the document with a key, as of the event at a position."""

    key: str
    position: int


@runtime_checkable
class Branching(Projection[DocumentT], Protocol[DocumentT]):
    """A projection whose documents know which events they are made of, and can have branches.

    ``apply`` takes, of a branch's first event, what the branch begins as.
    """

    def origin(self, recorded: Recorded) -> Origin | None:
        """Return what a branch begins as, if the event begins one."""

    def streams(self, key: str, document: DocumentT) -> Streams:
        """Return the streams with the events of a key, from its document or one of a branch."""

    def reached(self, document: DocumentT) -> int:
        """Return the position of the last event that is in a document."""


class History(NamedTuple):
    """Reads the events of documents in one snapshot of the log.

    Attributes:
        connection: the snapshot.
        recorded: makes an event of a row.
    """

    connection: Connection
    recorded: Callable[[EventRow], Recorded]

    def document_at(
        self, projection: Branching[DocumentT], origin: Origin, current: DocumentT
    ) -> DocumentT | None:
        """Return a document as it was after the event at a position; None if there was none.

        Args:
            projection: of the document.
            origin: the document and the position.
            current: the document as it is now, or a branch of it.
        """
        document: DocumentT | None = None
        for recorded in self._events(projection, origin, current):
            before = _before(projection.origin(recorded), recorded)
            if before is not None:
                document = self.document_at(projection, before, current)
            document = applied(projection, document, recorded)
        return document

    def branched(
        self,
        projection: Branching[DocumentT],
        recorded: Recorded,
        load: Callable[[str], DocumentT | None],
    ) -> DocumentT | None:
        """Return what a branch begins as, if an event begins one; else None.

        Args:
            projection: of the documents.
            recorded: the event.
            load: returns the document with a key, with every event before this one.
        """
        origin = _before(projection.origin(recorded), recorded)
        current = None if origin is None else load(origin.key)
        if origin is None or current is None:
            return None
        if projection.reached(current) <= origin.position:
            return current
        return self.document_at(projection, origin, current)

    def _events(
        self, projection: Branching[DocumentT], origin: Origin, current: DocumentT
    ) -> Iterator[Recorded]:
        streams = projection.streams(origin.key, current)
        positions = sorted(
            position
            for stream, kinds in streams.items()
            for position in positions_of(self.connection, stream, origin.position, kinds)
        )
        for start in range(0, len(positions), ROWS_IN_MEMORY):
            rows = rows_at(self.connection, positions[start : start + ROWS_IN_MEMORY])
            for recorded in map(self.recorded, rows):
                if projection.route(recorded) == origin.key:
                    yield recorded


def _before(origin: Origin | None, recorded: Recorded) -> Origin | None:
    """An origin that is no later than the event which names it, whatever that says."""
    if origin is None:
        return None
    return origin._replace(position=min(origin.position, recorded.position - 1))
