"""The models of a studio in one list, the one that ships among them."""

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
        ships: whether it comes with this version.
        in_use: whether runs use it unless told otherwise.
        promoted: who promoted it last, when and why, if that holds.
        runs: how many runs it scored.
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
    """Every known model by its hash, in the order in which they became known."""
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
    """The model that ships, before a run made it known."""
    manifest = load_manifest(fusion.DEFAULT_MODEL)
    return Model(
        name=fusion.DEFAULT_MODEL.name,
        profile=manifest.profile,
        manifest=msgspec.json.decode(msgspec.json.encode(manifest)),
    )
