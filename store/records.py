"""An event on its way in (`NewEvent`), an event in the log (`Recorded`), the end of the log."""

from dataclasses import dataclass
from uuid import uuid4

import msgspec

from store.events import Payload

GENESIS_HASH = "0" * 64  # what the first event names as the hash before it


@dataclass(frozen=True, slots=True, init=False)
class NewEvent:
    """An event that somebody wants to append.

    Its `event_id` is what makes a retry harmless: appending the same object again, or another with
    the same id and content, records nothing new.

    Attributes:
        payload: what happened.
        actor: who did it: a person, or the name of a policy or program.
        causation: event id of the event that led to this one.
        event_id: unique in the log.
    """

    payload: Payload
    actor: str
    causation: str | None
    event_id: str

    def __init__(
        self,
        payload: Payload,
        *,
        actor: str,
        causation: str | None = None,
        event_id: str | None = None,
    ) -> None:
        """Take what happened; without an `event_id`, a random one is made once and kept."""
        object.__setattr__(self, "payload", payload)
        object.__setattr__(self, "actor", actor)
        object.__setattr__(self, "causation", causation)
        object.__setattr__(self, "event_id", uuid4().hex if event_id is None else event_id)


class Recorded(msgspec.Struct, frozen=True):
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
