"""Lineages: candidates with their parents, and whether the song or the parents have changed."""

from __future__ import annotations

from engine.state.songs import APPROVED, Candidate, Song


def approved(song: Song, stage: str) -> list[str]:
    """The approved candidates of a stage, in the order in which they were approved."""
    found = [
        identifier
        for identifier, candidate in song.candidates.items()
        if candidate.stage == stage and candidate.status == APPROVED
    ]
    return sorted(found, key=lambda identifier: song.candidates[identifier].decided_at)


def lineage_of(song: Song, identifier: str) -> tuple[str, ...]:
    """Ids of a candidate's parents and of the candidate itself, in stage order."""
    return (*song.candidates[identifier].parents, identifier)


def sections(song: Song) -> list[str]:
    """Labels of the sections with approved chords, in the order of the approvals."""
    labels = [song.candidates[chords].section.label for chords in approved(song, "chords")]
    return list(dict.fromkeys(labels))


def why_stale(song: Song, candidate: Candidate) -> str:
    """Why a candidate is stale; empty if it isn't.

    Since its run began the song may have been revised, a parent may have lost its approval, or
    another candidate may have been approved in place of a parent.
    """
    if is_revised(song, candidate):
        return "the song was revised since"
    for parent in candidate.parents:
        known = song.candidates.get(parent)
        if known is None or known.status != APPROVED:
            stage = "what it stands on" if known is None else f"its {known.stage}"
            return f"{stage} {parent[:8]} is not approved any more"
        if _latest_alternative(song, known, parent, candidate.begun) != parent:
            return f"other {known.stage} were approved for {known.section.label} since"
    return ""


def is_revised(song: Song, candidate: Candidate) -> bool:
    """Whether key, meter, tempo or colour of the song changed since a candidate was made."""
    return song.bases.get(str(candidate.built_on)) != song.bases[str(song.position)]


def is_stale(song: Song, candidate: Candidate) -> bool:
    """Whether the song or a parent changed since a candidate was made; see ``why_stale``."""
    return bool(why_stale(song, candidate))


def _latest_alternative(song: Song, parent: Candidate, identifier: str, since: int) -> str:
    """The last candidate approved in place of a parent after a position; else the parent itself."""
    alternatives = [
        alternative
        for alternative in approved(song, parent.stage)
        if song.candidates[alternative].parents == parent.parents
        and song.candidates[alternative].section.label == parent.section.label
        and song.candidates[alternative].decided_at > since
    ]
    return alternatives[-1] if alternatives else identifier
