"""The lineages of a composition: their scores, their distances, and the choice of the best."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean, median
from typing import Any

from engine.gate.decisions import music_of
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
        stage: its stage.
        total: its total score; None if it was imported.
        genome: its genome; None if it was imported.
        part: its notes.
    """

    candidate: str
    stage: str
    total: float | None
    genome: Any
    part: Part


@dataclass(frozen=True)
class ScoredLineage:
    """A lineage with its scores, genomes and notes.

    Attributes:
        members: in stage order.
        section: label of its section.
    """

    members: tuple[Member, ...]
    section: str

    @property
    def leaf(self) -> str:
        """Id of the member of the latest stage."""
        return self.members[-1].candidate

    @cached_property
    def total(self) -> float:
        """Mean total of its members that have one; 0 if none has."""
        scored = [member.total for member in self.members if member.total is not None]
        return fmean(scored) if scored else 0.0

    def member(self, stage: str) -> Member | None:
        """Its member of a stage; None if it has none."""
        return next((member for member in self.members if member.stage == stage), None)

    def distance(self, other: ScoredLineage) -> float:
        """Mean distance of the members stage by stage, 0 to 1."""
        pairs = zip(self.members, other.members, strict=False)
        return fmean(_distance(mine, theirs) for mine, theirs in pairs)


def _distance(first: Member, second: Member) -> float:
    """Distance of two members, 0 to 1; 1 if they can't be compared."""
    if first.candidate == second.candidate:
        return 0.0
    is_comparable = (
        first.stage == second.stage and first.part.length_ticks == second.part.length_ticks
    )
    if not is_comparable or first.genome is None or second.genome is None:
        return 1.0
    genomes = find_stage(first.stage).genomes
    return float(genomes.distances([first.genome], [second.genome])[0, 0])


@dataclass(slots=True)
class Reader:
    """Reads lineages from the log, each candidate once.

    Attributes:
        studio: the studio to read from.
    """

    studio: Studio
    _members: dict[str, Member] = field(default_factory=dict)

    def read(self, song: Song, leaf: str, section: str | None = None) -> ScoredLineage:
        """The lineage that ends with a candidate, in a section or in the one it was made for."""
        label = song.candidates[leaf].section.label if section is None else section
        lineage = lineage_of(song, leaf, label)
        return ScoredLineage(tuple(self._member(song, each) for each in lineage), label)

    def _member(self, song: Song, candidate: str) -> Member:
        if candidate not in self._members:
            known = song.candidates[candidate]
            music = music_of(self.studio, Entry(candidate, song, known))
            genomes = find_stage(known.stage).genomes
            genome = genomes.from_payload(music.genome) if music.genome else None
            part = Part.from_payload(music.part)
            self._members[candidate] = Member(candidate, known.stage, known.total, genome, part)
        return self._members[candidate]


def best_distinct(
    lineages: list[ScoredLineage], keep: int, others: list[ScoredLineage]
) -> list[ScoredLineage]:
    """The best lineages that differ from each other and from those of other sections.

    Lineages are ranked by total; those nearer than the median distance to a lineage of another
    section are ranked after all others. Then they are taken in order if they are at least the
    median distance from all taken before. If too few are left, the best of the rest fill up.

    Args:
        lineages: the lineages of one section.
        keep: the number to return, at most.
        others: the lineages of the other sections.
    """
    pairs = [a.distance(b) for i, a in enumerate(lineages) for b in lineages[:i]]
    min_distance = median(pairs) if pairs else 0.0

    def order(lineage: ScoredLineage) -> tuple[bool, float, str]:
        is_near = any(lineage.distance(other) < min_distance for other in others)
        return is_near, -lineage.total, lineage.leaf

    ranked = sorted(lineages, key=order)
    chosen: list[ScoredLineage] = []
    for lineage in ranked:
        if len(chosen) < keep and all(lineage.distance(other) >= min_distance for other in chosen):
            chosen.append(lineage)
    remaining = [lineage for lineage in ranked if lineage not in chosen]
    return chosen + remaining[: keep - len(chosen)]
