"""Tunes that everybody knows rank high among first melodies; spoilt ones are below them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from fitness.theory import theory, theory_terms
from genomes.context import Context, Section
from genomes.keys import Key, pitch_class_of
from genomes.melody import MELODY
from genomes.notes import Part
from genomes.splicing import cut
from genomes.time import TICKS_PER_QUARTER, Meter
from tests.fitness.theory.test_known_progressions import Bars, chord_spans

RANDOM = 100
MEDIAN_RANK = 0.8
BELOW_SHARE = 0.95
SHUFFLES = 10
EIGHTH = TICKS_PER_QUARTER // 2
BASS, VOICES = 40, 55  # lowest pitches of the accompaniment's bass and of its chords
BROKEN = (0, 2, 1, 2)  # the order in which the notes of a chord are played, from the lowest

Tune = tuple[Part, Context]


def read_known() -> dict[str, Tune]:
    """Name -> the tune, and the context with its accompaniment."""
    text = (Path(__file__).parent / "known_tunes.txt").read_text("utf-8")
    blocks = [block.strip().splitlines() for block in text.split("\n\n")[1:]]
    return {
        heading.split(":")[0]: _tune(heading, chords, lines) for heading, chords, *lines in blocks
    }


def _tune(heading: str, chords: str, lines: list[str]) -> Tune:
    key, meter, tempo_bpm = heading.split(":")[1].split(",")
    bars = tuple(tuple(bar.split()) for bar in chords.split("|"))
    section = Section("verse", len(bars))
    context = Context(Key.parse(key), Meter.parse(meter.strip()), float(tempo_bpm), section)
    context = replace(context, parts=(("chords", _accompaniment(bars, context)),))
    rows, tick = [], 0
    for number, bar in enumerate(" ".join(lines).split("|"), start=1):
        for word in bar.split():
            name, _, quarters = word.partition(":")
            length = round(float(quarters or 1) * TICKS_PER_QUARTER)
            if name != "r":
                rows.append((tick, length, _pitch(name), 80))
            tick += length
        assert tick == number * context.meter.bar_ticks, (heading, number)
    assert tick == context.length_ticks, heading
    return Part.of(rows, context.length_ticks), context


def _pitch(name: str) -> int:
    return pitch_class_of(name[:-1]) + 12 * (int(name[-1]) + 1)


def _accompaniment(bars: Bars, context: Context) -> Part:
    """The root of each chord held under broken eighths."""
    rows = []
    spans = chord_spans(bars, context)
    for span in spans:
        root = BASS + (span.root_pitch_class - BASS) % 12
        rows.append((span.onset_ticks, span.duration_ticks, root, 80))
        chord = sorted(VOICES + (pc - VOICES) % 12 for pc in span.pitch_classes)
        for index, onset in enumerate(range(span.onset_ticks, span.end_ticks, EIGHTH)):
            rows.append((onset, EIGHTH, chord[BROKEN[index % len(BROKEN)]], 64))
    return Part.of(rows, context.length_ticks, spans)


KNOWN = read_known()


def worth(part: Part, context: Context) -> float:
    return theory(theory_terms("melody", part, context), "melody")


@cache
def rank_of(name: str) -> float:
    """Share of first melodies over the same chords that the tune is worth more than."""
    part, context = KNOWN[name]
    rng, own = np.random.default_rng(3), worth(part, context)
    others = [
        worth(MELODY.render(MELODY.random(context, rng)[0], context), context)
        for _ in range(RANDOM)
    ]
    return float(np.mean([own > other for other in others]))


def test_known_tunes_rank_high() -> None:
    ranks = {name: rank_of(name) for name in KNOWN}
    assert np.median(list(ranks.values())) >= MEDIAN_RANK, ranks


@pytest.mark.parametrize("semitones", [-1, 1, 6])
def test_off_their_chords_they_are_below(semitones: int) -> None:
    below = []
    for part, context in KNOWN.values():
        notes = part.notes.copy()
        notes["pitch"] = notes["pitch"].astype(int) + semitones
        below.append(worth(part, context) > worth(Part.of(notes, part.length_ticks), context))
    assert np.mean(below) >= BELOW_SHARE


def test_with_their_bars_in_another_order_they_are_below() -> None:
    rng = np.random.default_rng(5)
    below = [
        worth(part, context) > worth(other, context)
        for part, context in KNOWN.values()
        for other in _reordered(part, context, rng)
    ]
    assert np.mean(below) >= BELOW_SHARE


def _reordered(part: Part, context: Context, rng: np.random.Generator) -> Iterator[Part]:
    """The bars of a tune in other orders, the chords where they are."""
    bar_ticks = context.meter.bar_ticks
    for _ in range(SHUFFLES):
        pieces = []
        for place, source in enumerate(rng.permutation(context.section.bars).tolist()):
            notes = cut(part, source * bar_ticks, bar_ticks).notes.copy()
            notes["onset_ticks"] += place * bar_ticks
            pieces.append(notes)
        yield Part.of(np.concatenate(pieces), part.length_ticks)
