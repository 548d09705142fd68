"""Recognises song proposals among the other documents in a songwriter's folders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.proposals.texts import read_name

# A document with at least two of these may be a proposal.
IDENTIFYING_FIELDS = frozenset({"bpm", "key", "rainbow_color"})

# Only proposals have this one; documents that people didn't name must have it.
REQUIRED_FIELD = "rainbow_color"

LIST_FIELD = "iterations"
THREAD_FIELD = "thread_id"
INDEX_FIELD = "threads"


def is_proposal(document: Any) -> bool:
    """Whether a document found in a folder is a song proposal, judged by its fields."""
    return _count_identifying_fields(document) >= 2 and REQUIRED_FIELD in document


def may_be_proposal(document: Any) -> bool:
    """Whether a document that a person named can be a proposal; one field may be missing."""
    return _count_identifying_fields(document) >= 2


def items_of(document: Any) -> Iterator[tuple[int, Any]]:
    """The documents in a file: a single one with number 0, those of a list numbered from 1."""
    listed = document.get(LIST_FIELD) if isinstance(document, dict) else document
    if isinstance(listed, list) and not is_proposal(document):
        yield from enumerate(listed, start=1)
    else:
        yield 0, document


def thread_id_in(document: Any) -> str | None:
    """The thread that a manifest, a list or an index row names."""
    return read_name(document, THREAD_FIELD).value if isinstance(document, dict) else None


def index_rows(document: Any) -> list[Any] | None:
    """The rows of an index of threads, or None if the document is no index."""
    rows = document.get(INDEX_FIELD) if isinstance(document, dict) else None
    return rows if isinstance(rows, list) else None


def _count_identifying_fields(document: Any) -> int:
    return len(IDENTIFYING_FIELDS.intersection(document)) if isinstance(document, dict) else 0
