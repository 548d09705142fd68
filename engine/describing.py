"""What a candidate's description says, in lines for people."""

from __future__ import annotations

from typing import Any


def in_lines(description: dict[str, Any]) -> list[str]:
    """A description, as a genome or an import gives it, in a few lines.

    A list of lists is read bar by bar, in which an empty bar holds the one before; other lists
    are read as what occurs in them.
    """
    return [line for name, value in description.items() if (line := _line(name, value))]


def _line(name: str, value: Any) -> str:
    title = name.replace("_", " ")
    if isinstance(value, list) and value and all(isinstance(bar, list) for bar in value):
        return f"{title} | " + " | ".join(_bar(bar) for bar in value) + " |"
    if isinstance(value, list):
        words = dict.fromkeys(word for item in value if (word := _words(item)))
        return f"{title} {', '.join(words)}" if words else ""
    if isinstance(value, dict):
        said = ", ".join(f"{key} {_words(item)}" for key, item in value.items())
        return f"{title} {said}" if said else ""
    return f"{title} {_words(value)}" if value not in (None, "") else ""


def _bar(items: list[Any]) -> str:
    return " ".join(_words(item) for item in items) or "·"


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return " ".join(f"{key} {_words(item)}" for key, item in value.items())
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)
