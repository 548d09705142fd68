"""Lineages: which approved candidates stand on which, and what no longer stands on the choice."""

from __future__ import annotations

from typing import Any

from engine.state.songs import APPROVED, status

Document = dict[str, Any]


def approved(song: Document, stage: str) -> list[str]:
    """The approved candidates of a stage, in the order in which they were approved."""
    found = [
        candidate
        for candidate, known in song["candidates"].items()
        if known["stage"] == stage and status(known) == APPROVED
    ]
    return sorted(found, key=lambda candidate: decided_at(song["candidates"][candidate]))


def decided_at(candidate: Document) -> int:
    """Position of the decision that holds; 0 where there is none."""
    return int(candidate["decisions"][-1]["position"]) if candidate["decisions"] else 0


def lineage_of(song: Document, candidate: str) -> tuple[str, ...]:
    """A candidate after everything that it stands on, in the order of the stages."""
    return (*song["candidates"][candidate]["parents"], candidate)


def sections(song: Document) -> list[str]:
    """Labels of the sections that have chords, in the order in which they got them."""
    labels = [song["candidates"][c]["section"]["label"] for c in approved(song, "chords")]
    return list(dict.fromkeys(labels))


def why_stale(song: Document, candidate: Document) -> str:
    """What changed under a candidate since its making began; empty where nothing did.

    The song may have been revised; something that it stands on may be approved no longer; or
    something else may have been approved in its place since.
    """
    if is_revised(song, candidate):
        return "the song was revised since"
    for parent in candidate["parents"]:
        known = song["candidates"].get(parent)
        if known is None or status(known) != APPROVED:
            stage = "what it stands on" if known is None else f"its {known['stage']}"
            return f"{stage} {parent[:8]} is not approved any more"
        if _choice(song, known, parent, candidate["begun"]) != parent:
            return f"other {known['stage']} were approved for {known['section']['label']} since"
    return ""


def is_revised(song: Document, candidate: Document) -> bool:
    """Whether the song has another key, meter, tempo or colour than a candidate was made in."""
    grounds = song["grounds"]
    return bool(grounds.get(str(candidate["built_on"])) != grounds[str(song["position"])])


def is_stale(song: Document, candidate: Document) -> bool:
    """Whether what a candidate was built on has changed; see ``why_stale``."""
    return bool(why_stale(song, candidate))


def _choice(song: Document, parent: Document, identifier: str, since: int) -> str:
    """Of all that could stand where a parent stands, what was approved last after a position."""
    places = ("stage", "parents")
    rivals = [
        candidate
        for candidate in approved(song, parent["stage"])
        if all(song["candidates"][candidate][place] == parent[place] for place in places)
        and song["candidates"][candidate]["section"]["label"] == parent["section"]["label"]
        and decided_at(song["candidates"][candidate]) > since
    ]
    return rivals[-1] if rivals else identifier
