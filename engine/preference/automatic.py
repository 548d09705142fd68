"""Retraining by itself, after so many decisions."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Refused
from engine.models.registry import STREAM
from engine.preference.retrain import Retrained, retrain
from engine.state.songs import Approved, Song
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
    """Retrain where that is planned and enough was decided since; the heads that came of it."""
    if not is_due(studio):
        return []
    return [each for each in retrain(studio) if each.sha256 is not None]


def is_due(studio: Studio) -> bool:
    """Whether retraining is planned, and enough was decided since."""
    heads = studio.heads()
    if not heads.every:
        return False
    return decided_since(studio, max(heads.planned_at, heads.trained_at)) >= heads.every


def decided_since(studio: Studio, position: int) -> int:
    """How many decisions and comparisons of people after a position of the log hold."""
    songs = studio.touched_since(position)
    return sum(decided_at > position for song in songs for decided_at in _decided(song))


def _decided(song: Song) -> Iterator[int]:
    """Positions of the decisions and comparisons of people that hold."""
    for candidate in song.candidates.values():
        for decision in candidate.decisions:
            if not (isinstance(decision, Approved) and decision.policy is not None):
                yield decision.position
    yield from (stated.position for stated in song.preferences)
