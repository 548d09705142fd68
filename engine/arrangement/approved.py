"""The approved parts of a song, and the lineages that they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import NotFound
from engine.gate.decisions import approved_notes
from engine.gate.labels import compared_label, section_label
from engine.ids import resolve
from engine.stages import STAGES
from engine.state.lineages import in_use, parents_of, why_stale
from engine.state.songs import Approved, Song
from engine.state.studio import Studio
from genomes import Part
from store.events import CandidateApproved


@dataclass(frozen=True, slots=True)
class ApprovedPart:
    """A part that is approved for a section; one candidate can be for several.

    Attributes:
        candidate: its id.
        stage: such as ``chords``.
        label: the label of its approval; unique in its stage.
        section_label: label of the section that it was composed for, as a person wrote it.
        display_label: the label of its approval, as a person wrote it.
        bars: its length.
        parents: ids of the candidates of earlier stages that it stands on, in stage order.
        part: its notes, from the approval event.
        position: position of the approval event in the log.
        why_stale: what has changed since it was composed; empty if nothing has.
        is_in_use: whether its section uses it.
        policy: name of the rule that approved it; None if a person did.
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
    why_stale: str = ""
    is_in_use: bool = False
    policy: str | None = None
    energy: float = 0.5
    locked_bars: frozenset[int] = frozenset()

    @property
    def is_stale(self) -> bool:
        """Whether the song or a parent has changed since it was composed."""
        return bool(self.why_stale)


def approved_parts(studio: Studio, song: Song) -> tuple[ApprovedPart, ...]:
    """The parts that are approved now, in the order of their approval."""
    labels = {each.section.label for known in song.candidates.values() for each in known.approvals}
    used = {label: in_use(song, label) for label in labels}
    found = [
        _approved(studio, song, candidate, approval, used[approval.section.label])
        for candidate, state in song.candidates.items()
        for approval in state.approvals
    ]
    return tuple(sorted(found, key=lambda part: part.position))


def _approved(
    studio: Studio, song: Song, candidate: str, approval: Approved, used: Mapping[str, str]
) -> ApprovedPart:
    state, section = song.candidates[candidate], approval.section
    event = studio.event(approval.position).payload
    assert isinstance(event, CandidateApproved)  # noqa: S101 - the state says so
    return ApprovedPart(
        candidate=candidate,
        stage=event.stage,
        label=event.label,
        section_label=event.section.label,
        display_label=event.display_label,
        bars=event.section.bars,
        parents=parents_of(song, candidate, section.label),
        part=Part.from_payload(approved_notes(studio, state, event)),
        position=approval.position,
        why_stale=why_stale(song, state, section.label),
        is_in_use=used.get(event.stage) == candidate,
        policy=event.policy,
        energy=event.section.energy,
        locked_bars=_locked_bars(studio, state.run),
    )


def _locked_bars(studio: Studio, run: str | None) -> frozenset[int]:
    locks = studio.run(run)[1].locks if run else None
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
    found = [lineage for parts in _by_section(approved) for lineage in _lineages(parts)]
    return sorted(found, key=lambda lineage: lineage.first.position)


def lineages_in_use(approved: Sequence[ApprovedPart]) -> list[Lineage]:
    """What each section plays, in the order in which something of them was approved first.

    Those are the parts in use. Where none is, it is the first of the lineages with the most
    stages; a stale one only if all are stale.
    """
    found = []
    for parts in _by_section(approved):
        used = [part for part in parts if part.is_in_use]
        found.append(_lineage(used) if used else _most_complete(_lineages(parts)))
    return found


def _most_complete(of_section: Sequence[Lineage]) -> Lineage:
    current = [lineage for lineage in of_section if not lineage.is_stale] or of_section
    return max(current, key=lambda lineage: len(lineage.parts))


def _by_section(approved: Sequence[ApprovedPart]) -> list[list[ApprovedPart]]:
    ordered = sorted(approved, key=lambda part: part.position)
    by_section: dict[str, list[ApprovedPart]] = {}
    for part in ordered:
        by_section.setdefault(compared_label(part.section_label), []).append(part)
    return list(by_section.values())


def _lineages(approved: Sequence[ApprovedPart]) -> list[Lineage]:
    """The lineages of one section, as in ``lineages``."""
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
    fits = lineage.first.bars == part.bars and not lineage.has(part.stage)
    return _lineage([*lineage.parts, part]) if fits else lineage
