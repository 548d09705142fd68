"""Contexts that melodies are sung in, with chords, words and sections before; melodies for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from genomes.chords import CHORDS
from genomes.context import Context
from genomes.lyrics import Line, Lyrics, Syllable
from genomes.melody import MELODY, MelodyGenome, known_singers
from genomes.notes import Part
from tests.strategies import contexts, rngs


def lyrics(max_lines: int = 6, max_syllables: int = 14) -> st.SearchStrategy[Lyrics]:
    """Lines of syllables, stressed and ending words anyhow."""
    syllables = st.builds(
        Syllable, st.sampled_from(["la", "gar", "den", "ó"]), st.booleans(), st.booleans()
    )
    rows = st.lists(syllables, min_size=1, max_size=max_syllables)
    lines = rows.map(lambda row: Line(tuple(row)))
    return st.lists(lines, min_size=1, max_size=max_lines).map(lambda made: Lyrics(tuple(made)))


def with_chords(context: Context, rng: np.random.Generator) -> Context:
    """The context with chords approved, which may swing."""
    chords = CHORDS.random(context, rng)[0].render(context)
    return replace(context, parts=(("chords", replace(chords, swing=float(rng.random() < 0.3))),))


@st.composite
def sung_contexts(draw: st.DrawFn, max_bars: int = 8, *, words: bool | None = None) -> Context:
    """A context with chords; perhaps with a singer, with words and with a section before."""
    context = with_chords(draw(contexts(max_bars)), draw(rngs()))
    singer = draw(st.sampled_from(["", "nobody", *known_singers()]))
    has_words = draw(st.booleans()) if words is None else words
    text = draw(lyrics()) if has_words else None
    pitch = draw(st.none() | st.integers(0, 127))
    bar = context.meter.bar_ticks
    before = None if pitch is None else Part.of([(0, bar, pitch, 80)], bar)
    return replace(context, singer=singer, lyrics=text, before=before)


def evolved(context: Context, rng: np.random.Generator, steps: int = 4) -> MelodyGenome:
    """A random melody, then some mutations and matings."""
    genome, _ = MELODY.random(context, rng)
    for _ in range(steps):
        if rng.random() < 0.3:
            genome = MELODY.mate(genome, MELODY.random(context, rng)[0], context, rng)
        else:
            genome, _ = MELODY.mutate(genome, context, rng)
    return genome


@st.composite
def sung_genomes(
    draw: st.DrawFn, max_bars: int = 8, *, words: bool | None = None
) -> tuple[MelodyGenome, Context]:
    """A melody and a context that it was made for."""
    context = draw(sung_contexts(max_bars, words=words))
    return evolved(context, draw(rngs()), draw(st.integers(0, 6))), context
