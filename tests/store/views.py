"""Small projections to test with."""

from dataclasses import dataclass

from store.events import CandidateNoted
from store.projections import Document
from store.records import Recorded


@dataclass(frozen=True)
class Tally:
    """How many events of which kinds each stream has, and where."""

    name: str = "tally"
    version: int = 1

    def route(self, recorded: Recorded) -> str | None:
        return recorded.stream

    def apply(self, document: Document | None, recorded: Recorded) -> Document:
        old = document or {"kinds": {}, "positions": []}
        count = old["kinds"].get(recorded.kind, 0) + 1
        return {
            "kinds": {**old["kinds"], recorded.kind: count},
            "positions": [*old["positions"], recorded.position],
        }


@dataclass(frozen=True)
class LastNote:
    """The last note about each candidate; most events are none of its business."""

    name: str = "last-note"
    version: int = 1

    def route(self, recorded: Recorded) -> str | None:
        is_note = isinstance(recorded.payload, CandidateNoted)
        return recorded.payload.candidate if is_note else None  # type: ignore[attr-defined]

    def apply(self, _document: Document | None, recorded: Recorded) -> Document:
        assert isinstance(recorded.payload, CandidateNoted)
        return {"text": recorded.payload.text, "version": self.version}
