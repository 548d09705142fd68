"""Plain values from a YAML parser's events: nothing is executed, nothing outgrows its limits.

The values are built one event at a time, with a stack of open collections. So no tag can name a
class, no nesting can exhaust the call stack, and what the aliases of a "billion laughs" would
expand to is counted before anything is copied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from documents.findings import UnreadableError
from documents.scalars import plain_scalar
from documents.wording import shown

MAX_NODES = 200_000  # values in one file, with every alias counted as often as it is used
MAX_DEPTH = 64

ONE_DOCUMENT = "one YAML document of plain values"
NO_TAGS = "plain YAML without tags"

_CORE_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = frozenset({"!", f"{_CORE_TAG}str"})
_PLAIN_TAGS = frozenset({f"{_CORE_TAG}{name}" for name in ("int", "float", "bool", "null")})
_COLLECTION_TAGS = frozenset({"!", f"{_CORE_TAG}map", f"{_CORE_TAG}seq"})


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

    def _refuse(self, complaint: str, accepted: str = ONE_DOCUMENT) -> UnreadableError:
        return UnreadableError("yaml", f"line {self._line}: {complaint}", accepted)

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise self._refuse(f"more than {MAX_NODES} values")

    def _alias(self, name: str | None) -> None:
        if (
            name is None or name not in self._anchors
        ):  # unknown, or still open: a value inside itself
            raise self._refuse(f"*{shown(name)} names nothing that is finished")
        value, nodes, text = self._anchors[name]
        self._count(nodes)
        if self._wants_key() and isinstance(value, list | dict):
            raise self._refuse("a list or mapping as a key")
        self._place(value, text)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(1)
        text = event.value
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise self._refuse("half a character")
        plain = event.implicit[0] if event.tag is None else event.tag in _PLAIN_TAGS
        if event.tag is not None and event.tag not in _TEXT_TAGS | _PLAIN_TAGS:
            raise self._refuse_tag(event.tag)
        value = plain_scalar(text) if plain else text
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1, text)
        self._place(value, text)

    def _start(self, event: yaml.CollectionStartEvent) -> None:
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            raise self._refuse_tag(event.tag)
        if self._wants_key():
            raise self._refuse("a list or mapping as a key")
        if len(self._open) == MAX_DEPTH:
            raise self._refuse(f"nested deeper than {MAX_DEPTH}")
        value: list[Any] | dict[str, Any] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self._open.append(_Open(value, event.anchor, self._nodes))
        self._count(1)

    def _end(self) -> None:
        done = self._open.pop()
        value = done.close()
        if done.anchor is not None:
            self._anchors[done.anchor] = (value, self._nodes - done.nodes_before, "")
        self._place(value, "")

    def _refuse_tag(self, tag: str) -> UnreadableError:
        name = f"!!{tag.removeprefix(_CORE_TAG)}" if tag.startswith(_CORE_TAG) else tag
        return self._refuse(f"the tag {shown(name)}", NO_TAGS)

    def _wants_key(self) -> bool:
        """Whether the next value is a key."""
        return bool(self._open) and isinstance(self._open[-1].value, dict) and not self._has_key()

    def _has_key(self) -> bool:
        return self._open[-1].key is not None

    def _place(self, value: Any, text: str) -> None:
        """Put a finished value where it belongs; ``text`` is what it reads as a key."""
        if not self._open:
            self._documents.append(value)
            return
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            parent.key = self._new_key(parent.value, text)
        else:
            self._set(parent, parent.key, value)
            parent.key = None

    def _new_key(self, mapping: dict[str, Any], key: str) -> str:
        if key in mapping:
            raise self._refuse(f"{shown(key)} for the second time")
        return key

    def _set(self, parent: _Open, key: str, value: Any) -> None:
        bases = value if isinstance(value, list) else [value]
        if key == "<<" and all(isinstance(base, dict) for base in bases):
            parent.merged.extend(bases)
        elif isinstance(parent.value, dict):
            parent.value[key] = value
