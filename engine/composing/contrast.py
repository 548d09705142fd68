"""How sections differ, and how a melody crosses from one to the next: measured, each 0 to 1."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import combinations, pairwise
from math import log2
from statistics import fmean
from typing import Any

from engine.composing.lineages import Weighed
from engine.stages import find_stage
from genomes import Part

# A section with twice the notes, or an octave higher, differs wholly.
FULL_DENSITY_OCTAVES = 1.0
FULL_REGISTER_SEMITONES = 12.0

# A melody steps or leaps so far from one section to the next without a jolt.
EASY_LEAP_SEMITONES = 4


@dataclass(frozen=True, slots=True)
class Contrast:
    """How two sections differ, each from 0 to 1.

    Attributes:
        progression: distance of their chords.
        density: how many more notes a quarter the one has, in doublings.
        register: how much higher the one lies, in octaves.
    """

    progression: float
    density: float
    register: float

    @property
    def mean(self) -> float:
        """All three alike."""
        return (self.progression + self.density + self.register) / 3

    def to_json(self) -> dict[str, float]:
        """Plain values."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def contrast(first: Weighed, second: Weighed) -> Contrast:
    """How two sections' lineages differ."""
    doublings = abs(log2(_density(first)) - log2(_density(second)))
    semitones = abs(_register(first) - _register(second))
    return Contrast(
        _progressions_apart(first, second),
        min(1.0, doublings / FULL_DENSITY_OCTAVES),
        min(1.0, semitones / FULL_REGISTER_SEMITONES),
    )


def contrasts(sections: list[Weighed]) -> dict[str, Contrast]:
    """The contrast of each pair of sections, by their names."""
    pairs = combinations(sections, 2)
    return {f"{a.section}-{b.section}": contrast(a, b) for a, b in pairs}


def mean_contrast(sections: list[Weighed]) -> float:
    """Mean of all pairs; 0 where there is only one section."""
    found = contrasts(sections).values()
    return fmean(each.mean for each in found) if found else 0.0


def smoothness(sections: list[Weighed]) -> float:
    """How gently the melody goes from each section to the next: 1 without jolts, down to 0.

    A join costs nothing up to a third, and all at an octave and a third; silence costs nothing.
    """
    leaps = [_leap(a, b) for a, b in pairwise(sections)]
    costs = [max(0, leap - EASY_LEAP_SEMITONES) / FULL_REGISTER_SEMITONES for leap in leaps]
    return 1 - min(1.0, fmean(costs)) if costs else 1.0


def _progressions_apart(first: Weighed, second: Weighed) -> float:
    chords = [lineage.member("chords") for lineage in (first, second)]
    genomes: list[Any] = [member.genome for member in chords if member and member.genome]
    if len(genomes) < 2 or len(genomes[0].bars) != len(genomes[1].bars):
        return 1.0
    return float(find_stage("chords").genomes.distances(genomes[:1], genomes[1:])[0, 0])


def _pitched(lineage: Weighed) -> list[Part]:
    sounding = [member.part for member in lineage.members if len(member.part.notes)]
    return [part for part in sounding if not part.notes["is_drum"].any()]


def _density(lineage: Weighed) -> float:
    """Notes of all parts in a tick."""
    parts = [member.part for member in lineage.members]
    return sum(len(part.notes) for part in parts) / parts[0].length_ticks


def _register(lineage: Weighed) -> float:
    """Mean pitch of all parts but the drums and those that are silent."""
    return fmean(float(part.notes["pitch"].mean()) for part in _pitched(lineage))


def _leap(before: Weighed, after: Weighed) -> int:
    """Semitones that the melody leaps from one section to the next; 0 where one has none."""
    melodies = [lineage.member("melody") for lineage in (before, after)]
    lines = [member.part.notes for member in melodies if member and len(member.part.notes)]
    if len(lines) < 2:
        return 0
    last, first = lines
    return abs(int(last["pitch"][-1]) - int(first["pitch"][0]))
