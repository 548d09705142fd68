"""YAML as plain values: nothing is executed, and size and depth are limited.

The values are built from the parser's events one at a time, with a stack of open collections. So no
tag can name a class, no nesting can exhaust the call stack, and what the aliases of a "billion
laughs" would expand to is counted before anything is copied.

An unquoted word means what YAML 1.2 says: null, a truth value, a number, a date or simply text. So
the titles ``Yes``, ``12:30`` and ``007`` and the colour ``Y`` stay what the songwriter wrote.
"""

from __future__ import annotations

import math
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from documents.findings import UnreadableError, shown

MAX_BYTES = 4 * 1024 * 1024

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

A_FILE = "a UTF-8 YAML file, or a folder of them"
A_SIZE = f"YAML files up to {MAX_BYTES // 2**20} MiB"
MAX_NODES = 200_000  # values in one file, with every alias counted as often as it is used
MAX_DEPTH = 64

ONE_DOCUMENT = "one YAML document of plain values"
NO_TAGS = "plain YAML without tags"

_CORE_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset({"!", f"{_CORE_TAG}str"})
_PLAIN_TAGS = frozenset({f"{_CORE_TAG}{name}" for name in ("int", "float", "bool", "null")})
_COLLECTION_TAGS = frozenset({"!", f"{_CORE_TAG}map", f"{_CORE_TAG}seq"})

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _finite(text: str) -> float | str:
    """A number that JSON can hold, or else the text."""
    number = float(text)
    return number if math.isfinite(number) else text


def _iso(text: str) -> str:
    """A date and time in ISO 8601, or the text where the calendar has no such moment."""
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError:
        return text


# More than 18 digits fit no 64-bit integer, and no song has them: they stay text.
_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[str], Scalar]], ...] = (
    (re.compile(r"[-+]?(0|[1-9][0-9]{0,17})"), int),
    (re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?"), _finite),
    (
        re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[-+]\d\d:\d\d)?", re.ASCII),
        _iso,
    ),
)


def plain_scalar(text: str) -> Scalar:
    """The value of an unquoted word."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for pattern, read in _PATTERNS:
        if pattern.fullmatch(text):
            return read(text)
    return text


def load_file(path: Path) -> Any:
    """The value of a file: lists, dicts with text keys, texts, finite numbers, truth values, None.

    Raises:
        UnreadableError: if there is no such file, or it is not one plain YAML document in UTF-8.
    """
    return load_text(_text_of(path))


def _text_of(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableError("file", "is neither a file nor a folder", A_FILE)
        if status.st_size > MAX_BYTES:
            raise UnreadableError("file", f"holds {status.st_size} bytes", A_SIZE)
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("file", f"is not UTF-8 text at byte {error.start}", A_FILE) from error
    except FileNotFoundError as error:
        raise UnreadableError("file", "does not exist", A_FILE) from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        if isinstance(error, UnreadableError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise UnreadableError("file", f"can't be read: {reason}", A_FILE) from error


def may_hold(path: Path, *words: str) -> bool:
    """Whether a file may hold one of these words: it needn't be parsed where it can't.

    One that can't be looked at may; one that is too large to be read may not.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return True
        data = path.read_bytes() if status.st_size <= MAX_BYTES else b""
    except (OSError, ValueError):
        return True
    encodings = ("utf-8", "utf-16-le", "utf-16-be")
    return any(word.encode(encoding) in data for word in words for encoding in encodings)


def load_text(text: str) -> Any:
    """The value of a YAML text; see ``load_file``."""
    builder = ValueBuilder()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.feed(event)
    except yaml.YAMLError as error:
        raise UnreadableError("yaml", _explained(error, text), ONE_DOCUMENT) from error
    return builder.document()


def _explained(error: yaml.YAMLError, text: str) -> str:
    """A parser error on one line, with its line number."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return shown(str(error))
    lines = text.splitlines()
    indent = lines[mark.line] if mark.line < len(lines) else ""
    hint = " (a tab)" if "\t" in indent else ""
    return f"line {mark.line + 1}: {shown(getattr(error, 'problem', None) or error)}{hint}"


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    value: list[Any] | dict[str, Any]
    anchor: str | None
    nodes_before: int
    key: str | None = None
    merged: list[dict[str, Any]] = field(default_factory=list)

    def close(self) -> Any:
        """The finished value; what ``<<`` merged in yields to the mapping's own keys."""
        if isinstance(self.value, dict):
            for base in self.merged:
                for key, value in base.items():
                    self.value.setdefault(key, value)
        return self.value


class ValueBuilder:
    """Makes values from the parser's events; ``feed`` every event, then ask for ``document``."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._documents: list[Any] = []
        self._anchors: dict[str, tuple[Any, int, str]] = {}
        self._nodes = 0
        self._line = 0

    def document(self) -> Any:
        """The only document that is not empty."""
        filled = [document for document in self._documents if document is not None]
        if not filled:
            raise UnreadableError("file", "is empty", ONE_DOCUMENT)
        if len(filled) > 1:
            raise UnreadableError("yaml", f"{len(filled)} documents", ONE_DOCUMENT)
        return filled[0]

    def feed(self, event: yaml.Event) -> None:
        """Take the next event; raises UnreadableError at the first one that is not plain."""
        self._line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()

    def _refusal(self, complaint: str, accepted: str = ONE_DOCUMENT) -> UnreadableError:
        return UnreadableError("yaml", f"line {self._line}: {complaint}", accepted)

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self._refusal(f"more than {MAX_NODES} values")

    def _alias(self, name: str | None) -> None:
        if name is None or name not in self._anchors:  # unknown, or inside of what it names
            raise self._refusal(f"*{shown(name)} names nothing that is finished")
        value, nodes, text = self._anchors[name]
        self._count(nodes)
        if self._wants_key() and isinstance(value, list | dict):
            raise self._refusal("a list or mapping as a key")
        self._place(value, text)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(1)
        text = event.value
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self._refusal("half a character")
        plain = event.implicit[0] if event.tag is None else event.tag in _PLAIN_TAGS
        if event.tag is not None and event.tag not in _TEXT_TAGS | _PLAIN_TAGS:
            raise self._tag_refusal(event.tag)
        value = plain_scalar(text) if plain else text
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, text)
        self._place(value, text)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            raise self._tag_refusal(event.tag)
        if self._wants_key():
            raise self._refusal("a list or mapping as a key")
        if len(self._open) == MAX_DEPTH:
            raise self._refusal(f"nested deeper than {MAX_DEPTH}")
        value: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._open.append(_Open(value, event.anchor, self._nodes))
        self._count(1)

    def _end(self) -> None:
        done = self._open.pop()
        value = done.close()
        if done.anchor is not None:
            self._anchors[done.anchor] = (value, self._nodes - done.nodes_before, "")
        self._place(value, "")

    def _tag_refusal(self, tag: str) -> UnreadableError:
        name = f"!!{tag.removeprefix(_CORE_TAG)}" if tag.startswith(_CORE_TAG) else tag
        return self._refusal(f"the tag {shown(name)}", NO_TAGS)

    def _wants_key(self) -> bool:
        """Whether the next value is a key."""
        parent = self._open[-1] if self._open else None
        return parent is not None and isinstance(parent.value, dict) and parent.key is None

    def _place(self, value: Any, text: str) -> None:
        """Put a finished value where it belongs; ``text`` is what it reads as a key."""
        if not self._open:
            self._documents.append(value)
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            if text in parent.value:
                raise self._refusal(f"{shown(text)} for the second time")
            parent.key = text
        else:
            self._set(parent, parent.key, value)
            parent.key = None

    def _set(self, parent: _Open, key: str, value: Any) -> None:
        bases = value if isinstance(value, list) else [value]
        if key == "<<" and all(isinstance(base, dict) for base in bases):
            parent.merged.extend(bases)
        elif isinstance(parent.value, dict):
            parent.value[key] = value
