"""The approved parts of a song, and the lineages that they form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import NotFound
from engine.gate.labels import compared_label, section_label
from engine.ids import resolve
from engine.stages import STAGES
from engine.state.lineages import is_stale
from engine.state.songs import APPROVED, Candidate, Song
from engine.state.studio import Studio
from genomes import Part
from store.events import CandidateApproved


@dataclass(frozen=True, slots=True)
class ApprovedPart:
    """An approved part of a song.

    Attributes:
        candidate: its id.
        stage: such as ``chords``.
        label: the label of its approval; unique in its stage.
        section_label: label of the section that it was composed for, as a person wrote it.
        display_label: the label of its approval, as a person wrote it.
        bars: its length.
        parents: ids of the candidates of earlier stages that it was composed to, in stage order.
        part: its notes, from the approval event.
        position: position of the approval event in the log.
        is_stale: whether the song or a parent has changed since it was composed.
        energy: that which it was composed with, 0 to 1.
        locked_bars: the bars that a person locked when it was composed, 0 the first.
    """

    candidate: str
    stage: str
    label: str
    section_label: str
    display_label: str
    bars: int
    parents: tuple[str, ...]
    part: Part
    position: int
    is_stale: bool
    energy: float = 0.5
    locked_bars: frozenset[int] = frozenset()


def approved_parts(studio: Studio, song: Song) -> tuple[ApprovedPart, ...]:
    """The parts that are approved now, in the order of their approval."""
    found = [
        _approved(studio, song, candidate, state)
        for candidate, state in song.candidates.items()
        if state.status == APPROVED
    ]
    return tuple(sorted(found, key=lambda part: part.position))


def _approved(studio: Studio, song: Song, candidate: str, state: Candidate) -> ApprovedPart:
    position = state.decided_at
    event = studio.event(position).payload
    assert isinstance(event, CandidateApproved)  # noqa: S101 - the state says so
    return ApprovedPart(
        candidate=candidate,
        stage=event.stage,
        label=event.label,
        section_label=event.section.label,
        display_label=event.display_label,
        bars=event.section.bars,
        parents=tuple(event.parents),
        part=Part.from_payload(event.part),
        position=position,
        is_stale=is_stale(song, state),
        energy=event.section.energy,
        locked_bars=_locked_bars(studio, state),
    )


def _locked_bars(studio: Studio, state: Candidate) -> frozenset[int]:
    locks = studio.run(state.run)[1].locks if state.run else None
    return frozenset(locks.bars) if locks else frozenset()


def find_part(stage: str, reference: str, approved: Sequence[ApprovedPart]) -> ApprovedPart | None:
    """The approved part of a stage with this label, or whose id begins with it; None if missing.

    Raises:
        Ambiguous: if several ids begin with the reference.
    """
    of_stage = [part for part in approved if part.stage == stage]
    by_label = {part.label: part for part in of_stage}
    by_id = {part.candidate: part for part in of_stage}
    for label in (reference, section_label(reference)):
        if label in by_label:
            return by_label[label]
    try:
        return by_id[resolve(reference, by_id, "candidate", "see engine review --all")]
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class Lineage:
    """A part with the parts of earlier stages that it was composed to.

    Attributes:
        parts: at least one, at most one per stage, in stage order.
    """

    parts: tuple[ApprovedPart, ...]

    @property
    def first(self) -> ApprovedPart:
        """The part of the earliest stage."""
        return self.parts[0]

    @property
    def section(self) -> str:
        """The section's label, normalised for comparison."""
        return compared_label(self.first.section_label)

    @property
    def is_stale(self) -> bool:
        """Whether any of its parts is stale."""
        return any(part.is_stale for part in self.parts)

    def has(self, stage: str) -> bool:
        """Whether it has a part of this stage."""
        return any(part.stage == stage for part in self.parts)


def lineages(approved: Sequence[ApprovedPart]) -> list[Lineage]:
    """One lineage for each part without children: the part and its ancestors; in order of approval.

    A part without parents, though its stage is not the first, is added to the lineages of its
    section that have the same length and no part of its stage.
    """
    known = {part.candidate: part for part in approved}
    ancestors = {part.candidate: _ancestors(part, known) for part in approved}
    with_children = {ancestor for ids in ancestors.values() for ancestor in ids}
    leaves = [part for part in approved if part.candidate not in with_children]
    without_parents = [
        part for part in leaves if not ancestors[part.candidate] and part.stage != _first_stage()
    ]
    complete = [
        _lineage([*(known[ancestor] for ancestor in ancestors[part.candidate]), part])
        for part in leaves
        if part not in without_parents
    ]
    for part in without_parents:
        joined = [_with_part(lineage, part) for lineage in complete]
        complete = joined if joined != complete else [*complete, _lineage([part])]
    return sorted(complete, key=lambda lineage: lineage.first.position)


def _first_stage() -> str:
    return next(iter(STAGES))


def _ancestors(part: ApprovedPart, known: dict[str, ApprovedPart]) -> set[str]:
    """Ids of the approved parts among a part's parents, their parents, and so on."""
    found: set[str] = set()
    queue = list(part.parents)
    while queue:
        parent = queue.pop()
        if parent in known and parent not in found:
            found.add(parent)
            queue += known[parent].parents
    return found


def _lineage(parts: Sequence[ApprovedPart]) -> Lineage:
    by_stage = {part.stage: part for part in parts}
    return Lineage(tuple(by_stage[stage] for stage in STAGES if stage in by_stage))


def _with_part(lineage: Lineage, part: ApprovedPart) -> Lineage:
    fits = (
        lineage.section == compared_label(part.section_label)
        and lineage.first.bars == part.bars
        and not lineage.has(part.stage)
    )
    return _lineage([*lineage.parts, part]) if fits else lineage
