"""What songs do with chords: how likely each change is, counted in charted songs and pop songs.

A chord is taken apart into its function (root above the tonic and family of its triad), the kind
within the family, and its bass. Functions follow an n-gram model: counts after the two functions
before, after the one before, and by the place in the section, each smoothed by the shorter
history (Witten and Bell, "The zero-frequency problem", 1991). ``tools/chord_model.py`` counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log2
from typing import Any

FAMILIES = ("major", "minor", "diminished", "augmented", "open")
KINDS = ("triad", "seventh", "major seventh", "added", "sus")
FIRST, LAST = "first", "last"
PHRASE_BARS = 4
BEGIN = "begin"

# Probability of a function that was never counted, before any smoothing: one of 12 roots and
# five families.
UNIFORM = 1 / (12 * len(FAMILIES))
# How many times a history's different continuations the shorter history weighs.
BACKING = 1.0
# Share of the place in the section beside the two functions before.
PLACE_SHARE = 0.2
# How many chords a function needs before its own kinds and basses outweigh its family's.
OWN = 8.0
UNSEEN = 0.5

Counts = dict[str, dict[str, float]]


@dataclass(frozen=True, slots=True)
class Step:
    """A chord of a section, relative to the tonic.

    Attributes:
        function: root above the tonic and family, such as ``"7 major"``.
        kind: one of ``KINDS``.
        bass: semitones of the bass above the root, 0 to 11.
        bar: in which it begins, 0 the section's first.
    """

    function: str
    kind: str
    bass: int
    bar: int


@cache
def family_and_kind(intervals: frozenset[int]) -> tuple[str, str]:
    """Family and kind of a chord by its semitones above the root, 0 to 11."""
    if 4 in intervals:
        family = "augmented" if 8 in intervals and 7 not in intervals else "major"
    elif 3 in intervals:
        family = "diminished" if 6 in intervals and 7 not in intervals else "minor"
    else:
        return "open", "sus" if intervals & {2, 5} else "triad"
    if 10 in intervals or (family == "diminished" and 9 in intervals):
        return family, "seventh"
    if 11 in intervals:
        return family, "major seventh"
    return family, "added" if len(intervals) > 3 else "triad"


def function_name(root_semitones: int, family: str) -> str:
    """A function as the counts call it."""
    return f"{root_semitones} {family}"


@cache
def step_of(
    tonic_pitch_class: int,
    root_pitch_class: int,
    bass_pitch_class: int,
    pitch_classes: tuple[int, ...],
    bar: int,
) -> Step:
    """A chord by its pitch classes, in a key."""
    above = frozenset((pitch_class - root_pitch_class) % 12 for pitch_class in pitch_classes)
    family, kind = family_and_kind(above)
    root = (root_pitch_class - tonic_pitch_class) % 12
    bass = (bass_pitch_class - root_pitch_class) % 12
    return Step(function_name(root, family), kind, bass, bar)


def place_of(index: int, bar: int, bars: int) -> str:
    """Where a chord stands: the section's first, in its last bar, or by its bar of four."""
    if index == 0:
        return FIRST
    return LAST if bar == bars - 1 else str(bar % PHRASE_BARS)


def histories(steps: Sequence[Step]) -> list[tuple[str, str]]:
    """For each chord the two functions before it, the later one first; repeats count once."""
    found, before, earlier = [], BEGIN, BEGIN
    for step in steps:
        found.append((before, earlier))
        if step.function != before:
            before, earlier = step.function, before
    return found


@dataclass(frozen=True, slots=True, eq=False)
class SongModel:
    """Counts of one family of modes, ``major`` or ``minor``.

    Attributes:
        functions: history (``"earlier|before"``, ``"before"``, ``"@place"`` or ``""``) ->
            function -> count.
        kinds: function or family -> kind -> count.
        basses: function or family -> semitones above the root -> count.
    """

    functions: Counts
    kinds: Counts
    basses: Counts

    @staticmethod
    @cache
    def load(family_of_mode: str) -> SongModel:
        """The model that ships, for ``major`` or ``minor``."""
        counts = _document()["counts"][family_of_mode]
        return SongModel(counts["functions"], counts["kinds"], counts["basses"])

    def function_probability(self, function: str, before: str, earlier: str, place: str) -> float:
        """How likely a function is after the two before it, at a place."""
        along = self._smoothed(function, ("", before, f"{earlier}|{before}"))
        here = self._smoothed(function, ("", f"@{place}", f"@{place}|{before}"))
        return (1 - PLACE_SHARE) * along + PLACE_SHARE * here

    def log2_likelihood(self, steps: Sequence[Step], bars: int) -> float:
        """Mean over the chords of log2 of how likely each is: function, kind and bass."""
        total = 0.0
        for index, (step, (before, earlier)) in enumerate(
            zip(steps, histories(steps), strict=True)
        ):
            place = place_of(index, step.bar, bars)
            total += _step_bits(self, step.function, step.kind, step.bass, before, earlier, place)
        return total / len(steps)

    def step_bits(self, step: Step, before: str, earlier: str, place: str) -> float:
        """log2 of how likely one chord is."""
        family = step.function.split(" ")[1]
        kind = self._detail(self.kinds, step.function, family, step.kind, len(KINDS))
        bass = self._detail(self.basses, step.function, family, str(step.bass), 12)
        function = self.function_probability(step.function, before, earlier, place)
        return log2(function) + log2(kind) + log2(bass)

    def _smoothed(self, function: str, contexts: tuple[str, ...]) -> float:
        probability = UNIFORM
        for context in contexts:
            counts = self.functions.get(context)
            if counts:
                backing = BACKING * len(counts)
                share = counts.get(function, 0) + backing * probability
                probability = share / (_total(self, context) + backing)
        return probability

    @staticmethod
    def _detail(table: Counts, function: str, family: str, value: str, options: int) -> float:
        shared = table.get(family, {})
        general = (shared.get(value, 0) + UNSEEN) / (sum(shared.values()) + UNSEEN * options)
        own = table.get(function, {})
        return (own.get(value, 0) + OWN * general) / (sum(own.values()) + OWN)


@cache
def _document() -> dict[str, Any]:
    text = resources.files("genomes.chords").joinpath("data/song_chords.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _total(model: SongModel, context: str) -> float:
    return sum(model.functions[context].values())


@cache
def _step_bits(
    model: SongModel, function: str, kind: str, bass: int, before: str, earlier: str, place: str
) -> float:
    return model.step_bits(Step(function, kind, bass, 0), before, earlier, place)
