"""Preference heads of a studio: their files by SHA-256, and which one the runs of a stage use."""

from __future__ import annotations

import hashlib
from pathlib import Path

from engine.errors import NotFound, Refused
from engine.ids import resolve, short
from engine.models.registry import STREAM
from engine.stages import STAGES
from engine.state.files import write_whole
from engine.state.heads import HeadPromotion
from engine.state.studio import Studio
from fitness.errors import FitnessError
from fitness.preference.head import PreferenceHead
from store.events import HeadPromoted
from store.records import NewEvent

SUFFIX = ".head.json"


class Outdated(Refused):
    """A head that this version can't read."""


class HeadRegistry:
    """The files of the heads of a studio, beside its models."""

    def __init__(self, studio: Studio) -> None:
        """Use the ``models`` folder of a studio."""
        self._folder = studio.folder / "models"

    def keep(self, head: PreferenceHead) -> str:
        """Write a head's file; returns its SHA-256."""
        data = head.to_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.path(sha256).exists():
            write_whole(self.path(sha256), data)
        return sha256

    def load(self, sha256: str) -> PreferenceHead:
        """The head with this hash.

        Raises:
            NotFound: if its file is gone.
            Refused: if its file was changed.
            Outdated: if this version can't read it.
        """
        path = self.path(sha256)
        if not path.exists():
            raise NotFound(f"head {short(sha256)} is not in {self._folder}", "put its file back")
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Refused(f"{path} was changed since it was trained", "put it back")
        try:
            return PreferenceHead.from_bytes(data, f"head {short(sha256)}")
        except FitnessError as error:
            raise Outdated(str(error), "fit another with engine retrain") from error

    def path(self, sha256: str) -> Path:
        """Where the head with this hash is kept."""
        return self._folder / f"{sha256}{SUFFIX}"


def head_for_runs(studio: Studio, stage: str) -> str | None:
    """SHA-256 of the head that runs of a stage go by; None for the shipped total.

    Raises:
        NotFound, Refused: if it can't be used here.
    """
    sha256 = studio.heads().promoted(stage)
    if sha256 is not None:
        HeadRegistry(studio).load(sha256)
    return sha256


def heads_for_runs(studio: Studio) -> dict[str, str]:
    """SHA-256 of the head of each stage that has one in use.

    Raises:
        NotFound, Refused: if one can't be used here.
    """
    found = {stage: head_for_runs(studio, stage) for stage in STAGES}
    return {stage: sha256 for stage, sha256 in found.items() if sha256 is not None}


def promote_head(studio: Studio, sha256: str, note: str | None = None) -> bool:
    """Let the runs of a head's stage go by it; whether they didn't before.

    Raises:
        NotFound, Refused: if it can't be used here, or has no audit.
    """
    head = HeadRegistry(studio).load(sha256)
    known = studio.heads().known.get(sha256)
    if known is None or known.audit is None:
        raise Refused(f"head {short(sha256)} has no audit", "make another with engine retrain")

    def promotion() -> list[NewEvent]:
        if studio.heads().promoted(head.stage) == sha256:
            return []
        event = HeadPromoted(
            sha256=sha256, stage=head.stage, training=None, note=note, audit=known.audit
        )
        return [NewEvent(event, actor=studio.actor)]

    return bool(studio.decide(STREAM, promotion))


def is_head(studio: Studio, prefix: str) -> bool:
    """Whether the hash of a trained head is or begins with this."""
    return any(sha256.startswith(prefix) for sha256 in studio.heads().known)


def find_head(studio: Studio, prefix: str) -> tuple[str, str]:
    """SHA-256 and stage of the trained head whose hash is or begins with this."""
    known = studio.heads().known
    sha256 = resolve(prefix, known, "head", "see engine models")
    return sha256, known[sha256].stage


def last_promotions(studio: Studio) -> list[HeadPromotion]:
    """The last promotion of a head, with the others of the same training; the oldest first."""
    promotions = studio.heads().promotions
    if not promotions:
        return []
    training = promotions[-1].training
    if training is None:
        return [promotions[-1]]
    return [each for each in promotions if each.training == training]


def roll_back_heads(studio: Studio, note: str | None = None) -> list[tuple[str, str | None]]:
    """Take back the last promotion of heads, of all stages that it was of.

    Returns:
        the stages, and the SHA-256 of the head that each goes by again; None: the shipped total.

    Raises:
        Refused: if there is no promotion.
        NotFound: if the file of a head before is gone.
    """
    stages: list[str] = []

    def rollback() -> list[NewEvent]:
        taken_back = last_promotions(studio)
        if not taken_back:
            raise Refused("runs go by the shipped total already", "see engine taste")
        stages[:] = [each.stage for each in taken_back]
        return [_taking_back(studio, each, note) for each in reversed(taken_back)]

    studio.decide(STREAM, rollback)
    heads = studio.heads()
    return [(stage, heads.promoted(stage)) for stage in stages]


def _taking_back(studio: Studio, promotion: HeadPromotion, note: str | None) -> NewEvent:
    earlier = [
        each
        for each in studio.heads().promotions
        if each.stage == promotion.stage and each.position < promotion.position
    ]
    before = earlier[-1].sha256 if earlier else None
    if before is not None:
        HeadRegistry(studio).load(before)
    event = HeadPromoted(
        sha256=before,
        stage=promotion.stage,
        training=None,
        note=note,
        takes_back=promotion.event_id,
    )
    return NewEvent(event, actor=studio.actor)
