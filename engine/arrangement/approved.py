"""The approved parts of a song, and how they stand on each other."""

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
    """A part that belongs to the song.

    Attributes:
        candidate: its id.
        stage: such as ``chords``.
        label: what it was approved as; unique in its stage.
        section_label: the section that it was composed for, as the person wrote it.
        display_label: what it was approved as, as the person wrote it.
        bars: its length.
        parents: the candidates that it stands on, in the order of the stages.
        part: the notes that the approval carries.
        position: of the approval in the log.
        is_stale: whether what it was built on has changed since.
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


def approved_parts(studio: Studio, song: Song) -> tuple[ApprovedPart, ...]:
    """What is approved now, in the order of the approvals."""
    found = [
        _approved(studio, song, candidate, state)
        for candidate, state in song.candidates.items()
        if state.status == APPROVED
    ]
    return tuple(sorted(found, key=lambda part: part.position))


def _approved(studio: Studio, song: Song, candidate: str, state: Candidate) -> ApprovedPart:
    position = state.decided_at
    event = studio.event(position).payload
    assert isinstance(event, CandidateApproved)  # noqa: S101 - what the decision was taken from
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
    )


def find_part(stage: str, reference: str, approved: Sequence[ApprovedPart]) -> ApprovedPart | None:
    """The approved part that a plan names: by its label, or the beginning of its id.

    Raises:
        Ambiguous: if several ids begin so.
    """
    mine = [part for part in approved if part.stage == stage]
    by_label = {part.label: part for part in mine}
    by_id = {part.candidate: part for part in mine}
    for label in (reference, section_label(reference)):
        if label in by_label:
            return by_label[label]
    try:
        return by_id[resolve(reference, by_id, "candidate", "see engine review --all")]
    except NotFound:
        return None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Parts that were composed one on the other.

    Attributes:
        parts: at most one of each stage, in the order of the stages; at least one.
    """

    parts: tuple[ApprovedPart, ...]

    @property
    def first(self) -> ApprovedPart:
        """What all others stand on."""
        return self.parts[0]

    @property
    def section(self) -> str:
        """The section's label in the form that labels are compared in."""
        return compared_label(self.first.section_label)

    @property
    def is_stale(self) -> bool:
        """Whether the song was revised after any of its parts was composed."""
        return any(part.is_stale for part in self.parts)

    def has(self, stage: str) -> bool:
        """Whether a part of the stage belongs to it."""
        return any(part.stage == stage for part in self.parts)


def lineages(approved: Sequence[ApprovedPart]) -> list[Lineage]:
    """Every part that no other stands on, with all that it stands on; in order of approval.

    A part that stands on nothing, though its stage is not the first, joins the lineages of its
    section that lack its stage and are as long.
    """
    known = {part.candidate: part for part in approved}
    grounds = {part.candidate: _grounds(part, known) for part in approved}
    stood_on = {ground for below in grounds.values() for ground in below}
    tops = [part for part in approved if part.candidate not in stood_on]
    loose = [part for part in tops if not grounds[part.candidate] and part.stage != _first_stage()]
    whole = [
        _lineage([*(known[ground] for ground in grounds[part.candidate]), part])
        for part in tops
        if part not in loose
    ]
    for part in loose:
        joined = [_joined(lineage, part) for lineage in whole]
        whole = joined if joined != whole else [*whole, _lineage([part])]
    return sorted(whole, key=lambda lineage: lineage.first.position)


def _first_stage() -> str:
    return next(iter(STAGES))


def _grounds(part: ApprovedPart, known: dict[str, ApprovedPart]) -> set[str]:
    """Ids of the approved parts that a part stands on, directly or not."""
    found: set[str] = set()
    waiting = list(part.parents)
    while waiting:
        ground = waiting.pop()
        if ground in known and ground not in found:
            found.add(ground)
            waiting += known[ground].parents
    return found


def _lineage(parts: Sequence[ApprovedPart]) -> Lineage:
    by_stage = {part.stage: part for part in parts}
    return Lineage(tuple(by_stage[stage] for stage in STAGES if stage in by_stage))


def _joined(lineage: Lineage, part: ApprovedPart) -> Lineage:
    fits = (
        lineage.section == compared_label(part.section_label)
        and lineage.first.bars == part.bars
        and not lineage.has(part.stage)
    )
    return _lineage([*lineage.parts, part]) if fits else lineage
