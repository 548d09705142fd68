"""Results of reading a field: a value with warnings, or a one-line reason why it was refused.

Texts that are shown to people are made here too: they are safe to print and last.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, TypeVarTuple

MAX_SHOWN = 60
MAX_SLUG = 48

# Control characters, lone surrogates, line and paragraph separators, and the signs that turn the
# order of writing: nothing a title needs, and all that a log line could stumble over.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Letters that have no decomposition into a plain letter and a mark.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_APOSTROPHES = str.maketrans("", "", "'’‘`´")


def one_line(text: str) -> str:
    """The text on one line: no control characters, every run of white space a single space."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (
        " " if unicodedata.category(sign) in _UNPRINTABLE or sign in _TURNING else sign
        for sign in text
    )
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


Value = TypeVar("Value")
Arguments = TypeVarTuple("Arguments")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A field that was read.

    Attributes:
        value: what it means.
        warnings: what had to be assumed or left out, one line each.
    """

    value: Value
    warnings: tuple[str, ...] = ()


class UnreadableError(ValueError):
    """A field or file that can't be read.

    Attributes:
        field: its name, as written in the document; ``file`` or ``yaml`` for the file as a whole.
        value: what stands there, short and on one line.
        accepted: what would have been accepted.
    """

    def __init__(self, field: str, value: str, accepted: str) -> None:
        super().__init__(f"{field}: {value} (accepted: {accepted})")
        self.field, self.value, self.accepted = field, value, accepted


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one song, or one file, was not taken; ``str()`` is one line.

    Attributes:
        file: relative path or bare name.
        field: the first field that could not be read.
        value: what stands there, short and on one line.
        accepted: what is accepted, with the option that overrides it where there is one.
        item: place in a list document, counted from 1; 0 outside a list.
        also: the other unreadable fields of the same song, each as
            ``field: value (accepted: …)``.
    """

    file: str
    field: str
    value: str
    accepted: str
    item: int = 0
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.file} item {self.item}" if self.item else self.file
        first = f"{self.field}: {self.value} (accepted: {self.accepted})"
        return one_line(f"{place}: {'; also '.join((first, *self.also))}")


def refusal(file: str, problems: list[UnreadableError], item: int = 0) -> Refusal:
    """One refusal for everything that is wrong with one song."""
    first, *others = problems
    also = tuple(map(str, others))
    return Refusal(file, first.field, first.value, first.accepted, item, also)


def written(document: dict[str, Any], name: str) -> str:
    """The text of a field as a document writes it, for a message."""
    return shown(document[name]) if name in document else "missing"


@dataclass
class Findings:
    """Collects the warnings and problems of one song, field by field."""

    warnings: list[str] = field(default_factory=list)
    problems: list[UnreadableError] = field(default_factory=list)

    def take(self, found: Found[Value]) -> Value:
        """Note the warnings and hand the value on."""
        self.warnings.extend(one_line(warning) for warning in found.warnings)
        return found.value

    def read(self, reader: Callable[[*Arguments], Found[Value]], *args: *Arguments) -> Value | None:
        """Take what a reader finds; None if it can't read, and then the problem is on record."""
        try:
            return self.take(reader(*args))
        except UnreadableError as problem:
            self.problems.append(problem)
            return None
