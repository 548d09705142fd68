"""The list of a studio's models, including the one that ships."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.models.promotion import in_use, shipped_sha256
from engine.state.models import Model, Promotion
from engine.state.studio import Studio
from fitness import fusion
from fitness.manifest import load_manifest


@dataclass(frozen=True, slots=True)
class ListedModel:
    """A model in the list.

    Attributes:
        model: its state.
        ships: whether it ships with this version.
        in_use: whether runs use it by default.
        promoted: its last promotion, if that was not taken back.
        runs: number of runs it scored.
    """

    model: Model
    ships: bool
    in_use: bool
    promoted: Promotion | None
    runs: int

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        model: dict[str, Any] = plain.pop("model")
        return model | plain


def list_models(studio: Studio) -> dict[str, ListedModel]:
    """All models by SHA-256, in the order in which they were registered."""
    state = studio.models()
    known = dict(sorted(state.known.items(), key=lambda item: item[1].position or 0))
    ships, used = shipped_sha256(), in_use(studio)
    runs = Counter(run.model_sha256 for run in studio.runs().values())
    promotions = {each.sha256: each for each in state.promotions}
    return {
        sha256: ListedModel(
            model, sha256 == ships, sha256 == used, promotions.get(sha256), runs[sha256]
        )
        for sha256, model in ({ships: _shipped()} | known).items()
    }


def _shipped() -> Model:
    """The model that ships, if it isn't registered yet."""
    manifest = load_manifest(fusion.DEFAULT_MODEL)
    return Model(
        name=fusion.DEFAULT_MODEL.name,
        profile=manifest.profile,
        manifest=msgspec.json.decode(msgspec.json.encode(manifest)),
    )
