"""Lineages: which approved candidates stand on which, and what no longer stands on the choice."""

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
    """A candidate after everything that it stands on, in the order of the stages."""
    return (*song.candidates[identifier].parents, identifier)


def sections(song: Song) -> list[str]:
    """Labels of the sections that have chords, in the order in which they got them."""
    labels = [song.candidates[chords].section.label for chords in approved(song, "chords")]
    return list(dict.fromkeys(labels))


def why_stale(song: Song, candidate: Candidate) -> str:
    """What changed under a candidate since its making began; empty where nothing did.

    The song may have been revised; something that it stands on may be approved no longer; or
    something else may have been approved in its place since.
    """
    if is_revised(song, candidate):
        return "the song was revised since"
    for parent in candidate.parents:
        known = song.candidates.get(parent)
        if known is None or known.status != APPROVED:
            stage = "what it stands on" if known is None else f"its {known.stage}"
            return f"{stage} {parent[:8]} is not approved any more"
        if _choice(song, known, parent, candidate.begun) != parent:
            return f"other {known.stage} were approved for {known.section.label} since"
    return ""


def is_revised(song: Song, candidate: Candidate) -> bool:
    """Whether the song has another key, meter, tempo or colour than a candidate was made in."""
    return song.bases.get(str(candidate.built_on)) != song.bases[str(song.position)]


def is_stale(song: Song, candidate: Candidate) -> bool:
    """Whether what a candidate was built on has changed; see ``why_stale``."""
    return bool(why_stale(song, candidate))


def _choice(song: Song, parent: Candidate, identifier: str, since: int) -> str:
    """Of all that could stand where a parent stands, what was approved last after a position."""
    rivals = [
        rival
        for rival in approved(song, parent.stage)
        if song.candidates[rival].parents == parent.parents
        and song.candidates[rival].section.label == parent.section.label
        and song.candidates[rival].decided_at > since
    ]
    return rivals[-1] if rivals else identifier
