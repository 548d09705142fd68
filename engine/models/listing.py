"""The models of a studio in one list, the one that ships among them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from engine.models.promotion import in_use, shipped_sha256
from engine.state.studio import Studio
from fitness import fusion
from fitness.manifest import load_manifest

Document = dict[str, Any]


def shelf(studio: Studio) -> dict[str, Document]:
    """Every known model by its hash, in the order in which they became known.

    Each has its state, and beside it:

    - ``ships``: whether it comes with this version;
    - ``in_use``: whether runs use it unless told otherwise;
    - ``promoted``: who promoted it last, when and why, if that holds; else None;
    - ``runs``: how many runs it scored.
    """
    state = studio.models()
    known = dict(sorted(state["known"].items(), key=lambda item: item[1]["position"]))
    ships, used = shipped_sha256(), in_use(studio)
    runs = Counter(run["model_sha256"] for run in studio.runs().values())
    promotions = {each["sha256"]: each for each in state["promotions"]}
    listed = {ships: _shipped()} | known
    return {
        sha256: facts
        | {
            "ships": sha256 == ships,
            "in_use": sha256 == used,
            "promoted": promotions.get(sha256),
            "runs": runs[sha256],
        }
        for sha256, facts in listed.items()
    }


def _shipped() -> Document:
    """The model that ships, before a run made it known."""
    manifest = load_manifest(fusion.DEFAULT_MODEL)
    return {
        "name": fusion.DEFAULT_MODEL.name,
        "profile": manifest.profile,
        "manifest": msgspec.json.decode(msgspec.json.encode(manifest)),
        "registered_at": None,
        "position": None,
        "trained": [],
    }
