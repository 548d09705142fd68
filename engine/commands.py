"""Commands, as a person can type them."""

from __future__ import annotations

import re
from pathlib import Path

# The beginning of a command in what people are told, without a studio.
_COMMAND = re.compile(r"\bengine (?=[a-z])")
_PLAIN = re.compile(r"[\w./:\\@%+=,~-]+")


def typed(word: object) -> str:
    """A word of a command line, in the quotation marks that it needs."""
    text = str(word)
    if _PLAIN.fullmatch(text):
        return text
    escaped = re.sub(r'(["$`])', r"\\\1", text)
    return f'"{escaped}"'


def in_studio(text: str, studio: Path | None) -> str:
    """A text with every command in it as it must be typed to work in the same studio.

    Args:
        text: such as ``"run engine evolve --song meadow"``.
        studio: what ``--studio`` said; None if it wasn't given.
    """
    if studio is None:
        return text
    named = f"engine --studio {typed(studio)} "
    return _COMMAND.sub(lambda _: named, text)
