"""Four bars of plain chords, and how to write bass lines down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from genomes.bass import BassGenome
from genomes.bass.genes import Pluck
from genomes.context import Context, Section
from genomes.keys import Key, pitch_class_of
from genomes.notes import ChordSpan, Part
from genomes.time import Meter
from tests.genomes.bass.strategies import beat

QUALITIES = {"": (0, 4, 7), "m": (0, 3, 7), "7": (0, 4, 7, 10)}


def chords(text: str, bar_ticks: int = 1920) -> Part:
    """A part that only tells its chords, one a bar, such as ``"C Am F/A G7"``."""
    spans = [_span(name, index * bar_ticks, bar_ticks) for index, name in enumerate(text.split())]
    return Part.of([], len(spans) * bar_ticks, spans)


def _span(name: str, onset_ticks: int, duration_ticks: int) -> ChordSpan:
    chord, _, bass = name.partition("/")
    letter = chord[: 2 if chord[1:2] in {"#", "b"} else 1]
    root = pitch_class_of(letter)
    classes = tuple((root + interval) % 12 for interval in QUALITIES[chord[len(letter) :]])
    foot = pitch_class_of(bass) if bass else root
    return ChordSpan(onset_ticks, duration_ticks, root, foot, classes, "?", name)


def over(text: str, *, key: str = "C major", meter: str = "4/4") -> Context:
    """A context with these chords approved."""
    time = Meter.parse(meter)
    part = chords(text, time.bar_ticks)
    section = Section("verse", part.length_ticks // time.bar_ticks)
    return Context(Key.parse(key), time, 100, section, parts=(("chords", part),))


def with_drums(context: Context, *kicks: int, swing: float = 0.0) -> Context:
    """The context with drums that kick at these ticks of every bar."""
    return replace(context, parts=(*context.parts, ("drums", beat(context, kicks, swing))))


def line(text: str, cells_per_bar: int = 16, **genes) -> BassGenome:
    """Bars of ``cell:tone`` between bar lines, such as ``"0:root 8:fifth+ | 0:root/4"``.

    ``+`` and ``-`` are octaves; ``/4`` is a length in cells.
    """
    bars = tuple(tuple(_pluck(word) for word in bar.split()) for bar in text.split("|"))
    return BassGenome(cells_per_bar, bars, **genes)


def _pluck(word: str) -> Pluck:
    cell, _, tone = word.partition(":")
    tone, _, length = tone.partition("/")
    octave = tone.count("+") - tone.count("-")
    return Pluck(int(cell), tone.strip("+-"), octave, int(length or 0))


def notes_of(genome: BassGenome, context: Context) -> list[tuple[int, int, int]]:
    """Onset, duration and pitch of every note."""
    return [row[:3] for row in genome.render(context).notes.tolist()]


def pitches_of(genome: BassGenome, context: Context) -> list[int]:
    """What is played, in order."""
    return [pitch for _, _, pitch in notes_of(genome, context)]


@pytest.fixture
def plain() -> Context:
    """Four bars of 4/4 in C major."""
    return over("C Am F/A G")
