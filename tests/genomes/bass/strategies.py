"""Contexts with approved chords, and often drums, and the bass lines that are made in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from genomes.bass import BASS, BassGenome
from genomes.chords import CHORDS
from genomes.context import Context, Section
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter
from tests.strategies import chord_genomes, contexts, rngs

KICK, SNARE, HAT = 36, 38, 42


def beat(context: Context, kicks: tuple[int, ...] = (), swing: float = 0.0) -> Part:
    """Drums: kicks at these ticks of every bar or on the accents, hats on the beat groups."""
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


def with_chords(context: Context, seed: int = 0) -> Context:
    """The context with a random progression approved."""
    genome, _ = CHORDS.random(context, np.random.default_rng(seed))
    return replace(context, parts=(("chords", genome.render(context)),))


def song(
    key: str = "C major",
    meter: str = "4/4",
    bars: int = 8,
    *,
    energy: float = 0.5,
    seed: int = 0,
    kicks: tuple[int, ...] | None = None,
) -> Context:
    """A section with random chords, and drums where kicks are given."""
    section = Section("verse", bars, energy)
    context = with_chords(Context(Key.parse(key), Meter.parse(meter), 100, section), seed)
    if kicks is None:
        return context
    return replace(context, parts=(*context.parts, ("drums", beat(context, kicks))))


@st.composite
def bass_contexts(draw: st.DrawFn, max_bars: int = 6) -> Context:
    """Any key and meter with chords; half of them with drums, which may swing."""
    context = draw(contexts(max_bars))
    chords = draw(chord_genomes(context, max_steps=3)).render(context)
    parts: tuple[tuple[str, Part], ...] = (("chords", chords),)
    if draw(st.booleans()):
        places = st.integers(0, context.meter.bar_ticks - 1)
        kicks = tuple(sorted(draw(st.sets(places, max_size=4))))
        parts = (*parts, ("drums", beat(context, kicks, draw(st.sampled_from([0.0, 0.4, 1.0])))))
    return replace(context, parts=parts)


@st.composite
def bass_genomes(draw: st.DrawFn, context: Context, max_steps: int = 6) -> BassGenome:
    """A random line, then some mutations and matings."""
    rng = draw(rngs())
    genome, _ = BASS.random(context, rng)
    for step in draw(st.lists(st.sampled_from(["mutate", "mate"]), max_size=max_steps)):
        if step == "mutate":
            genome, _ = BASS.mutate(genome, context, rng)
        else:
            genome = BASS.mate(genome, BASS.random(context, rng)[0], context, rng)
    return genome


@st.composite
def lines_in_context(draw: st.DrawFn, max_bars: int = 6) -> tuple[BassGenome, Context]:
    """A line and a context that it was made for."""
    context = draw(bass_contexts(max_bars))
    return draw(bass_genomes(context)), context
