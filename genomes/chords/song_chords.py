"""Chords drawn from the model of songs, in the functions that a mode has."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, extensions, max_inversion, tones
from genomes.chords.song_model import (
    BEGIN,
    SongModel,
    Step,
    family_and_kind,
    function_name,
    place_of,
)
from genomes.chords.tables import family_of_mode
from genomes.variation import draw

# Modes beside major and minor keep to their own chords: how likely the others are, relatively.
FOREIGN_SHARE = 0.2
COUNTED_MODES = {"major", "minor"}


def song_chords(
    mode: str,
    slots: Sequence[Sequence[int]],
    source: Sequence[int],
    rng: np.random.Generator,
) -> list[list[Chord]]:
    """The chords of each bar; a bar whose source is an earlier bar has that bar's chords.

    Args:
        mode: of the key.
        slots: for each bar the beat groups on which a chord begins.
        source: for each bar the first bar that it is equal to.
        rng: the source of chance.
    """
    before, earlier, count = BEGIN, BEGIN, 0
    drawn: list[list[Chord]] = []
    named: list[list[str]] = []
    for bar, groups in enumerate(slots):
        if source[bar] < bar:
            drawn.append(drawn[source[bar]])
            named.append(named[source[bar]])
        else:
            drawn.append([])
            named.append([])
            for _ in groups:
                last = named[-1][-1] if named[-1] else before
                likely = _next(mode, last, earlier, place_of(count, bar, len(slots)))
                name = draw(rng, *likely)
                named[-1].append(name)
                drawn[-1].append(draw(rng, *_chords(mode, name)))
                count += 1
                earlier = last
        for name in named[-1]:
            if name != before:
                before, earlier = name, before
    return drawn


@cache
def _next(
    mode: str, before: str, earlier: str, place: str
) -> tuple[tuple[str, ...], tuple[float, ...]]:
    model = SongModel.load(family_of_mode(mode))
    own = _own_functions(mode)
    weights = [
        share * model.function_probability(name, before, earlier, place) * (name != before)
        for name, share in own.items()
    ]
    return tuple(own), _shares(weights)


@cache
def _own_functions(mode: str) -> dict[str, float]:
    """The model's functions that a mode's chords can play, and how freely."""
    found: dict[str, float] = {}
    for token, function in functions(mode).items():
        own = function.source == "diatonic" or mode in COUNTED_MODES
        for extension in extensions(mode, token):
            name, _ = _named(mode, token, extension)
            found[name] = max(found.get(name, 0.0), 1.0 if own else FOREIGN_SHARE)
    return found


@cache
def _chords(mode: str, name: str) -> tuple[tuple[Chord, ...], tuple[float, ...]]:
    """Every chord of a function with its inversions, and how likely songs play each."""
    model = SongModel.load(family_of_mode(mode))
    found: dict[Chord, float] = {}
    seen: set[tuple[str, str]] = set()
    for token in functions(mode):
        for extension in extensions(mode, token):
            called, kind = _named(mode, token, extension)
            if called != name or (kind, extension) in seen:
                continue
            seen.add((kind, extension))
            for inversion in range(max_inversion(extension) + 1):
                bass = tones(mode, token, extension)[inversion] % 12
                bits = model.step_bits(Step(name, kind, bass, 0), BEGIN, BEGIN, "0")
                found[Chord(token, extension, inversion)] = 2.0**bits
    return tuple(found), _shares(list(found.values()))


@cache
def _named(mode: str, token: str, extension: str) -> tuple[str, str]:
    above = frozenset(tone % 12 for tone in tones(mode, token, extension))
    family, kind = family_and_kind(above)
    return function_name(functions(mode)[token].root_semitones, family), kind


def _shares(weights: Sequence[float]) -> tuple[float, ...]:
    whole = sum(weights)
    return tuple(weight / whole for weight in weights)
