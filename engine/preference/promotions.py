"""Promotions of models and of preference heads alike: let runs use one, or the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.ids import short
from engine.models import promotion
from engine.models.promotion import Promoted
from engine.preference.heads import (
    find_head,
    is_head,
    last_promotions,
    promote_head,
    roll_back_heads,
)
from engine.state.studio import Studio


@dataclass(frozen=True, slots=True)
class InUse:
    """What runs use after a promotion, or after one was taken back.

    Attributes:
        model: the model; None if it was about heads.
        heads: stages, and the SHA-256 of the head that each goes by; None: the shipped total.
    """

    model: Promoted | None
    heads: tuple[tuple[str, str | None], ...] = ()

    @property
    def sentences(self) -> list[str]:
        """It in words."""
        if self.model is not None:
            when = "from here on" if self.model.is_new else "already"
            return [f"runs use {short(self.model.sha256)} ({self.model.name}) {when}"]
        return [f"runs of {stage} go by {_head(sha256)} from here on"
                for stage, sha256 in self.heads]  # fmt: skip

    def to_json(self) -> Any:
        """Plain values for machines."""
        if self.model is None:
            return [{"stage": stage, "head": sha256} for stage, sha256 in self.heads]
        used = self.model
        return {"sha256": used.sha256, "name": used.name, "promoted": used.is_new}


def promote(studio: Studio, wanted: str, note: str | None = None) -> InUse:
    """Let runs use a model, or those of its stage a preference head, from here on.

    Args:
        studio: the studio.
        wanted: the beginning of the SHA-256 of one that is known, or a model's file.
        note: a comment, such as the reason.

    Raises:
        NotFound, Refused: if there is none, or it can't be used here.
    """
    if is_head(studio, wanted):
        sha256, stage = find_head(studio, wanted)
        promote_head(studio, sha256, note)
        return InUse(None, ((stage, sha256),))
    return InUse(promotion.promote(studio, wanted, note))


def roll_back(studio: Studio, note: str | None = None) -> InUse:
    """Take back the last promotion, of a model or of heads.

    Raises:
        NotFound, Refused: if there is none, or what was used before can't be.
    """
    of_models, of_heads = studio.models().promotions, last_promotions(studio)
    last = of_models[-1].position if of_models else 0
    if of_heads and of_heads[-1].position > last:
        return InUse(None, tuple(roll_back_heads(studio, note)))
    return InUse(promotion.roll_back(studio, note))


def _head(sha256: str | None) -> str:
    return "the shipped total" if sha256 is None else f"head {short(sha256)}"
