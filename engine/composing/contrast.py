"""Measures of contrast between sections and of melodic leaps from one to the next, 0 to 1."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations, pairwise
from math import log2
from statistics import fmean
from typing import Any

from engine.composing.lineages import ScoredLineage
from engine.stages import find_stage
from genomes import Part

# Differences that count as full contrast, 1.0: twice the notes, or an octave higher.
FULL_DENSITY_OCTAVES = 1.0
FULL_REGISTER_SEMITONES = 12.0

# Leaps of the melody up to this size between two sections cost nothing.
EASY_LEAP_SEMITONES = 4


@dataclass(frozen=True, slots=True)
class Contrast:
    """Contrast of two sections; each measure is from 0 to 1.

    Attributes:
        progression: distance of their chord progressions.
        density: difference of notes per tick, in doublings.
        register: difference of mean pitch, in octaves.
    """

    progression: float
    density: float
    register: float

    @property
    def mean(self) -> float:
        """Mean of the three."""
        return (self.progression + self.density + self.register) / 3

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def contrast(first: ScoredLineage, second: ScoredLineage) -> Contrast:
    """The contrast of the lineages of two sections."""
    doublings = abs(log2(_density(first)) - log2(_density(second)))
    semitones = abs(_register(first) - _register(second))
    return Contrast(
        _progression_distance(first, second),
        min(1.0, doublings / FULL_DENSITY_OCTAVES),
        min(1.0, semitones / FULL_REGISTER_SEMITONES),
    )


def contrasts(sections: list[ScoredLineage]) -> dict[str, Contrast]:
    """The contrast of each pair of sections; keys are such as ``verse-chorus``."""
    pairs = combinations(sections, 2)
    return {f"{a.section}-{b.section}": contrast(a, b) for a, b in pairs}


def mean_contrast(sections: list[ScoredLineage]) -> float:
    """Mean contrast of all pairs of sections; 0 if there is only one section."""
    found = contrasts(sections).values()
    return fmean(each.mean for each in found) if found else 0.0


def smoothness(sections: list[ScoredLineage]) -> float:
    """How small the melody's leaps between sections are: 1 for none above a major third, down to 0.

    The cost of a leap grows linearly from 0 at a major third to 1 at an octave and a major third.
    Sections without a melody cost nothing.
    """
    leaps = [_leap(a, b) for a, b in pairwise(sections)]
    costs = [max(0, leap - EASY_LEAP_SEMITONES) / FULL_REGISTER_SEMITONES for leap in leaps]
    return 1 - min(1.0, fmean(costs)) if costs else 1.0


def _progression_distance(first: ScoredLineage, second: ScoredLineage) -> float:
    chords = [lineage.member("chords") for lineage in (first, second)]
    genomes: list[Any] = [member.genome for member in chords if member and member.genome]
    if len(genomes) < 2 or len(genomes[0].bars) != len(genomes[1].bars):
        return 1.0
    return float(find_stage("chords").genomes.distances(genomes[:1], genomes[1:])[0, 0])


def _pitched_parts(lineage: ScoredLineage) -> list[Part]:
    sounding = [member.part for member in lineage.members if len(member.part.notes)]
    return [part for part in sounding if not part.notes["is_drum"].any()]


def _density(lineage: ScoredLineage) -> float:
    """Notes per tick, all parts together."""
    parts = [member.part for member in lineage.members]
    return sum(len(part.notes) for part in parts) / parts[0].length_ticks


def _register(lineage: ScoredLineage) -> float:
    """Mean of the mean pitches of all pitched parts that have notes."""
    return fmean(float(part.notes["pitch"].mean()) for part in _pitched_parts(lineage))


def _leap(before: ScoredLineage, after: ScoredLineage) -> int:
    """Leap of the melody between two sections, in semitones; 0 if one has no melody."""
    melodies = [lineage.member("melody") for lineage in (before, after)]
    lines = [member.part.notes for member in melodies if member and len(member.part.notes)]
    if len(lines) < 2:
        return 0
    last, first = lines
    return abs(int(last["pitch"][-1]) - int(first["pitch"][0]))
