"""The text fields of a proposal: title, concept, moods, genres, singer and ids."""

from __future__ import annotations

from typing import Any

from documents.findings import Found, UnreadableError, one_line, shown, written

A_TEXT = "a text (in quotes, if it holds brackets or a colon)"

MAX_LINE = 300  # characters of a title, a name, a mood or a genre
MAX_CONCEPT = 20_000  # ten times what the longest real ones have

# Fields that an untitled song is named after; if they are empty, after its file.
TITLE_STAND_INS = ("associated_resource", "iteration_id")

# Control characters, which terminals obey; a concept keeps its line breaks and tabs.
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def read_title(document: dict[str, Any], file_stem: str) -> Found[str]:
    """The title on one line; an untitled song is named after another field or its file.

    Raises:
        UnreadableError: if the field is a list, a mapping, or too long.
    """
    title = one_line(_text(document, "title", MAX_LINE))
    if title:
        return Found(title)
    names = (read_name(document, field).value for field in TITLE_STAND_INS)
    title = f"Untitled ({next(filter(None, names), one_line(file_stem))})"
    return Found(title, (f"title: missing; called {title}",))


def read_concept(document: dict[str, Any]) -> Found[str]:
    """What the song is about; empty if missing.

    Raises:
        UnreadableError: if the field is a list, a mapping, or too long.
    """
    concept = _text(document, "concept", MAX_CONCEPT).translate(_CONTROLS).strip()
    if not concept:
        return Found("", ("concept: missing; left empty",))
    if concept.endswith('"') and concept.count('"') % 2:
        return Found(concept[:-1].rstrip(), ("concept: a stray quote at its end removed",))
    return Found(concept)


def read_words(document: dict[str, Any], *fields: str) -> Found[tuple[str, ...]]:
    """Moods or genres, from the first of these fields that isn't empty."""
    for field in fields:
        found = _words(field, document.get(field))
        if found.value or found.warnings:
            return found
    return Found(())


def read_name(document: dict[str, Any], field: str) -> Found[str | None]:
    """A name or an id; None if missing."""
    value = document.get(field)
    if value is None:
        return Found(None)
    name = _word(value)
    if name is not None:
        return Found(name or None)
    return Found(None, (f"{field}: {shown(value)} is no name; left out",))


def _text(document: dict[str, Any], field: str, limit: int) -> str:
    """A string field, or a number as a string; empty if missing."""
    value = document.get(field)
    if isinstance(value, list | dict):
        raise UnreadableError(field, written(document, field), A_TEXT)
    text = "" if value is None else str(value)
    if len(text) > limit:
        raise UnreadableError(field, f"{len(text)} characters", f"at most {limit} characters")
    return text


def _words(field: str, value: Any) -> Found[tuple[str, ...]]:
    if value is None:
        return Found(())
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        items = [items]
    words = [_word(item) for item in items]
    left_out = [item for item, word in zip(items, words, strict=True) if word is None]
    warnings = tuple(f"{field}: {shown(item)} is no word; left out" for item in left_out)
    return Found(tuple(word for word in words if word), warnings)


def _word(item: Any) -> str | None:
    """A word or name on one line; ``noise: the quiet kind``, a mapping in YAML, is joined."""
    if isinstance(item, dict) and len(item) == 1:
        ((name, rest),) = item.items()
        item = f"{name}: {rest}" if isinstance(rest, str) else item
    if isinstance(item, list | dict) or len(str(item)) > MAX_LINE:
        return None
    return "" if item is None else one_line(str(item))
