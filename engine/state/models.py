"""The state of the models: which are known, what made them, which one runs use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from store.events import ModelPromoted, ModelRegistered, ModelTrained
from store.records import Recorded

Document = dict[str, Any]

# Key of the one document: a promotion is about all models at once.
MODELS = "models"


def nothing() -> Document:
    """The state before the first model."""
    return {"known": {}, "promotions": []}


class Models:
    """One document: the known models by hash, and the promotions that hold, the last on top."""

    name = "models"
    version = 1

    def route(self, recorded: Recorded) -> str | None:
        """The document, if the event is about a model."""
        return MODELS if recorded.kind in APPLY else None

    def apply(self, document: Document | None, recorded: Recorded) -> Document:
        """The models after the event."""
        return APPLY[recorded.kind](document or nothing(), recorded, recorded.payload)


def _registered(models: Document, recorded: Recorded, event: ModelRegistered) -> Document:
    fresh = {
        "name": event.name,
        "profile": event.profile,
        "manifest": event.manifest,
        "registered_at": recorded.recorded_at,
        "position": recorded.position,
        "trained": [],
    }
    return models | {"known": models["known"] | {event.sha256: fresh}}


def _trained(models: Document, recorded: Recorded, event: ModelTrained) -> Document:
    told = {
        "command": event.command,
        "result": event.result,
        "at": recorded.recorded_at,
        "position": recorded.position,
    }
    known = models["known"][event.sha256]
    changed = known | {"trained": [*known["trained"], told]}
    return models | {"known": models["known"] | {event.sha256: changed}}


def _promoted(models: Document, recorded: Recorded, event: ModelPromoted) -> Document:
    """A promotion comes on top; one that takes back another leaves what was below that."""
    if event.takes_back is not None:
        kept = [each for each in models["promotions"] if each["event_id"] != event.takes_back]
        return models | {"promotions": kept}
    promotion = {
        "sha256": event.sha256,
        "note": event.note,
        "by": recorded.actor,
        "at": recorded.recorded_at,
        "event_id": recorded.event_id,
        "position": recorded.position,
    }
    return models | {"promotions": [*models["promotions"], promotion]}


APPLY: dict[str, Callable[[Document, Recorded, Any], Document]] = {
    "ModelRegistered": _registered,
    "ModelTrained": _trained,
    "ModelPromoted": _promoted,
}


def promoted(models: Document) -> str | None:
    """The model that runs use unless told otherwise; None for the one that ships."""
    promotions = models["promotions"]
    sha256: str | None = promotions[-1]["sha256"] if promotions else None
    return sha256
