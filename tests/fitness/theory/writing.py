"""Chord loops written as text, so that a reader can play them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

from genomes import TICKS_PER_QUARTER, ChordSpan, Context, Key, Meter, Part, Section
from genomes.keys import pitch_class_of


def loop(
    text: str,
    *,
    quarters: Sequence[float] | None = None,
    strokes: int = 1,
    key: str = "C major",
    meter: str = "4/4",
) -> tuple[Part, Context]:
    """A loop such as ``"C: C3 E4 G4 | G7: B2 D4 F4 G4"``.

    Args:
        text: chords between bars; the root before the colon, notes from the bass up after it.
        quarters: how long each chord lasts; one bar each by default.
        strokes: how often each chord is struck.
        key: of the context.
        meter: of the context.
    """
    time = Meter.parse(meter)
    chords = [_read(chord) for chord in text.split("|")]
    lengths = [round(q * TICKS_PER_QUARTER) for q in quarters or [time.bar_quarters] * len(chords)]
    onsets = [0, *accumulate(lengths)]
    notes: list[tuple[int, int, int, int]] = []
    spans = []
    for (name, root, pitches), onset, length in zip(chords, onsets, lengths, strict=False):
        spans.append(_span(name, root, pitches, onset, length))
        step = length // strokes
        notes += [(onset + i * step, step, p, 80) for i in range(strokes) for p in pitches]
    section = Section("verse", -(-onsets[-1] // time.bar_ticks))
    return Part.of(notes, onsets[-1], spans), Context(Key.parse(key), time, 100, section)


def _read(chord: str) -> tuple[str, int, list[int]]:
    name, _, notes = chord.strip().partition(":")
    root = re.match(r"[A-G][#b]?", name)
    assert root
    return name, pitch_class_of(root[0]), [_pitch(note) for note in notes.split()]


def _pitch(note: str) -> int:
    return pitch_class_of(note[:-1]) + 12 * (int(note[-1]) + 1)


def _span(name: str, root: int, pitches: list[int], onset: int, length: int) -> ChordSpan:
    classes = sorted({pitch % 12 for pitch in pitches}, key=lambda pc: (pc - root) % 12)
    return ChordSpan(onset, length, root, pitches[0] % 12, tuple(classes), "?", name)
