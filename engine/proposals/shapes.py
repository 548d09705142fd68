"""Telling a song proposal from the other documents that lie about in a songwriter's folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.proposals.texts import read_name

# A document with all of these is a proposal, whatever they hold.
TELLING_FIELDS = frozenset({"bpm", "key", "rainbow_color"})

# Only proposals carry this one, so with it they are known even if they lack another.
MOST_TELLING_FIELD = "rainbow_color"

LIST_FIELD = "iterations"


def is_proposal(document: Any) -> bool:
    """Whether a document is a song proposal by its shape, found in some folder."""
    return _telling_fields(document) >= 2 and MOST_TELLING_FIELD in document


def may_be_proposal(document: Any) -> bool:
    """Whether a document that a person named as a proposal can be one; one field may be missing."""
    return _telling_fields(document) >= 2


def items_of(document: Any) -> Iterator[tuple[int, Any]]:
    """The documents in a file: the file's own as item 0, or those of a list counted from 1."""
    listed = document.get(LIST_FIELD) if isinstance(document, dict) else document
    if isinstance(listed, list) and not is_proposal(document):
        yield from enumerate(listed, start=1)
    else:
        yield 0, document


def thread_id_in(document: Any) -> str | None:
    """The thread that a manifest, a list or an index row names."""
    return read_name(document, "thread_id").value if isinstance(document, dict) else None


def index_rows(document: Any) -> list[Any] | None:
    """The rows of an index of threads, or None if the document is no index."""
    rows = document.get("threads") if isinstance(document, dict) else None
    return rows if isinstance(rows, list) else None


def _telling_fields(document: Any) -> int:
    return len(TELLING_FIELDS.intersection(document)) if isinstance(document, dict) else 0
