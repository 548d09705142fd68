"""Contexts: plain ones, chords written down by name, and other stages' parts approved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genomes.chords import CHORDS
from genomes.context import Context, Section
from genomes.grid import cells, swung
from genomes.keys import Key, pitch_class_of
from genomes.notes import ChordSpan, Part
from genomes.time import Meter
from tests.genomes.calls import render, replace
from tests.strategies import EVERY_KEY, ODD_METERS, SONG_METERS

KICK, HAT = 36, 42
QUALITIES = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10)}
LOWEST_MELODY, HIGHEST_MELODY = 55, 76
STEPS = (-4, -3, -2, -1, -1, 0, 1, 1, 2, 3, 4)


def context_of(
    key: str = "C major",
    meter: str = "4/4",
    bars: int = 4,
    *,
    energy: float = 0.5,
    tempo_bpm: float = 100,
    genres: tuple[str, ...] = (),
) -> Context:
    """A verse in which nothing is approved yet."""
    section = Section("verse", bars, energy)
    return Context(Key.parse(key), Meter.parse(meter), tempo_bpm, section, genres=genres)


def spread_contexts(count: int, rng: np.random.Generator) -> list[Context]:
    """Contexts spread over all modes, spellings, meters and 1 to 16 bars."""
    keys = [EVERY_KEY[index] for index in rng.permutation(len(EVERY_KEY))]
    meters = (*SONG_METERS, *SONG_METERS, *ODD_METERS)
    return [
        Context(
            keys[index % len(keys)],
            meters[index % len(meters)],
            float(rng.uniform(50, 180)),
            Section("verse", 1 + index % 16),
        )
        for index in range(count)
    ]


def over(text: str, *, key: str = "C major", meter: str = "4/4", energy: float = 0.5) -> Context:
    """A context with these chords approved, one a bar, such as ``"C Am F/A G7"``; none sounds."""
    names = text.split()
    context = context_of(key, meter, len(names), energy=energy)
    bar_ticks = context.meter.bar_ticks
    spans = [_span(name, index * bar_ticks, bar_ticks) for index, name in enumerate(names)]
    return replace(context, parts=(("chords", Part.of([], context.length_ticks, spans)),))


def _span(name: str, onset_ticks: int, duration_ticks: int) -> ChordSpan:
    chord, _, bass = name.partition("/")
    letter = chord[: 2 if chord[1:2] in {"#", "b"} else 1]
    root = pitch_class_of(letter)
    classes = tuple((root + interval) % 12 for interval in QUALITIES[chord[len(letter) :]])
    lowest = pitch_class_of(bass) if bass else root
    return ChordSpan(onset_ticks, duration_ticks, root, lowest, classes, "?", name)


def with_parts(
    context: Context,
    rng: np.random.Generator,
    stages: Sequence[str] = ("chords",),
    *,
    kicks: tuple[int, ...] = (),
    swing: float = 0.0,
) -> Context:
    """The context with parts of these stages approved, in their order; the last one swings."""
    makers = {
        "chords": lambda: render(CHORDS.random(context, rng)[0], context),
        "drums": lambda: drum_part(context, kicks),
        "bass": lambda: bass_part(context),
        "melody": lambda: melody_part(context, rng, swing=swing),
    }
    for stage in stages:
        part = makers[stage]()
        if stage == stages[-1]:
            part = replace(part, swing=swing)
        context = replace(context, parts=(*context.parts, (stage, part)))
    return context


def song(
    key: str = "C major",
    meter: str = "4/4",
    bars: int = 8,
    *,
    energy: float = 0.5,
    seed: int = 0,
    stages: Sequence[str] = ("chords",),
    kicks: tuple[int, ...] = (),
    swing: float = 0.0,
) -> Context:
    """A verse with random parts of these stages approved."""
    context = context_of(key, meter, bars, energy=energy)
    return with_parts(context, np.random.default_rng(seed), stages, kicks=kicks, swing=swing)


def drum_part(context: Context, kicks: tuple[int, ...] = (), swing: float = 0.0) -> Part:
    """Kicks at these ticks of every bar or on the accents, hats on the beat groups."""
    meter = context.meter
    accented = tuple(
        onset
        for onset, accent in zip(meter.group_onsets_ticks, meter.accents, strict=True)
        if accent >= 0.5
    )
    rows = [
        (bar * meter.bar_ticks + onset, 1, pitch, 90)
        for bar in range(context.section.bars)
        for pitch, onsets in ((KICK, kicks or accented), (HAT, meter.group_onsets_ticks))
        for onset in onsets
    ]
    return Part.of(rows, context.length_ticks, is_drum=True, swing=swing)


def with_drums(context: Context, *kicks: int, swing: float = 0.0) -> Context:
    """The context with drums that kick at these ticks of every bar."""
    drums = drum_part(context, kicks, swing)
    return replace(context, parts=(*context.parts, ("drums", drums)))


def bass_part(context: Context) -> Part:
    """The bass note of each chord, held."""
    rows = [
        (span.onset_ticks, span.duration_ticks, 36 + (span.bass_pitch_class - 36) % 12, 90)
        for span in context.harmony
    ]
    return Part.of(rows, context.length_ticks)


def melody_part(context: Context, rng: np.random.Generator, *, swing: float = 0.0) -> Part:
    """A wandering line on scale notes: eighths and longer, now and then a rest."""
    classes = context.key.scale_pitch_classes
    scale = [p for p in range(LOWEST_MELODY, HIGHEST_MELODY + 1) if p % 12 in classes]
    places = [
        bar + cell.onset_ticks
        for bar in range(0, context.length_ticks, context.meter.bar_ticks)
        for cell in cells(context.meter)
        if cell.weight > 0
    ]
    share = rng.uniform(0.15, 0.8)
    onsets = [place for place in places if rng.random() < share] or places[:1]
    degree = len(scale) * 2 // 3
    rows = []
    for onset, following in zip(onsets, [*onsets[1:], context.length_ticks], strict=True):
        degree = min(max(degree + int(rng.choice(STEPS)), 0), len(scale) - 1)
        end = onset + min(following - onset, int(rng.choice((240, 480, 960, 3840))))
        start, stop = (swung(at, context.meter, swing) for at in (onset, end))
        rows.append((start, max(1, stop - start), scale[degree], int(rng.integers(70, 100))))
    return Part.of(rows, context.length_ticks, swing=swing)
