"""Progressions that everybody knows rank high among first genomes; spoilt twins below them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fitness.theory import theory, theory_terms
from genomes.chords import CHORDS
from genomes.context import Context, Section
from genomes.keys import Key, pitch_class_of
from genomes.notes import ChordSpan, Part
from genomes.time import Meter

RANDOM = 100
MEDIAN_RANK = 0.9
BELOW_SHARE = 0.95
SHUFFLES = 20
QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "m7": (0, 3, 7, 10),
    "maj7": (0, 4, 7, 11),
}
BASS, VOICES = 40, 55  # lowest pitches of the bass and of the chord above it

Bars = tuple[tuple[str, ...], ...]


def read_known() -> dict[str, tuple[str, Bars]]:
    """Name -> key and bars."""
    text = (Path(__file__).parent / "known_progressions.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {
        heading.split(":")[0]: (
            heading.split(":")[1].strip(),
            tuple(tuple(bar.split()) for bar in bars.split("|")),
        )
        for heading, bars in zip(lines[::2], lines[1::2], strict=True)
    }


KNOWN = read_known()


def context_for(name: str) -> Context:
    key, bars = KNOWN[name]
    return Context(Key.parse(key), Meter.parse("4/4"), 100.0, Section("verse", len(bars)))


def chord_spans(bars: Bars, context: Context, semitones: int = 0) -> list[ChordSpan]:
    """The chords of each bar, equally long, moved by so many semitones."""
    spans = []
    for index, names in enumerate(bars):
        length = context.meter.bar_ticks // len(names)
        for place, name in enumerate(names):
            onset = index * context.meter.bar_ticks + place * length
            letters = name[: 1 + (name[1:2] in {"#", "b"})]
            root = (pitch_class_of(letters) + semitones) % 12
            classes = tuple((root + above) % 12 for above in QUALITIES[name[len(letters) :]])
            spans.append(ChordSpan(onset, length, root, root, classes, "?", name))
    return spans


def played(bars: Bars, context: Context, semitones: int = 0) -> Part:
    """One stroke for each chord: its root in the bass, a close chord above."""
    rows = []
    spans = chord_spans(bars, context, semitones)
    for span in spans:
        pitches = [BASS + (span.root_pitch_class - BASS) % 12]
        pitches += [VOICES + (pitch_class - VOICES) % 12 for pitch_class in span.pitch_classes]
        rows += [(span.onset_ticks, span.duration_ticks, pitch, 70) for pitch in pitches]
    return Part.of(rows, context.length_ticks, spans)


def worth(part: Part, context: Context) -> float:
    return theory(theory_terms("chords", part, context), "chords")


@cache
def rank_of(name: str) -> float:
    """Share of first genomes that the progression is worth more than."""
    context, rng = context_for(name), np.random.default_rng(3)
    own = worth(played(KNOWN[name][1], context), context)
    others = [
        worth(CHORDS.render(CHORDS.random(context, rng)[0], context), context)
        for _ in range(RANDOM)
    ]
    return float(np.mean([own > other for other in others]))


def test_known_progressions_rank_high() -> None:
    ranks = {name: rank_of(name) for name in KNOWN}
    assert np.median(list(ranks.values())) >= MEDIAN_RANK, ranks


@pytest.mark.parametrize("semitones", [1, 6, 11])
def test_off_key_is_below(semitones: int) -> None:
    below = [
        worth(played(bars, context_for(name)), context_for(name))
        > worth(played(bars, context_for(name), semitones), context_for(name)) + 0.1
        for name, (_, bars) in KNOWN.items()
    ]
    assert np.mean(below) >= BELOW_SHARE


def test_in_another_order_is_mostly_below() -> None:
    """Some orders of three chords are another known progression."""
    rng = np.random.default_rng(5)
    below = []
    for name, (_, bars) in KNOWN.items():
        context = context_for(name)
        real = worth(played(bars, context), context)
        for _ in range(SHUFFLES):
            other = worth(played(_shuffled(bars, rng), context), context)
            below.append(real > other)
    assert np.mean(below) >= BELOW_SHARE


def _shuffled(bars: Sequence[tuple[str, ...]], rng: np.random.Generator) -> Bars:
    """Another order of the bars, loops broken, that isn't the same music from another bar on."""
    turns = {tuple(bars[turn:]) + tuple(bars[:turn]) for turn in range(len(bars))}
    while True:
        other = tuple(bars[index] for index in rng.permutation(len(bars)))
        if other not in turns:
            return other
