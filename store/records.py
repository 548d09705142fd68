"""An event to append (`NewEvent`), an event in the log (`Recorded`), the end of the log (`Head`).

Every event carries a hash that ties it to all events before it:

    hash = sha256(frame(position) + frame(event_id) + … + frame(prev_hash))

over the stored columns in `HASHED_COLUMNS`, in that order. A frame is one letter for the type
(I integer, T text, N null), the number of bytes in decimal, a colon and the bytes. Because the
lengths come first, no two different rows give the same bytes. The stored bytes are hashed as they
are, without parsing and writing them again.
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

import msgspec

from store.events import Payload

GENESIS_HASH = "0" * 64  # what the first event names as the hash before it

HASHED_COLUMNS = (
    "position",
    "event_id",
    "stream",
    "stream_version",
    "kind",
    "kind_version",
    "payload",
    "actor",
    "recorded_at",
    "causation",
    "prev_hash",
)


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append.

    Its `event_id` is what makes a retry harmless: appending the same object again, or another with
    the same id and content, records nothing new.

    Attributes:
        payload: what happened.
        actor: who did it: a person, or the name of a policy or program.
        causation: event id of the event that led to this one.
        event_id: unique in the log; a random one unless it is given.
    """

    payload: Payload
    _: KW_ONLY
    actor: str
    causation: str | None = None
    event_id: str = field(default_factory=lambda: uuid4().hex)


class Heading(NamedTuple):
    """What an event in the log is about, without its payload."""

    position: int
    stream: str
    kind: str


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event in the log; the payload is upcast to today's version, all else is as stored."""

    position: int  # 1, 2, 3 … over the whole log, without gaps
    event_id: str
    stream: str
    stream_version: int  # 1, 2, 3 … within the stream
    kind: str
    kind_version: int  # the version it was written in
    payload: Payload
    actor: str
    recorded_at: str  # ISO 8601, UTC
    causation: str | None
    prev_hash: str  # hash of the event before; 64 zeros for the first
    hash: str


class Head(msgspec.Struct, frozen=True):
    """The end of the log: the last position and its hash; 0 and zeros for an empty log."""

    position: int
    hash: str


def event_hash(values: Sequence[object]) -> str:
    """Return the hash, in hex, of an event with these values of `HASHED_COLUMNS`."""
    text = _framed(values)
    data = b"".join(map(frame, values)) if text is None else text.encode("ascii")
    return sha256(data).hexdigest()


def _framed(values: Sequence[object]) -> str | None:
    """The frames of values in ASCII, in less than half the time; None where one is anything else.

    A text has as many bytes there as characters.
    """
    frames = []
    for value in values:
        kind = type(value)
        if kind is str:
            frames.append(f"T{len(value)}:{value}")  # type: ignore[arg-type]
        elif kind is int:
            digits = str(value)
            frames.append(f"I{len(digits)}:{digits}")
        elif value is None:
            frames.append("N0:")
        else:
            return None
    text = "".join(frames)
    return text if text.isascii() else None


def frame(value: object) -> bytes:
    """Return the bytes that stand for one stored value; never fails, whatever was stored."""
    if isinstance(value, str):
        # Stored bytes that are not UTF-8 come as surrogates when a damaged log is examined.
        data = value.encode("utf-8", "surrogateescape")
        return b"T%d:%b" % (len(data), data)
    if value is None:
        return b"N0:"
    if isinstance(value, int):
        data = b"%d" % value
        return b"I%d:%b" % (len(data), data)
    data = repr(value).encode()  # a float or a blob: the store writes none, any letter will do
    return b"?%d:%b" % (len(data), data)
