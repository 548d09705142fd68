"""Small projections to test with."""

from dataclasses import dataclass
from typing import Any

import msgspec

from store.events import CandidateNoted
from store.indexes import Index
from store.records import Recorded


class Tallied(msgspec.Struct, frozen=True):
    kinds: dict[str, int]
    positions: list[int]


@dataclass(frozen=True)
class Tally:
    """How many events of which kinds each stream has, and where."""

    name: str = "tally"
    version: int = 2
    document: Any = Tallied

    def route(self, recorded: Recorded) -> str | None:
        return recorded.stream

    def apply(self, document: Tallied | None, recorded: Recorded) -> Tallied:
        old = document or Tallied({}, [])
        count = old.kinds.get(recorded.kind, 0) + 1
        return Tallied({**old.kinds, recorded.kind: count}, [*old.positions, recorded.position])


class Place(msgspec.Struct, frozen=True):
    position: int


def _last(_: str, document: Tallied) -> dict[str, Place]:
    last = max(document.positions)
    return {f"at {last}": Place(last)}


# Where the last event of each stream is.
PLACES = Index("places", 1, Place, Tally(), _last)


class Note(msgspec.Struct, frozen=True):
    text: str
    version: int


@dataclass(frozen=True)
class LastNote:
    """The last note about each candidate; most events are none of its business."""

    name: str = "last-note"
    version: int = 2
    document: type[Note] = Note

    def route(self, recorded: Recorded) -> str | None:
        is_note = isinstance(recorded.payload, CandidateNoted)
        return recorded.payload.candidate if is_note else None  # type: ignore[attr-defined]

    def apply(self, _document: Note | None, recorded: Recorded) -> Note:
        assert isinstance(recorded.payload, CandidateNoted)
        return Note(recorded.payload.text, self.version)
