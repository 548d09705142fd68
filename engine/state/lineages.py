"""Lineages: candidates with their parents, what sections stand on, and which parts are stale.

Of several approved candidates of a section's stage one is *in use*: what a person chose with
``engine use``, together with what that was built on, else the first that was approved; of what a
composition approved by itself, the first with the most stages built on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.stages import STAGES, stages_before
from engine.state.songs import APPROVED, Candidate, Song, why_revised
from store import events

# Of one section: stage -> id of a candidate.
ByStage = dict[str, str]


def approved(song: Song, stage: str, section: str | None = None) -> list[str]:
    """The approved candidates of a stage, of one section or of all, in order of their approval."""
    found = [
        (approval.position, identifier)
        for identifier, candidate in song.candidates.items()
        if candidate.stage == stage
        for approval in candidate.approvals
        if section in {None, approval.section.label}
    ]
    return list(dict.fromkeys(identifier for _, identifier in sorted(found)))


def section_for(song: Song, identifier: str, label: str | None = None) -> events.Section:
    """The section with this label that a candidate is approved for, or the one it was made for."""
    candidate = song.candidates[identifier]
    approval = None if label is None else candidate.approval_for(label)
    return candidate.section if approval is None else approval.section


def sections(song: Song) -> list[str]:
    """Labels of the sections with approved chords, in the order of the approvals."""
    found = [
        (approval.position, approval.section.label)
        for candidate in song.candidates.values()
        if candidate.stage == "chords"
        for approval in candidate.approvals
    ]
    return list(dict.fromkeys(label for _, label in sorted(found)))


def parents_of(song: Song, identifier: str, section: str | None = None) -> tuple[str, ...]:
    """The parents that a candidate stands on in a section, in stage order.

    These are the parents that it was composed to, unless it was kept when the section came to
    use others. A part that was made before there were any chords stands on what its section uses.
    """
    candidate = song.candidates[identifier]
    is_free = not candidate.parents and STAGES[candidate.stage].needs
    if not candidate.kept and not is_free:
        return candidate.parents
    used = in_use(song, candidate.section.label if section is None else section)
    if is_free:
        return tuple(used[each] for each in stages_before(candidate.stage) if each in used)
    fitting = (parents for parents in _alternatives(candidate) if _agree(song, parents, used))
    return next(fitting, candidate.parents)


def lineage_of(song: Song, identifier: str, section: str | None = None) -> tuple[str, ...]:
    """Ids of a candidate's parents and of the candidate itself, in stage order."""
    return (*parents_of(song, identifier, section), identifier)


def chosen(song: Song, section: str) -> ByStage:
    """The candidates that a person chose for a section, with those that they were built on.

    A later choice replaces an earlier one of its stage, and ends those of later stages that were
    built on something else. A choice of what isn't approved, or was made before a revision of
    the song, does not count.
    """
    found: ByStage = {}
    for use in song.uses:
        if use.section != section or not _is_usable(song, use.candidate, section):
            continue
        candidate = song.candidates[use.candidate]
        options = _alternatives(candidate)
        parents = next((each for each in options if _allows(song, each, found)), candidate.parents)
        for member in (*parents, use.candidate):
            if _is_usable(song, member, section):
                found[song.candidates[member].stage] = member
        found = _without_contradictions(song, found)
    return found


def _is_usable(song: Song, identifier: str, section: str) -> bool:
    candidate = song.candidates.get(identifier)
    return (
        candidate is not None
        and candidate.approval_for(section) is not None
        and not is_revised(song, candidate)
    )


def _without_contradictions(song: Song, found: ByStage) -> ByStage:
    kept: ByStage = {}
    for stage in STAGES:
        each = found.get(stage)
        if each is not None and any(
            _allows(song, parents, kept) for parents in _alternatives(song.candidates[each])
        ):
            kept[stage] = each
    return kept


def _alternatives(candidate: Candidate) -> Iterator[tuple[str, ...]]:
    """The parents that a candidate may stand on, those that it was kept on last first."""
    yield from (kept.parents for kept in reversed(candidate.kept))
    yield candidate.parents


def _allows(song: Song, parents: Sequence[str], chosen: Mapping[str, str]) -> bool:
    """Whether none of these parents is of a stage for which another candidate was chosen."""
    return all(chosen.get(_stage(song, parent), parent) == parent for parent in parents)


def _agree(song: Song, parents: Sequence[str], used: Mapping[str, str]) -> bool:
    """Whether all of these parents are in use."""
    return all(used.get(_stage(song, parent)) == parent for parent in parents)


def _stage(song: Song, identifier: str) -> str:
    known = song.candidates.get(identifier)
    return "" if known is None else known.stage


def eligible(song: Song, stage: str, section: str) -> list[str]:
    """The approved candidates of a stage that a section may use, in order of their approval.

    Left out are stale ones, and all but the chosen one where a person chose.
    """
    choice = chosen(song, section).get(stage)
    return [
        identifier
        for identifier in approved(song, stage, section)
        if choice in {None, identifier} and not is_stale(song, song.candidates[identifier], section)
    ]


def in_use(song: Song, section: str) -> ByStage:
    """The candidate that a section uses of each stage; stages without one are missing.

    It is one of the ``eligible`` candidates that stand on those in use before it.
    """
    used: ByStage = {}
    for stage in STAGES:
        fitting = [
            identifier
            for identifier in eligible(song, stage, section)
            if any(
                _agree(song, parents, used)
                for parents in _alternatives(song.candidates[identifier])
            )
        ]
        if fitting:
            used[stage] = _first(song, fitting, section)
    return used


def _first(song: Song, fitting: Sequence[str], section: str) -> str:
    """The one that was approved first; if by a rule, the first with the most stages built on it."""
    approvals = {each: song.candidates[each].approval_for(section) for each in fitting}
    by_rule = [each for each, approval in approvals.items() if approval and approval.policy]
    return (
        max(by_rule, key=lambda each: _depth(song, each)) if fitting[0] in by_rule else fitting[0]
    )


def _depth(song: Song, identifier: str) -> int:
    """Number of stages of which a rule approved a candidate that was built on one."""
    built_on = (each for each in song.candidates.values() if identifier in each.parents)
    return len({each.stage for each in built_on if each.policy})


def why_stale(song: Song, candidate: Candidate, section: str | None = None) -> str:
    """Why a candidate is stale for a section; empty if it isn't.

    The song may have been revised since it was made, a parent may have lost its approval, or a
    person may have chosen another candidate in place of a parent.

    Args:
        song: state of the song.
        candidate: the candidate.
        section: label of the section; the one it was made for if None.
    """
    revised = why_revised(song, candidate)
    if revised:
        return revised
    label = candidate.section.label if section is None else section
    choices = chosen(song, label)
    reasons = [_why_unfit(song, parents, label, choices) for parents in _alternatives(candidate)]
    return "" if "" in reasons else reasons[-1]


def _why_unfit(song: Song, parents: Sequence[str], section: str, choices: ByStage) -> str:
    for parent in parents:
        known = song.candidates.get(parent)
        if known is None or known.status != APPROVED:
            stage = "what it stands on" if known is None else f"its {known.stage}"
            return f"{stage} {parent[:8]} is not approved any more"
        if known.approval_for(section) is None:
            return f"its {known.stage} {parent[:8]} is not approved for {section} any more"
        if choices.get(known.stage, parent) != parent:
            return f"other {known.stage} are in use for {section}"
    return ""


def is_revised(song: Song, candidate: Candidate) -> bool:
    """Whether key, meter or colour of the song changed since a candidate was made."""
    return bool(why_revised(song, candidate))


def is_stale(song: Song, candidate: Candidate, section: str | None = None) -> bool:
    """Whether a candidate doesn't fit its section any more; see ``why_stale``."""
    return bool(why_stale(song, candidate, section))
