"""The state of the preference heads: the trained ones, and the one in use for each stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from engine.state.models import Promotion, without
from store import events
from store.records import Recorded

# Key of the one document.
HEADS = "heads"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """A preference head.

    Attributes:
        stage: name of its stage.
        training: id of the training that fitted it.
        facts: what it was fitted on.
        comparison: with the head that was in use then, on held-out songs.
        trained_at: time of recording; ISO 8601, UTC.
        refused: why it was not promoted; None if it was.
        audit: what an audit found of it; None for one that was trained before audits were made.
    """

    stage: str
    training: str
    facts: events.Plain
    comparison: events.Plain
    trained_at: str
    refused: str | None = None
    audit: events.Plain | None = None


class HeadPromotion(Promotion, frozen=True, kw_only=True):
    """A decision to let the runs of a stage go by a head; without one, by the shipped total.

    Attributes:
        stage: name of the stage.
        training: id of the training that promoted it; None where a person did.
    """

    stage: str
    training: str | None


class Heads(msgspec.Struct, frozen=True, kw_only=True):
    """All heads of a studio.

    Attributes:
        known: heads by the SHA-256 of their files.
        promotions: promotions that were not taken back, oldest first.
        every: after so many decisions heads are fitted again by themselves; 0 if they aren't.
        planned_at: position of the event that said so; 0 without one.
        trained_at: position of the last training; 0 before the first.
    """

    known: dict[str, Head] = {}
    promotions: tuple[HeadPromotion, ...] = ()
    every: int = 0
    planned_at: int = 0
    trained_at: int = 0

    def promoted(self, stage: str) -> str | None:
        """SHA-256 of the head that runs of a stage go by; None for the shipped total."""
        of_stage = [each for each in self.promotions if each.stage == stage]
        return of_stage[-1].sha256 if of_stage else None


class HeadsProjection:
    """One document of all heads."""

    name = "heads"
    version = 3
    document: type[Heads] = Heads

    def route(self, recorded: Recorded) -> str | None:
        """The document, if the event is about a head."""
        return HEADS if recorded.kind in APPLY else None

    def apply(self, document: Heads | None, recorded: Recorded) -> Heads:
        """The heads after the event."""
        return APPLY[recorded.kind](document or Heads(), recorded, recorded.payload)


def _trained(heads: Heads, recorded: Recorded, event: events.HeadTrained) -> Heads:
    head = Head(
        stage=event.stage,
        training=event.training,
        facts=event.facts,
        comparison=event.comparison,
        trained_at=recorded.recorded_at,
        audit=event.audit,
    )
    known = heads.known | {event.sha256: head}
    return replace(heads, known=known, trained_at=recorded.position)


def _planned(heads: Heads, recorded: Recorded, event: events.RetrainingPlanned) -> Heads:
    return replace(heads, every=event.every, planned_at=recorded.position)


def _refused(heads: Heads, recorded: Recorded, event: events.HeadRefused) -> Heads:
    del recorded
    refused = replace(heads.known[event.sha256], refused=event.reason)
    return replace(heads, known=heads.known | {event.sha256: refused})


def _promoted(heads: Heads, recorded: Recorded, event: events.HeadPromoted) -> Heads:
    """Add a promotion, or remove the one that the event takes back."""
    if event.takes_back is not None:
        return replace(heads, promotions=without(heads.promotions, event.takes_back))
    promotion = HeadPromotion(
        sha256=event.sha256,
        stage=event.stage,
        training=event.training,
        note=event.note,
        by=recorded.actor,
        at=recorded.recorded_at,
        event_id=recorded.event_id,
        position=recorded.position,
    )
    return replace(heads, promotions=(*heads.promotions, promotion))


APPLY: dict[str, Callable[[Heads, Recorded, Any], Heads]] = {
    "HeadTrained": _trained,
    "HeadPromoted": _promoted,
    "HeadRefused": _refused,
    "RetrainingPlanned": _planned,
}

HEADS_KINDS = set(APPLY)
