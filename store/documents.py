"""The stored documents of projections: a row for each, which can be told from a damaged one.

A row's text is the document as JSON and, on a second line, a hash of the projection, the key and
that JSON: a row that was changed, cut or exchanged for another doesn't fit it. Beside the documents
stands one row for each projection with their number and the position that they are made up to.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, exc, func, insert, select

from store.database import as_store_error
from store.errors import InvalidDocument, LogCorrupt
from store.plain import NotPlain, canonical
from store.records import Recorded
from store.statements import Statement
from store.tables import documents as document_table
from store.tables import projections as position_table

# Under this name the documents table keeps what it should hold of each projection.
COUNTS = "projections"

# Made once: to build a statement takes longer than to run it.
_OURS = document_table.c.projection == bindparam("of")
_ALL = Statement(select(document_table.c.key, document_table.c.body).where(_OURS))
_INSERT = Statement(insert(document_table))
_REMOVE = Statement(
    delete(document_table).where(_OURS & (document_table.c.key == bindparam("old_key")))
)
_REMOVE_ALL = Statement(delete(document_table).where(_OURS))
_POSITIONS = Statement(select(position_table))
_INSERT_POSITION = Statement(insert(position_table))
_REMOVE_POSITION = Statement(
    delete(position_table).where(position_table.c.name == bindparam("old_name"))
)

DocumentT = TypeVar("DocumentT")
StoredT_co = TypeVar("StoredT_co", covariant=True)


class Stored(Protocol[StoredT_co]):
    """What documents are stored as.

    Attributes:
        name: names them in the database.
        version: raised when the code would make other documents, which makes them all again.
        document: the type of the documents, from which msgspec encodes and decodes them.
    """

    @property
    def name(self) -> str:
        """Their name in the database."""

    @property
    def version(self) -> int:
        """The version of the code that makes the documents."""

    @property
    def document(self) -> type[StoredT_co]:
        """The type of the documents."""


class Projection(Stored[DocumentT], Protocol[DocumentT]):
    """One view. `route` and `apply` are pure: no clock, no randomness, no other documents."""

    def route(self, recorded: Recorded) -> str | None:
        """Return the key of the document that the event changes; None if it changes none."""

    def apply(self, document: DocumentT | None, recorded: Recorded) -> DocumentT | None:
        """Return the document after the event; ``document`` is None if there is none yet.

        Raises:
            LookupError: the event names something that the document doesn't have.
        """


class Applies(Protocol[DocumentT]):
    """What makes the next document of an event; see `Projection.apply`."""

    def apply(self, document: DocumentT | None, recorded: Recorded) -> DocumentT | None:
        """Return the document after the event."""


class Damaged(Exception):
    """The stored documents are not what was stored. It never leaves the store."""


class Kept(NamedTuple):
    """What should be stored of a projection."""

    documents: int
    version: int
    position: int


Stores = Mapping[str, Stored[Any]]


class Made(NamedTuple):
    """How far a projection came."""

    name: str
    version: int
    position: int


def applied(
    projection: Applies[DocumentT], document: DocumentT | None, recorded: Recorded
) -> DocumentT | None:
    """Return the document after an event.

    Raises:
        LogCorrupt: the event names something that isn't there: it stands in the wrong place.
    """
    try:
        return projection.apply(document, recorded)
    except LookupError as error:
        raise LogCorrupt(
            f"event {recorded.position} ({recorded.event_id}): {recorded.kind} in stream "
            f"{recorded.stream!r} is in the wrong place: there is no {error} before it"
        ) from error


@contextmanager
def documents_told() -> Iterator[None]:
    """Let what the database says of damaged tables of documents leave the block as `Damaged`."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error) as error:
        meant = as_store_error(error)
        if isinstance(meant, LogCorrupt):
            raise Damaged(str(meant)) from error
        raise


@documents_told()
def positions(connection: Connection, projections: Stores, end: int) -> dict[str, int]:
    """Return how far each projection came with its present version; others are left out.

    Args:
        connection: one that reads, or the writing one.
        projections: by name.
        end: position of the last event.

    Raises:
        Damaged: what is stored of a projection contradicts itself.
    """
    made = {row[0]: Made(*row) for row in _POSITIONS.rows(connection)}
    kept: dict[str, object] = dict(map(tuple, _ALL.rows(connection, of=COUNTS)))
    found: dict[str, int] = {}
    for name, projection in projections.items():
        row, stored = made.get(name), _kept(name, kept.get(name))
        if stored is None:
            if row is not None and row.version == projection.version and kept.get(name) is None:
                raise Damaged(f"{name}: the number of its documents is missing")
            continue  # never made, or by a release that kept less
        if row is None or (row.version, row.position) != (stored.version, stored.position):
            raise Damaged(f"{name}: it is not at event {stored.position}, as it should be")
        if stored.position > end:
            raise Damaged(f"{name}: it is at event {stored.position}, the log ends at {end}")
        if stored.version == projection.version:
            found[name] = stored.position
    return found


@documents_told()
def require_whole(connection: Connection, names: Collection[str]) -> None:
    """Require that there are as many documents of some projections as were stored.

    Raises:
        Damaged: there are more, or fewer.
    """
    bodies = dict(map(tuple, _ALL.rows(connection, of=COUNTS)))
    numbers = _numbers(connection, names)
    for name in names:
        kept, count = _kept(name, bodies.get(name)), numbers.get(name, 0)
        if kept is None or kept.documents != count:
            stored = "an unknown number" if kept is None else kept.documents
            raise Damaged(f"{name}: {count} documents in the place of {stored}")


def documents_of(projection: Stored[Any]) -> Select[str, str]:
    """The statement that selects keys and rows of all documents of a projection."""
    table = document_table.c
    return select(table.key, table.body).where(table.projection == projection.name)


@documents_told()
def load(
    connection: Connection, projection: Stored[DocumentT], keys: Collection[str] | None = None
) -> dict[str, DocumentT]:
    """Return the documents with some keys, or all, by key.

    Raises:
        Damaged: a row is not as it was stored.
    """
    if keys is None:
        rows = _ALL.rows(connection, of=projection.name)
    elif keys:
        named = {f"key_{index}": key for index, key in enumerate(keys)}
        rows = _with_keys(len(named)).rows(connection, of=projection.name, **named)
    else:
        rows = []
    return {key: _decode(projection, key, body) for key, body in rows}


@documents_told()
def load_selected(
    connection: Connection, projection: Stored[DocumentT], wanted: Select[str, str]
) -> dict[str, DocumentT]:
    """Return the documents that a statement selects, by key. Raises as ``load``."""
    rows = connection.execute(wanted).all()
    return {key: _decode(projection, key, body) for key, body in rows}


@lru_cache(maxsize=64)
def _with_keys(count: int) -> Statement:
    table = document_table.c
    names: list[Any] = [bindparam(f"key_{index}") for index in range(count)]
    return Statement(select(table.key, table.body).where(_OURS & table.key.in_(names)))


@documents_told()
def save(
    connection: Connection, projection: Stored[DocumentT], changed: Mapping[str, DocumentT]
) -> None:
    """Store documents in the place of those with the same keys.

    Raises:
        InvalidDocument: one is not what its type restores from JSON.
    """
    name = projection.name
    rows = [
        (name, key, _encode(projection, key, document)) for key, document in sorted(changed.items())
    ]
    if rows:
        remove(connection, name, list(changed))
        _INSERT.run(connection, rows)


@documents_told()
def mark(
    connection: Connection,
    reached: Mapping[str, int],
    projections: Stores,
    more: Mapping[str, int],
) -> None:
    """Store how far some projections came, and how many documents each has.

    Args:
        connection: the writing one.
        reached: position of the last event that is in each, by name.
        projections: by name.
        more: how many documents more each has than was stored; those of which nothing was stored
            are counted, which takes time with their number.
    """
    bodies = dict(map(tuple, _ALL.rows(connection, of=COUNTS)))
    known = {name: _kept(name, bodies.get(name)) for name in reached}
    numbers = {name: kept.documents + more[name] for name, kept in known.items() if kept}
    uncounted = [name for name in reached if name not in numbers]
    numbers |= _numbers(connection, uncounted) if uncounted else {}
    made = [Made(name, projections[name].version, at) for name, at in reached.items()]
    texts = {each.name: " ".join(map(str, (numbers.get(each.name, 0), *each[1:]))) for each in made}
    _REMOVE_POSITION.run(connection, [(name,) for name in reached])
    _INSERT_POSITION.run(connection, made)
    remove(connection, COUNTS, list(reached))
    counts = [(COUNTS, name, _signed(COUNTS, name, text)) for name, text in texts.items()]
    _INSERT.run(connection, counts)


def forget(connection: Connection, name: str) -> None:
    """Delete everything that is stored of a projection."""
    _REMOVE_ALL.run(connection, [(name,)])
    _REMOVE_POSITION.run(connection, [(name,)])
    remove(connection, COUNTS, [name])


@documents_told()
def remove(connection: Connection, name: str, keys: list[str]) -> None:
    """Delete the documents of a projection with these keys."""
    if keys:
        _REMOVE.run(connection, [(name, key) for key in keys])


def make_tables_again(connection: Connection) -> None:
    """Make the two tables of projections anew, empty."""
    tables = [document_table, position_table]
    document_table.metadata.drop_all(connection, tables=tables)
    document_table.metadata.create_all(connection, tables=tables)


def _numbers(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """The number of documents of those projections that have any."""
    named = {f"name_{index}": name for index, name in enumerate(names)}
    return dict(map(tuple, _counting(len(named)).rows(connection, **named)))


@lru_cache(maxsize=64)
def _counting(projections: int) -> Statement:
    name = document_table.c.projection
    names: list[Any] = [bindparam(f"name_{index}") for index in range(projections)]
    return Statement(select(name, func.count()).where(name.in_(names)).group_by(name))


def _kept(name: str, body: object) -> Kept | None:
    """What a projection's row says; None where there is none, or one of an older release.

    Raises:
        Damaged: it is not as it was stored.
    """
    if body is None or (isinstance(body, str) and body.isdecimal()):
        return None
    return Kept(*map(int, _checked(COUNTS, name, body).split()))


def _decode(projection: Stored[DocumentT], key: str, body: object) -> DocumentT:
    text = _checked(projection.name, key, body)
    try:
        return msgspec.json.decode(text, type=projection.document)
    except msgspec.DecodeError as error:
        raise Damaged(f"{projection.name} {key!r}: {error}") from error


def _encode(projection: Stored[DocumentT], key: str, document: DocumentT) -> str:
    """The canonical text of a document that comes back from it as it is, with its hash."""
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
    return _signed(projection.name, key, text)


def _signed(projection: str, key: str, text: str) -> str:
    return f"{text}\n{_digest(projection, key, text)}"


def _checked(projection: str, key: str, body: object) -> str:
    text, _, digest = body.rpartition("\n") if isinstance(body, str) else ("", "", "")
    if digest != _digest(projection, key, text):
        raise Damaged(f"{projection} {key!r} is not as it was stored")
    return text


def _digest(projection: str, key: str, text: str) -> str:
    return sha256(f"{projection}\0{key}\0{text}".encode("utf-8", "replace")).hexdigest()
