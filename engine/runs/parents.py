"""The approved candidates that a stage can build on, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.errors import NotFound, Refused
from engine.ids import resolve, short
from engine.stages import Stage, stages_before
from engine.state.lineages import (
    approved,
    eligible,
    in_use,
    is_revised,
    is_stale,
    lineage_of,
    section_for,
    sections,
)
from engine.state.songs import APPROVED, PENDING, Song, why_revised
from store import events


class Leaf(NamedTuple):
    """An approved candidate that a stage can build on.

    Attributes:
        candidate: its id.
        section: the section that it plays in.
    """

    candidate: str
    section: events.Section


def leaves(
    song: Song,
    stage: Stage,
    section: str | None = None,
    parent: str | None = None,
    *,
    every: bool = False,
) -> list[Leaf]:
    """The approved candidates that a stage can build on, section by section.

    Args:
        song: state of the song.
        stage: the stage.
        section: only the section with this label.
        parent: beginning of the id of the candidate to build on, in use or not.
        every: not only the candidate that a section uses of the latest earlier stage, but all of
            that stage that it may use.

    Raises:
        NotFound: if the section has no approved chords, or nothing has the id.
        Refused: if there are none.
    """
    if parent is not None:
        candidate = _named_parent(song, stage, parent)
        return [Leaf(candidate, section_for(song, candidate, section))]
    labels = sections(song)
    if section is not None and section not in labels:
        known = f"sections are {', '.join(labels)}" if labels else _next_step(song, stage)
        raise NotFound(f"no section {section!r} with approved chords", known)
    wanted = labels if section is None else [section]
    found = [leaf for label in wanted for leaf in _leaves_of(song, stage, label, every=every)]
    if not found:
        needed = ", ".join(stage.needs)
        place = "" if section is None else f" in {section}"
        outdated = ", and some are stale" if _any_stale(song, stage.needs, wanted) else ""
        message = f"{stage.name}: no approved {needed}{place} to stand on{outdated}"
        raise Refused(message, _next_step(song, stage))
    return found


def other_leaves(song: Song, candidate: str, section: str) -> list[str]:
    """The approved candidates that a section could use in place of one, made for today's song."""
    stage = song.candidates[candidate].stage
    return [
        each
        for each in approved(song, stage, section)
        if each != candidate and not is_revised(song, song.candidates[each])
    ]


def _any_stale(song: Song, stages: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether some of these sections have stale approved parts of these stages."""
    known = [song.candidates[each] for stage in stages for each in approved(song, stage)]
    return any(is_stale(song, each) and each.section.label in labels for each in known)


def _leaves_of(song: Song, stage: Stage, section: str, *, every: bool) -> list[Leaf]:
    used = in_use(song, section)
    for earlier in reversed(stages_before(stage.name)):
        options = eligible(song, earlier, section) if every else [used.get(earlier)]
        found = [
            Leaf(candidate, section_for(song, candidate, section))
            for candidate in options
            if candidate is not None and _has_needed_stages(song, candidate, stage, section)
        ]
        if found:
            return found
    return []


def _has_needed_stages(
    song: Song, candidate: str, stage: Stage, section: str | None = None
) -> bool:
    """Whether a candidate's lineage has all stages that a stage needs."""
    stages = {song.candidates[each].stage for each in lineage_of(song, candidate, section)}
    return set(stage.needs) <= stages


def _named_parent(song: Song, stage: Stage, prefix: str) -> str:
    candidate = resolve(prefix, song.candidates, "candidate", "see engine review --all")
    known = song.candidates[candidate]
    if known.status != APPROVED:
        advice = f"run engine approve {short(candidate)} first"
        raise Refused(f"{short(candidate)} is {known.status}, nothing can stand on it", advice)
    check_parents(song, candidate)
    if known.stage not in stages_before(stage.name) or not _has_needed_stages(
        song, candidate, stage
    ):
        needs = ", ".join(stage.needs)
        raise Refused(f"{stage.name}: wants approved {needs}, {short(candidate)} is {known.stage}")
    return candidate


def check_parents(song: Song, candidate: str) -> None:
    """Raise Refused if the song was revised later, or a parent is no longer approved.

    A candidate made before a revision may be in another key or have another length.
    """
    known = song.candidates[candidate]
    revised = why_revised(song, known)
    if revised:
        raise Refused(f"{short(candidate)} is stale: {revised}", "evolve it again")
    lost = [p for p in known.parents if song.candidates[p].status != APPROVED]
    if lost:
        raise Refused(
            f"{short(candidate)} stands on {short(lost[0])}, which is not approved any more",
            f"run engine approve {short(lost[0])} first",
        )


def _next_step(song: Song, stage: Stage) -> str:
    """The command that gets the approved parts that a stage needs."""
    current = [known for known in song.candidates.values() if not is_stale(song, known)]
    for needed in stage.needs:
        found = {known.status for known in current if known.stage == needed}
        if APPROVED in found:
            continue
        if PENDING in found:
            return f"run engine review --song {song.song_id} and approve {needed}"
        return f"run engine evolve --stage {needed} --song {song.song_id}"
    return "see engine status"
