"""The state of the models: the registered ones, their trainings, and the one in use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from store import events
from store.records import Recorded

# Key of the one document: a promotion is about all models at once.
MODELS = "models"


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """A training that made a model.

    Attributes:
        command: subcommand of ``engine train``.
        result: the result that it printed.
        at: time of recording; ISO 8601, UTC.
        position: position of its event in the log.
    """

    command: str
    result: events.Plain
    at: str
    position: int


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """A model file.

    Attributes:
        name: name of the file.
        profile: name of its input profile.
        manifest: its manifest; empty if it has none.
        registered_at: time of registration, ISO 8601, UTC; None if it isn't registered.
        position: position of that event in the log.
        trained: the trainings that made it, oldest first.
    """

    name: str
    profile: str
    manifest: events.Plain
    registered_at: str | None = None
    position: int | None = None
    trained: tuple[Training, ...] = ()


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """A decision to use a model, or a head, in runs.

    Attributes:
        sha256: SHA-256 of its file; None for the one that ships.
        note: a comment, such as the reason.
        by: the person who decided.
        at: time of the decision; ISO 8601, UTC.
        event_id: id of its event.
        position: position of its event in the log.
    """

    sha256: str | None
    note: str | None
    by: str
    at: str
    event_id: str
    position: int


P = TypeVar("P", bound=Promotion)


def without(promotions: Iterable[P], event_id: str) -> tuple[P, ...]:
    """Promotions less the one that this event made."""
    return tuple(each for each in promotions if each.event_id != event_id)


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """All models of a studio.

    Attributes:
        known: models by the SHA-256 of their files.
        promotions: promotions that were not taken back, oldest first.
    """

    known: dict[str, Model] = {}
    promotions: tuple[Promotion, ...] = ()

    @property
    def promoted(self) -> str | None:
        """SHA-256 of the model that runs use by default; None for the one that ships."""
        return self.promotions[-1].sha256 if self.promotions else None


class ModelsProjection:
    """One document of all models."""

    name = "models"
    version = 3
    document: type[Models] = Models

    def route(self, recorded: Recorded) -> str | None:
        """The document, if the event is about a model."""
        return MODELS if recorded.kind in APPLY else None

    def apply(self, document: Models | None, recorded: Recorded) -> Models:
        """The models after the event."""
        return APPLY[recorded.kind](document or Models(), recorded, recorded.payload)


def _registered(models: Models, recorded: Recorded, event: events.ModelRegistered) -> Models:
    model = Model(
        name=event.name,
        profile=event.profile,
        manifest=event.manifest,
        registered_at=recorded.recorded_at,
        position=recorded.position,
    )
    return replace(models, known=models.known | {event.sha256: model})


def _trained(models: Models, recorded: Recorded, event: events.ModelTrained) -> Models:
    training = Training(
        command=event.command,
        result=event.result,
        at=recorded.recorded_at,
        position=recorded.position,
    )
    model = models.known[event.sha256]
    changed = replace(model, trained=(*model.trained, training))
    return replace(models, known=models.known | {event.sha256: changed})


def _promoted(models: Models, recorded: Recorded, event: events.ModelPromoted) -> Models:
    """Add a promotion, or remove the last one if the event takes it back."""
    if event.takes_back is not None:
        return replace(models, promotions=without(models.promotions, event.takes_back))
    promotion = Promotion(
        sha256=event.sha256,
        note=event.note,
        by=recorded.actor,
        at=recorded.recorded_at,
        event_id=recorded.event_id,
        position=recorded.position,
    )
    return replace(models, promotions=(*models.promotions, promotion))


APPLY: dict[str, Callable[[Models, Recorded, Any], Models]] = {
    "ModelRegistered": _registered,
    "ModelTrained": _trained,
    "ModelPromoted": _promoted,
}

MODELS_KINDS = set(APPLY)
