"""Commands, as a person can type them."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[\w./:\\@%+=,~-]+")


def typed(word: object) -> str:
    """A word of a command line, in the quotation marks that it needs."""
    text = str(word)
    if _PLAIN.fullmatch(text):
        return text
    escaped = re.sub(r'(["$`])', r"\\\1", text)
    return f'"{escaped}"'
