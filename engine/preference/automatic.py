"""Retraining by itself, after so many decisions."""

from __future__ import annotations

from engine.errors import Refused
from engine.models.registry import STREAM
from engine.preference.pairs import preferences
from engine.preference.retrain import Retrained, retrain
from engine.state.studio import Studio
from store.events import RetrainingPlanned
from store.records import NewEvent


def plan_retraining(studio: Studio, every: int) -> None:
    """Retrain by itself after so many decisions from now on; 0 ends that.

    Raises:
        Refused: if the number is below 0.
    """
    if every < 0:
        raise Refused(f"--auto {every}: expected 0 or more")
    planned = RetrainingPlanned(every=every)
    studio.decide(
        STREAM,
        lambda: [] if studio.heads().every == every else [NewEvent(planned, actor=studio.actor)],
    )


def retrain_if_due(studio: Studio) -> list[Retrained]:
    """Retrain where that is planned and enough was decided since; what came of it, if anything."""
    return retrain(studio) if is_due(studio) else []


def is_due(studio: Studio) -> bool:
    """Whether retraining is planned, and enough was decided since."""
    heads = studio.heads()
    if not heads.every:
        return False
    return decided_since(studio, max(heads.planned_at, heads.trained_at)) >= heads.every


def decided_since(studio: Studio, position: int) -> int:
    """How many decisions after a position of the log say which of two candidates is better."""
    return len({each.decided_at for each in preferences(studio) if each.decided_at > position})
