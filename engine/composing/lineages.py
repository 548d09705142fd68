"""Lineages as a composition weighs them: how good each is, how different, and how they contrast."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean, median
from typing import Any

from engine.gate.decisions import brought_notes
from engine.gate.waiting import Entry
from engine.stages import find_stage
from engine.state.lineages import lineage_of
from engine.state.songs import Song
from engine.state.studio import Studio
from genomes import Part


@dataclass(frozen=True, slots=True)
class Member:
    """One candidate of a lineage.

    Attributes:
        candidate: its id.
        stage: what it is.
        total: its score; None where it was made by hand.
        genome: its genes; None where it was made by hand.
        part: its notes.
    """

    candidate: str
    stage: str
    total: float | None
    genome: Any
    part: Part


@dataclass(frozen=True)
class Weighed:
    """A lineage, with what is compared.

    Attributes:
        members: in the order of the stages.
        section: label of its section.
    """

    members: tuple[Member, ...]
    section: str

    @property
    def leaf(self) -> str:
        """The candidate that it ends with."""
        return self.members[-1].candidate

    @cached_property
    def total(self) -> float:
        """Mean total of its members, those made by hand left out; 0 of nothing else."""
        scored = [member.total for member in self.members if member.total is not None]
        return fmean(scored) if scored else 0.0

    def member(self, stage: str) -> Member | None:
        """Its member of a stage."""
        return next((member for member in self.members if member.stage == stage), None)

    def distance(self, other: Weighed) -> float:
        """Mean distance of the members, stage by stage, 0 to 1."""
        pairs = zip(self.members, other.members, strict=False)
        return fmean(_distance(mine, theirs) for mine, theirs in pairs)


def _distance(first: Member, second: Member) -> float:
    """Of two members; what can't be compared differs wholly."""
    if first.candidate == second.candidate:
        return 0.0
    alike = first.stage == second.stage and first.part.length_ticks == second.part.length_ticks
    if not alike or first.genome is None or second.genome is None:
        return 1.0
    genomes = find_stage(first.stage).genomes
    return float(genomes.distances([first.genome], [second.genome])[0, 0])


@dataclass(slots=True)
class Reader:
    """Reads lineages from the log, each candidate once.

    Attributes:
        studio: where.
    """

    studio: Studio
    _members: dict[str, Member] = field(default_factory=dict)

    def read(self, song: Song, leaf: str) -> Weighed:
        """The lineage that ends with a candidate."""
        members = tuple(self._member(song, candidate) for candidate in lineage_of(song, leaf))
        return Weighed(members, song.candidates[leaf].section.label)

    def _member(self, song: Song, candidate: str) -> Member:
        if candidate not in self._members:
            known = song.candidates[candidate]
            brought = brought_notes(self.studio, Entry(candidate, song, known))
            genomes = find_stage(known.stage).genomes
            genome = genomes.from_payload(brought.genome) if brought.genome else None
            part = Part.from_payload(brought.part)
            self._members[candidate] = Member(candidate, known.stage, known.total, genome, part)
        return self._members[candidate]


def best_apart(lineages: list[Weighed], keep: int, others: list[Weighed]) -> list[Weighed]:
    """The best lineages that differ from each other, and from those of other sections.

    The best comes first, then always the best that is at least the median distance away from all
    chosen; places that stay empty are filled in order. Lineages that are nearer than that median
    to another section's come after all others.

    Args:
        lineages: of one section.
        keep: how many, at most.
        others: what was chosen for the sections before.
    """
    pairs = [a.distance(b) for i, a in enumerate(lineages) for b in lineages[:i]]
    far = median(pairs) if pairs else 0.0

    def order(lineage: Weighed) -> tuple[bool, float, str]:
        near = any(lineage.distance(other) < far for other in others)
        return near, -lineage.total, lineage.leaf

    ranked = sorted(lineages, key=order)
    chosen: list[Weighed] = []
    for lineage in ranked:
        if len(chosen) < keep and all(lineage.distance(other) >= far for other in chosen):
            chosen.append(lineage)
    waiting = [lineage for lineage in ranked if lineage not in chosen]
    return chosen + waiting[: keep - len(chosen)]
