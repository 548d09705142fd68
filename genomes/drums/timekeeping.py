"""Who keeps time and how: one voice that plays the same figure in every bar.

A time-keeper is a whole: it is exchanged, made sparse or left out as one, and what changes around
it gives way to it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from genomes.context import Context
from genomes.drums.patterns import REST, Pattern, legal, with_line
from genomes.drums.positions import layout
from genomes.drums.templates import energy_name, parse_recipe, recipe_line
from genomes.drums.voices import HAND, RANK, TIME, VOICES
from genomes.genres import groove_of
from genomes.time import Meter
from genomes.variation import pick

# Figures that strike every pulse, by energy, as recipes of templates; the usual ones more often.
KEEPING: dict[str, tuple[str, ...]] = {
    "low": ("beats:x between:g", "beats:x between:g", "pulses:g"),
    "medium": ("beats:x between:g", "beats:X between:x", "pulses:x", "beats:x cells:g"),
    "high": ("pulses:x", "beats:X between:x", "beats:x cells:g"),
}
# Figures that leave pulses out, and none at all.
SPARSE: dict[str, tuple[str, ...]] = {
    "low": ("beats:x", "back:g", "second_pulses:g", "downbeat:x", ""),
    "medium": ("beats:x", "off_beats:x", "second_pulses:x", "back:x", ""),
    "high": ("beats:X", "off_beats:X", "second_pulses:X", ""),
}
# What keeps time where the ride doesn't, by energy.
TIME_VOICES: dict[str, tuple[str, ...]] = {
    "low": (*("closed_hat",) * 3, "shaker"),
    "medium": (*("closed_hat",) * 6, "tambourine", "shaker"),
    "high": (*("closed_hat",) * 5, "open_hat", "open_hat", "tambourine"),
}
# How often time is kept, against how often the genres keep it, by energy.
KEPT_OF_ENERGY = {"low": 0.6, "medium": 1.0, "high": 1.0}
KEPT = 0.75  # of a bar's pulses: from there on time is kept


class TimeKeeper(NamedTuple):
    """How time is kept in every bar.

    Attributes:
        voice: that keeps it, of the role ``time``.
        figure: a recipe; empty where nobody keeps time.
    """

    voice: str
    figure: str

    @property
    def keeps_time(self) -> bool:
        """Whether it strikes every pulse."""
        return any(self.figure in figures for figures in KEEPING.values())


def draw_time_keeper(context: Context, rng: np.random.Generator) -> TimeKeeper:
    """A time-keeper of the song's genres and the section's energy."""
    energy = energy_name(context.section.energy)
    groove = groove_of(context.genres)
    keeps = rng.random() < KEPT_OF_ENERGY[energy] * groove.time_kept
    figure = pick(rng, (KEEPING if keeps else SPARSE)[energy])
    is_ride = rng.random() < groove.ride_share
    return TimeKeeper("ride" if is_ride else pick(rng, TIME_VOICES[energy]), figure)


def with_time_keeper(pattern: Pattern, keeper: TimeKeeper, meter: Meter) -> Pattern:
    """A pattern with another time-keeper for those that hands play; what clashes gives way."""
    lines = {voice: line for voice, line in pattern.lines if not _is_of_hand(voice)}
    line = recipe_line(parse_recipe(keeper.figure), meter, pattern.division)
    return legal(pattern.division, {**lines, keeper.voice: line}, first=keeper.voice)


def _is_of_hand(voice: str) -> bool:
    return VOICES[voice].role == TIME and VOICES[voice].limb == HAND


def time_keeper(pattern: Pattern) -> str:
    """The voice that keeps time: of those whose role it is the one struck most; or empty."""
    strokes = {
        voice: len(line) - line.count(REST)
        for voice, line in pattern.lines
        if VOICES[voice].role == TIME
    }
    return max(strokes, key=lambda voice: (strokes[voice], -RANK[voice]), default="")


@lru_cache(maxsize=2**12)
def keeps_time(pattern: Pattern, meter: Meter) -> bool:
    """Whether voices that keep time strike at least ``KEPT`` of the pulses."""
    struck = [line for voice, line in pattern.lines if VOICES[voice].role == TIME]
    pulses = layout(meter, pattern.division).pulses
    kept = sum(any(line[pulse] != REST for line in struck) for pulse in pulses)
    return kept >= KEPT * len(pulses)


def with_time_of(before: Pattern, after: Pattern) -> Pattern:
    """A changed pattern in which the time-keeper strikes whatever it struck before."""
    voice = time_keeper(before)
    if not voice or before.division != after.division:
        return after
    old, new = before.line(voice), after.line(voice)
    if not new:
        return with_line(after, voice, old)
    line = "".join(b if a == REST else a for a, b in zip(new, old, strict=True))
    return after if line == new else with_line(after, voice, line)
