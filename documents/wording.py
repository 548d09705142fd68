"""Words for people: one-line texts that are safe to print, and slugs that last."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

MAX_SHOWN = 60
MAX_SLUG = 48

# Control characters, lone surrogates, line and paragraph separators: nothing a title needs, and
# all that a terminal or a log line could stumble over.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})

# Letters that have no decomposition into a plain letter and a mark.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_APOSTROPHES = str.maketrans("", "", "'’‘`´")


def one_line(text: str) -> str:
    """The text on one line: no control characters, every run of white space a single space."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (" " if unicodedata.category(sign) in _UNPRINTABLE else sign for sign in text)
    return " ".join("".join(kept).split())


def shown(value: Any) -> str:
    """A value as a message shows it: texts as they are, the rest as JSON; one line, cut short."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    line = one_line(text) or '""'
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 1] + "…"


def slug(text: str) -> str:
    """A short ASCII name, such as ``seance-engine`` for "Séance Engine"; may be empty."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN_LETTERS))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    words = re.sub(r"[^a-z0-9]+", "-", plain.translate(_APOSTROPHES))
    return words.strip("-")[:MAX_SLUG].rstrip("-")
