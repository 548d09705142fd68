"""Indexes: what is listed and looked up of many documents without reading these.

An index holds small entries, each made of one document of a projection. They are stored as
documents are, in the transaction that stores the documents, and made again with them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, collate

from store.documents import DocumentT, Projection, documents_of, load_selected, remove, save
from store.tables import documents as document_table

EntryT = TypeVar("EntryT")

_LAST_CHARACTER = chr(0x10FFFF)


@dataclass(frozen=True)
class Index(Generic[DocumentT, EntryT]):
    """The entries of a projection's documents.

    Attributes:
        name: names it in the database, beside the projections.
        version: raised when the code would make other entries, which makes them all again.
        document: the type of the entries, from which msgspec encodes and decodes them.
        of: the projection.
        entries: returns the entries of a document, given its key, by their own keys; no two
            documents have one in common.
    """

    name: str
    version: int
    document: type[EntryT]
    of: Projection[DocumentT]
    entries: Callable[[str, DocumentT], Mapping[str, EntryT]]

    def all_entries(self, documents: Mapping[str, DocumentT]) -> dict[str, EntryT]:
        """Return the entries of some documents."""
        return {
            name: entry
            for key, document in documents.items()
            for name, entry in self.entries(key, document).items()
        }


def update(
    connection: Connection,
    index: Index[Any, Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> int:
    """Store what the change of some documents changes of an index; returns how many entries more.

    Args:
        connection: the writing one.
        index: the index.
        before: the documents by key, as they are stored.
        after: the documents by key, as they become; none of them goes.
    """
    old, new = index.all_entries(before), index.all_entries(after)
    remove(connection, index.name, sorted(old.keys() - new.keys()))
    changed = {key: entry for key, entry in new.items() if key not in old or old[key] != entry}
    save(connection, index, changed)
    return len(new) - len(old)


def entries_from(
    connection: Connection,
    index: Index[Any, EntryT],
    beginning: str = "",
    after: str | None = None,
    limit: int | None = None,
) -> dict[str, EntryT]:
    """Return entries in the order of their keys.

    Args:
        connection: one that reads.
        index: the index.
        beginning: of the keys.
        after: the key to start behind.
        limit: at most so many.

    Raises:
        Damaged: a row is not as it was stored.
    """
    table = document_table.c
    key = _by_code_point(connection, table.key)
    wanted = documents_of(index)
    if beginning:
        wanted = wanted.where((key >= beginning) & (key < beginning + _LAST_CHARACTER))
    if after is not None:
        wanted = wanted.where(key > after)
    return load_selected(connection, index, wanted.order_by(key).limit(limit))


def _by_code_point(connection: Connection, column: ColumnElement[str]) -> ColumnElement[str]:
    """A column that is compared as Python compares texts: in SQLite each is."""
    return column if connection.dialect.name == "sqlite" else collate(column, "C")
