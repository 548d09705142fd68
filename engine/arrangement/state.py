"""What the song's state knows of its arrangements."""

from __future__ import annotations

from typing import Any

from store.events import ArrangementAssembled
from store.records import Recorded

Document = dict[str, Any]


def arrangement_assembled(
    song: Document, recorded: Recorded, event: ArrangementAssembled
) -> Document:
    """The song after an arrangement: ``arrangements`` holds each by its id."""
    known = {
        "name": event.name,
        "plan": event.plan,
        "parts": event.parts,
        "length_ticks": event.length_ticks,
        "position": recorded.position,
        "event_id": recorded.event_id,
    }
    return song | {"arrangements": arrangements(song) | {event.arrangement: known}}


def arrangements(song: Document) -> Document:
    """The arrangements of a song by id, oldest first."""
    known: Document = song.get("arrangements", {})
    return known
