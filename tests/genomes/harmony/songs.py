"""Contexts with approved parents: chords, a plain melody, a plain bass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from genomes.chords import CHORDS
from genomes.context import Context, Section
from genomes.grid import cells, swung
from genomes.harmony import HARMONY, HarmonyGenome
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter
from tests.genomes.bass.conftest import over
from tests.strategies import contexts, rngs

LOWEST_MELODY, HIGHEST_MELODY = 55, 76
STEPS = (-4, -3, -2, -1, -1, 0, 1, 1, 2, 3, 4)


def melody_part(context: Context, rng: np.random.Generator, *, swing: float = 0.0) -> Part:
    """A wandering line on scale notes: eighths and longer, now and then a rest."""
    classes = context.key.scale_pitch_classes
    scale = [p for p in range(LOWEST_MELODY, HIGHEST_MELODY + 1) if p % 12 in classes]
    bar_ticks = context.meter.bar_ticks
    places = [
        bar + cell.onset_ticks
        for bar in range(0, context.length_ticks, bar_ticks)
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


def bass_part(context: Context) -> Part:
    """The root of each chord, held."""
    rows = [
        (span.onset_ticks, span.duration_ticks, 36 + (span.bass_pitch_class - 36) % 12, 90)
        for span in context.harmony
    ]
    return Part.of(rows, context.length_ticks)


def with_parents(
    context: Context,
    rng: np.random.Generator,
    *,
    melody: bool = True,
    bass: bool = True,
    swing: float = 0.0,
) -> Context:
    """The context with chords, and with what else is wanted."""
    chords = CHORDS.random(context, rng)[0].render(context)
    context = replace(context, parts=(("chords", chords),))
    added = []
    if bass:
        added.append(("bass", bass_part(context)))
    if melody:
        added.append(("melody", melody_part(context, rng, swing=swing)))
    return replace(context, parts=(*context.parts, *added))


def song(
    key: str = "C major",
    meter: str = "4/4",
    bars: int = 8,
    *,
    seed: int = 1,
    energy: float = 0.5,
    melody: bool = True,
    bass: bool = True,
    swing: float = 0.0,
) -> Context:
    """A section with parents by chance."""
    context = Context(Key.parse(key), Meter.parse(meter), 100, Section("verse", bars, energy))
    rng = np.random.default_rng(seed)
    return with_parents(context, rng, melody=melody, bass=bass, swing=swing)


def plain_song() -> Context:
    """Eight bars of a chord each; a melody of two notes that rests for the second half of a bar.

    An echo finds something to take up and room for it, and pads find common tones to hold.
    """
    context = over("C Am F C/E Am F G7 C")
    bar_ticks = context.meter.bar_ticks
    rows = [
        (bar * bar_ticks + onset, 480, pitch, 80)
        for bar, pitches in enumerate([(72, 74), (72, 69), (69, 72), (67, 64)] * 2)
        for onset, pitch in zip((0, 480), pitches, strict=True)
    ]
    melody = Part.of(rows, context.length_ticks)
    return replace(
        context, parts=(*context.parts, ("bass", bass_part(context)), ("melody", melody))
    )


@st.composite
def harmony_contexts(draw: st.DrawFn, max_bars: int = 6) -> Context:
    """Any key and meter, with chords; with or without melody, bass and swing."""
    context = draw(contexts(max_bars))
    return with_parents(
        context,
        draw(rngs()),
        melody=draw(st.sampled_from([True, True, False])),
        bass=draw(st.booleans()),
        swing=draw(st.sampled_from([0.0, 0.0, 0.3, 1.0])),
    )


def evolved(context: Context, rng: np.random.Generator, steps: int) -> HarmonyGenome:
    """A random genome after some mutations and matings."""
    genome, _ = HARMONY.random(context, rng)
    for step in range(steps):
        if step % 3 == 2:
            other, _ = HARMONY.random(context, rng)
            genome = HARMONY.mate(genome, other, context, rng)
        genome, _ = HARMONY.mutate(genome, context, rng)
    return genome


@st.composite
def genomes_in_context(draw: st.DrawFn, max_bars: int = 6) -> tuple[HarmonyGenome, Context]:
    """A genome that has evolved a little, and its context."""
    context = draw(harmony_contexts(max_bars))
    return evolved(context, draw(rngs()), draw(st.integers(0, 8))), context
