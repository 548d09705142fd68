"""The five stages as the shared tests see them: where they play, what they promise, their pools."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from genomes import bass, chords, drums, harmony, melody
from genomes.bass import tones
from genomes.chords import voicing
from genomes.chords.operators.voicing import invert, respread, revoice_all
from genomes.context import Context
from genomes.harmony.genome import TEXTURES, Layer
from genomes.lyrics import Line, Lyrics, Syllable
from genomes.notes import Part
from tests.genomes.calls import render, replace
from tests.genomes.contexts import spread_contexts, with_parts
from tests.strategies import contexts, rngs

GENRES = ((), ("dark ambient", "drone"), ("jazz",), ("bebop",), ("hip-hop",))
IS_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
POOL_SIZE = 1000 if IS_DEEP else 80
MANY = 1000 if IS_DEEP else 300

Rng = np.random.Generator
Pitches = tuple[int, int]


def onsets_and_durations(part: Part) -> object:
    """The rhythm of most stages."""
    return {note[:2] for note in part.notes.tolist()}


def melodic_line(part: Part) -> object:
    """The pitches in order, each once however often it is repeated."""
    return [pitch for pitch, _ in groupby(part.notes["pitch"].tolist())]


@dataclass(frozen=True)
class Stage:
    """A stage, and what the shared tests need to know of it.

    Attributes:
        genomes: the stage itself.
        operators: its operators by name.
        placed: the context with what the stage needs, and with some of what it may find there.
        pitches: lowest and highest that it plays in a context.
        alike: a genome that is the same music: transposed, re-voiced or played more loudly.
        manner: genes of the whole that a child takes together from one parent.
        one_voice: whether one note sounds at a time.
        follows_swing: whether it swings as the approved parts do.
        rhythm: what of a part a locked rhythm keeps.
        pitch_order: what of a part locked pitches keep.
        locks_velocity: whether locked bars keep how loud they are.
        changing: the least share of an operator's calls that change the genome.
        rarely: operators that need what is often absent; 0.03 of their calls are enough.
        heard: the least share of an operator's changes that change the part.
    """

    genomes: Any
    operators: Mapping[str, Callable[[Any, Context, Rng], Any]]
    placed: Callable[[Context, Rng], Context]
    pitches: Callable[[Context], Pitches]
    alike: Callable[[Any, Context, Rng], Any]
    manner: tuple[str, ...]
    one_voice: bool = False
    follows_swing: bool = False
    rhythm: Callable[[Part], object] = onsets_and_durations
    pitch_order: Callable[[Part], object] = melodic_line
    locks_velocity: bool = True
    changing: float = 0.25
    rarely: frozenset[str] = field(default_factory=frozenset)
    heard: float = 0.5

    def evolved(self, context: Context, rng: Rng, steps: int) -> Any:
        """A random genome, then so many mutations or matings."""
        genome, _ = self.genomes.random(context, rng)
        for _ in range(steps):
            if rng.random() < 0.3:
                other, _ = self.genomes.random(context, rng)
                genome = self.genomes.mate(genome, other, context, rng)
            else:
                genome, _ = self.genomes.mutate(genome, context, rng)
        return genome


def _with_genres(context: Context, rng: Rng) -> Context:
    context = replace(context, genres=GENRES[int(rng.integers(len(GENRES)))])
    return with_parts(context, rng) if rng.random() < 0.5 else context


def _with_chords_and_kicks(context: Context, rng: Rng) -> Context:
    if rng.random() < 0.5:
        return with_parts(context, rng)
    kicks = rng.integers(context.meter.bar_ticks, size=int(rng.integers(4)))
    swing = float(rng.choice((0.0, 0.4, 1.0)))
    return with_parts(
        context, rng, ("chords", "drums"), kicks=tuple(sorted({*kicks.tolist()})), swing=swing
    )


def _to_be_sung(context: Context, rng: Rng) -> Context:
    """With chords, which may swing; perhaps with a singer, with words and with a section before."""
    context = with_parts(context, rng, swing=float(rng.random() < 0.3))
    singers = ("", "nobody", *melody.known_singers())
    bar = context.meter.bar_ticks
    before = Part.of([(0, bar, int(rng.integers(128)), 80)], bar) if rng.random() < 0.5 else None
    text = random_lyrics(rng) if rng.random() < 0.5 else None
    singer = singers[int(rng.integers(len(singers)))]
    return replace(context, singer=singer, before=before, lyrics=text)


def random_lyrics(rng: Rng) -> Lyrics:
    """Up to six lines of up to fourteen syllables, stressed and ending words anyhow."""

    def line() -> Line:
        count = int(rng.integers(1, 15))
        texts = rng.choice(("la", "gar", "den", "ó"), size=count).tolist()
        flags = (rng.random((count, 2)) < 0.5).tolist()
        return Line(tuple(Syllable(text, *pair) for text, pair in zip(texts, flags, strict=True)))

    return Lyrics(tuple(line() for _ in range(rng.integers(1, 7))))


def _beside_others(context: Context, rng: Rng) -> Context:
    names = ["chords"]
    names += ["bass"] * (rng.random() < 0.5) + ["melody"] * (rng.random() < 2 / 3)
    return with_parts(context, rng, names, swing=float(rng.choice((0.0, 0.0, 0.3, 1.0))))


def _chords_revoiced(genome: Any, context: Context, rng: Rng) -> Any:
    genome = replace(
        genome,
        register=int(rng.choice(voicing.REGISTERS)),
        dynamic=int(rng.choice(chords.genome.DYNAMICS)),
    )
    for operator in (invert, respread, revoice_all):
        genome = operator(genome, context, rng)
    return genome


def _drums_louder(genome: Any, _: Context, rng: Rng) -> Any:
    return replace(
        genome,
        dynamic=int(rng.choice(drums.dynamics.DYNAMICS)),
        shape=str(rng.choice(tuple(drums.dynamics.SHAPES))),
    )


def _bass_elsewhere(genome: Any, _: Context, rng: Rng) -> Any:
    genes = bass.genome
    level = str(rng.choice(tuple(genes.LEVELS)))
    return replace(
        genome,
        bars=tuple(tuple(replace(pluck, level=level) for pluck in bar) for bar in genome.bars),
        register=int(rng.choice(genes.REGISTERS)),
        dynamic=int(rng.choice(genes.DYNAMICS)),
    )


def _melody_higher(genome: Any, _: Context, rng: Rng) -> Any:
    genes = melody.genes
    genome = replace(
        genome,
        dynamic=int(rng.choice(genes.DYNAMICS)),
        register="high",
        leaning=str(rng.choice(tuple(genes.DISSONANCE_TREATMENTS))),
        home=4,
    )
    if any(phrase.lift >= 5 for phrase in genome.phrases):
        return genome
    lifted = tuple(replace(phrase, lift=phrase.lift + 1) for phrase in genome.phrases)
    return replace(genome, phrases=lifted)


def _harmony_higher(genome: Any, _: Context, rng: Rng) -> Any:
    """Two semitones higher, where the ranges of the textures leave room."""
    genome = replace(genome, dynamic=int(rng.choice(harmony.genome.DYNAMICS)))

    def higher(layer: Layer) -> Layer:
        moved = (replace(tone, pitch=tone.pitch + 2) for tone in layer.tones)
        return Layer(layer.texture, tuple(moved))

    try:
        bars = tuple(tuple(higher(layer) for layer in bar) for bar in genome.bars)
    except ValueError:
        return genome
    return replace(genome, bars=bars)


STAGES = {
    "chords": Stage(
        chords.CHORDS,
        chords.operators.OPERATORS,
        placed=lambda context, _: context,
        pitches=lambda _: (voicing.LOWEST_PITCH, voicing.HIGHEST_PITCH),
        alike=_chords_revoiced,
        manner=("register", "dynamic"),
        pitch_order=lambda part: [span.name for span in part.harmony],
        heard=0.4,
    ),
    "drums": Stage(
        drums.DRUMS,
        drums.operators.OPERATORS,
        placed=_with_genres,
        pitches=lambda _: (35, 81),
        alike=_drums_louder,
        manner=("dynamic", "shape"),
        rhythm=lambda part: set(part.notes["onset_ticks"].tolist()),
        pitch_order=lambda part: set(part.notes["pitch"].tolist()),
        locks_velocity=False,
        rarely=frozenset(["divide", "repeat_phrase", "kick_on_changes", "swap_bars", "repeat_bar"]),
    ),
    "bass": Stage(
        bass.BASS,
        bass.operators.OPERATORS,
        placed=_with_chords_and_kicks,
        pitches=lambda _: (tones.LOWEST_PITCH, tones.HIGHEST_PITCH),
        alike=_bass_elsewhere,
        manner=("register", "gate", "dynamic", "kick_lock"),
        one_voice=True,
        follows_swing=True,
        changing=0.1,
        heard=0.35,
    ),
    "melody": Stage(
        melody.MELODY,
        melody.operators.OPERATORS,
        placed=_to_be_sung,
        pitches=lambda context: melody.range_of(context.singer),
        alike=_melody_higher,
        manner=("home", "register", "leaning", "dynamic"),
        one_voice=True,
        follows_swing=True,
        heard=0.2,
    ),
    "harmony": Stage(
        harmony.HARMONY,
        harmony.operators.OPERATORS,
        placed=_beside_others,
        pitches=lambda _: (
            min(texture.lowest_pitch for texture in TEXTURES.values()),
            max(texture.highest_pitch for texture in TEXTURES.values()),
        ),
        alike=_harmony_higher,
        manner=("dynamic",),
        follows_swing=True,
        locks_velocity=False,
        changing=0.15,
    ),
}

every_stage = pytest.mark.parametrize("name", STAGES)


@st.composite
def contexts_for(draw: st.DrawFn, name: str, max_bars: int = 6) -> Context:
    """Any context with what the stage needs."""
    return STAGES[name].placed(draw(contexts(max_bars)), draw(rngs()))


@st.composite
def genomes_in_context(draw: st.DrawFn, name: str, max_bars: int = 6) -> tuple[Any, Context]:
    """A genome that may have evolved, and the context that it was made for."""
    context = draw(contexts_for(name, max_bars))
    return STAGES[name].evolved(context, draw(rngs()), draw(st.integers(0, 6))), context


@dataclass(frozen=True)
class Made:
    """A genome of a pool, where it was made, and how it sounds.

    Attributes:
        genome: after some mutations and matings.
        other: a first genome in the same context.
        source: where ``other`` comes from.
        context: of both.
    """

    genome: Any
    other: Any
    source: str
    context: Context

    @cached_property
    def part(self) -> Part:
        """The genome rendered."""
        return render(self.genome, self.context)


@cache
def pool(name: str, size: int = POOL_SIZE) -> tuple[Made, ...]:
    """Genomes in as many contexts, over all modes, meters and 1 to 16 bars; made once."""
    stage, rng = STAGES[name], np.random.default_rng(1)
    made = []
    for index, plain in enumerate(spread_contexts(size, rng)):
        context = stage.placed(plain, rng)
        other, source = stage.genomes.random(context, rng)
        made.append(Made(stage.evolved(context, rng, 1 + index % 10), other, source, context))
    return tuple(made)


@dataclass(frozen=True)
class Call:
    """What an operator made of a genome of the pool."""

    before: Any
    after: Any
    made: Made

    @property
    def context(self) -> Context:
        """Of both genomes."""
        return self.made.context


@cache
def calls(name: str, operator: str) -> tuple[Call, ...]:
    """An operator's calls on every genome of the pool."""
    rng, act = np.random.default_rng(3), STAGES[name].operators[operator]
    return tuple(
        Call(made.genome, act(made.genome, made.context, rng), made) for made in pool(name)
    )


def changes(name: str, operator: str) -> list[Call]:
    """The calls that changed something."""
    return [call for call in calls(name, operator) if call.after != call.before]


def outcomes(operator: Callable[[Any, Context, Rng], Any], genome: Any, context: Context) -> list:
    """What each of many seeds made of the genome, where it made anything."""
    made = [operator(genome, context, np.random.default_rng(seed)) for seed in range(100)]
    changed = [after for after in made if after != genome]
    assert changed, "nothing was ever changed"
    return changed
