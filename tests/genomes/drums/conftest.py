"""Drums written down, contexts for them, and pools that many tests look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pytest
from hypothesis import strategies as st

from genomes.chords import CHORDS
from genomes.context import Context, Section
from genomes.drums import DRUMS, DrumGenome
from genomes.drums.genome import Bar
from genomes.drums.operators import Operator
from genomes.drums.patterns import Pattern
from genomes.drums.voices import RANK
from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter
from tests.strategies import ODD_METERS, SONG_METERS, contexts, rngs

SEEDS = range(120)
GENRES = ((), ("dark ambient", "drone"), ("jazz", "folk rock"), ("hip-hop",), ("kosmische",))
PLAIN = {"kick": "X.......x.......", "snare": "....X.......X...", "closed_hat": "x.g.x.g.x.g.x.g."}


@dataclass(frozen=True)
class Made:
    """Drums, where they were made, and how they sound."""

    genome: DrumGenome
    context: Context
    source: str

    @cached_property
    def part(self) -> Part:
        """The rendered drums."""
        return self.genome.render(self.context)


def context_of(meter="4/4", bars=4, energy=0.5, tempo_bpm=100.0, genres=()):
    """A context in C major."""
    section = Section("verse", bars, energy)
    return Context(Key.parse("C major"), Meter.parse(meter), tempo_bpm, section, genres=genres)


def pattern(lines, division="straight"):
    """A pattern of letters by voice."""
    ordered = sorted(lines.items(), key=lambda line: RANK[line[0]])
    return Pattern(division, tuple(ordered))


def groove(*bars, meter="4/4", **genes):
    """A genome of bars, each letters by voice or a whole ``Bar``."""
    built = tuple(bar if isinstance(bar, Bar) else Bar(pattern(bar)) for bar in bars)
    return DrumGenome(Meter.parse(meter), built, **genes)


def struck(part):
    """Onsets and notes, without how loud or how long."""
    return {(onset, note) for onset, _, note, _, _ in part.notes.tolist()}


def outcomes(operator: Operator, genome: DrumGenome, context: Context) -> list[DrumGenome]:
    """What each of many seeds made of the genome, where it made anything."""
    made = [operator(genome, context, np.random.default_rng(seed)) for seed in SEEDS]
    changed = [after for after in made if after != genome]
    assert changed, "nothing was ever changed"
    return changed


def with_chords(context: Context, rng: np.random.Generator) -> Context:
    """The context with chords approved."""
    chords = CHORDS.random(context, rng)[0].render(context)
    return replace(context, parts=(("chords", chords),))


@st.composite
def drum_contexts(draw, max_bars=6):
    """Any context, with and without chords and genres."""
    context = replace(draw(contexts(max_bars)), genres=draw(st.sampled_from(GENRES)))
    return with_chords(context, draw(rngs())) if draw(st.booleans()) else context


@st.composite
def drums_in_context(draw, max_bars=6):
    """Drums that were drawn, mutated and mated, and their context."""
    context, rng = draw(drum_contexts(max_bars)), draw(rngs())
    return evolved(context, rng, draw(st.integers(0, 6))), context


def evolved(context, rng, steps):
    """A random genome, mutated some times and mated once."""
    genome, _ = DRUMS.random(context, rng)
    for _ in range(steps):
        genome, _ = DRUMS.mutate(genome, context, rng)
    return DRUMS.mate(genome, DRUMS.random(context, rng)[0], context, rng)


@pytest.fixture(scope="session")
def drum_pool() -> list[Made]:
    """400 drums, every other one evolved, spread over meters, tempos, energies and genres."""
    rng = np.random.default_rng(1)
    meters = (*SONG_METERS, *SONG_METERS, *ODD_METERS)
    pool = []
    for index in range(400):
        section = Section("verse", 1 + index % 8, float(rng.random()))
        context = Context(
            Key.parse("D minor"),
            meters[index % len(meters)],
            float(rng.uniform(40, 200)),
            section,
            genres=GENRES[index % len(GENRES)],
        )
        if index % 3 == 0:
            context = with_chords(context, rng)
        genome, source = DRUMS.random(context, rng)
        for _ in range(8 * (index % 2)):
            genome, source = DRUMS.mutate(genome, context, rng)[0], "evolved"
        pool.append(Made(genome, context, source))
    return pool
