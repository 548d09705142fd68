"""Descriptions of candidates as lines for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def in_lines(description: dict[str, Any]) -> list[str]:
    """A description, as a genome or an import gives it, in a few lines.

    A list of lists is shown bar by bar; an empty bar repeats the one before. The phrases of a
    melody and the lines of its lyrics are shown one by one. Other lists are shown as their
    distinct items.
    """
    return [line for name, value in description.items() if (line := _line(name, value))]


def _line(name: str, value: Any) -> str:
    title = name.replace("_", " ")
    if isinstance(value, list) and value and all(isinstance(bar, list) for bar in value):
        return f"{title} | " + " | ".join(_bar(bar) for bar in value) + " |"
    if name in ITEMS and value:
        return f"{title} | " + " | ".join(ITEMS[name](item) for item in value) + " |"
    if isinstance(value, list):
        words = dict.fromkeys(word for item in value if (word := _words(item)))
        return f"{title} {', '.join(words)}" if words else ""
    if isinstance(value, dict):
        items_text = ", ".join(f"{key} {_words(item)}" for key, item in value.items())
        return f"{title} {items_text}" if items_text else ""
    return f"{title} {_words(value)}" if value not in (None, "") else ""


def _bar(items: list[Any]) -> str:
    return " ".join(_words(item) for item in items) or "·"


def _phrase(phrase: dict[str, Any]) -> str:
    first, last = phrase["from_bar"], phrase["from_bar"] + phrase["bars"] - 1
    bars = f"bar {first}" if first == last else f"bars {first}–{last}"
    return f"{bars}: {phrase['notes']}"


def _sung_line(line: dict[str, Any]) -> str:
    unsung = f", {line['unsung']} of them unsung" if line["unsung"] else ""
    split = f", {line['split']} of them split for words" if line.get("split") else ""
    fit = f"{line['syllables']} syllables{unsung}, {line['notes']} notes{split}"
    return f"{line['line']}: {line['verdict']} ({fit})"


# How each item of a list with this name is shown.
ITEMS: dict[str, Callable[[dict[str, Any]], str]] = {"phrases": _phrase, "lyrics": _sung_line}


def _words(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict):
        return " ".join(f"{key} {_words(item)}" for key, item in value.items())
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)
