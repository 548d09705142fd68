"""Parts of every stage written as text, so that a reader can play them.

A text may end in options such as ``{energy=0.1 over=C_Am}``; ``_`` stands for a space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from genomes.context import Context
from genomes.drums.voices import VOICES
from genomes.grid import cells
from genomes.keys import pitch_class_of
from genomes.lyrics import Line, Lyrics, Syllable
from genomes.notes import ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER, Meter
from tests.genomes.bass.conftest import line
from tests.genomes.calls import render
from tests.genomes.contexts import context_of, with_drums
from tests.genomes.contexts import over as chords_over

Written = tuple[Part, Context]

CHORDS = {
    "C": "C: C3 G3 E4 C5",
    "DM": "D: D3 A3 F4 D5",
    "F": "F: F2 A3 F4 C5",
    "G": "G: G2 B3 G4 D5",
    "AM": "A: A2 A3 E4 C5",
    "G7": "G7: G2 B3 F4 D5",
}
TRIADS = {"C": "C: C3 E3 G3", "F": "F: F3 A3 C4", "G": "G: G3 B3 D4"}
KICK, SNARE = "kick X.......x.......", "snare ....X.......X..."
HATS = "closed_hat x.g.x.g.x.g.x.g."
VERSE = f"{KICK} {SNARE} {HATS}"
NAMED = {
    "KICK": KICK,
    "HATS": HATS,
    "VERSE": VERSE,
    "LEVEL": VERSE.replace("X", "x").replace("g", "x"),
    "SOFTER": VERSE.replace("X", "x"),
    "FILL": f"{KICK} snare ....X.....gxxXXX closed_hat x.g.x.g.x.......",
    "SPARSE": "soft_kick x............... rim ........x.......",
    "SIXTEENTHS": " ".join(f"{cell}:root" for cell in range(16)),
    "EIGHTHS": " ".join(["E4*0.5"] * 14),
}
VELOCITIES = {"g": 40, "x": 76, "X": 104}
MELODY = "C5*2 E5*2 | G5 F5 E5 D5 | C5*4 | r r D5*2"


def written(stage: str, text: str) -> Written:
    """A part and its context; see the function of the stage for how it is written."""
    text, _, options = text.strip().rstrip("}").partition("{")
    given = (option.split("=") for option in options.split())
    words = {name: value.replace("_", " ") for name, value in given}
    text = re.sub(r"\b[A-Z]{3,}\b", lambda name: NAMED.get(name[0], name[0]), text)
    return WRITERS[stage](text.strip(), **words)


def numbers(text: str) -> tuple[float, ...]:
    """Numbers between commas."""
    return tuple(float(number) for number in text.split(",") if number)


def loop(
    text: str,
    quarters: str = "",
    strokes: str = "1",
    key: str = "C major",
    meter: str = "4/4",
) -> Written:
    """Chords such as ``"C | G7: B2 D4 F4 G4"``: names of ``CHORDS``, or a root and its notes.

    Args:
        text: chords between bars; the root before the colon, notes from the bass up after it.
        quarters: how long each chord lasts; one bar each by default.
        strokes: how often each chord is struck.
        key: of the context.
        meter: of the context.
    """
    chords = [CHORDS.get(chord.strip(), chord.strip()) for chord in text.split("|")]
    bar_quarters = Meter.parse(meter).bar_quarters
    part = _struck(chords, numbers(quarters) or [bar_quarters] * len(chords), int(strokes))
    bars = -(-part.length_ticks // Meter.parse(meter).bar_ticks)
    return part, context_of(key, meter, bars)


def _struck(chords: Sequence[str], quarters: Sequence[float], strokes: int) -> Part:
    lengths = [round(quarter * TICKS_PER_QUARTER) for quarter in quarters]
    onsets = [0, *accumulate(lengths)]
    notes: list[tuple[int, int, int, int]] = []
    spans = []
    for chord, onset, length in zip(chords, onsets, lengths, strict=False):
        name, _, names = chord.partition(":")
        root, pitches = pitch_class_of(name[: 1 + (name[1:2] in {"#", "b"})]), _pitches(names)
        classes = sorted({p % 12 for p in pitches}, key=lambda pc, root=root: (pc - root) % 12)
        bass = pitches[0] % 12
        spans.append(ChordSpan(onset, length, root, bass, tuple(classes), "?", name))
        step = length // strokes
        notes += [(onset + i * step, step, p, 80) for i in range(strokes) for p in pitches]
    return Part.of(notes, onsets[-1], spans)


def _pitches(names: str) -> list[int]:
    return [pitch_class_of(name[:-1]) + 12 * (int(name[-1]) + 1) for name in names.split()]


def _timed(text: str, velocity: int) -> list[tuple[int, int, int, int]]:
    """Notes such as ``"C5*2 - E5"``: quarters, one where nothing is said; ``-`` or ``r`` rests."""
    rows, tick = [], 0
    for word in text.replace("|", " ").split():
        name, _, quarters = word.partition("*")
        length = round(float(quarters or 1) * TICKS_PER_QUARTER)
        if name not in {"-", "r"}:
            rows.append((tick, length, *_pitches(name), velocity))
        tick += length
    return rows


def tune(text: str, over: str, energy: str = "0.5", before: str = "", lyrics: str = "") -> Written:
    """A melody such as ``"C4*2 E4 - G4*4"``.

    Args:
        text: notes with their quarters.
        over: names of ``TRIADS``, one a bar.
        energy: of the section.
        before: the last note of the section before, if there is one.
        lyrics: a syllable for each note, stressed ones in capitals.
    """
    names = over.split()
    chords = _struck([TRIADS[name] for name in names], [4] * len(names), 1)
    context = context_of(bars=len(names), energy=float(energy))
    context = replace(context, parts=(("chords", chords),))
    if before:
        context = replace(context, before=Part.of([(0, 480, *_pitches(before), 80)], 480))
    if lyrics:
        syllables = (Syllable(word.lower(), word.isupper(), True) for word in lyrics.split())
        context = replace(context, lyrics=Lyrics((Line(tuple(syllables)),)))
    rows = _timed(text, 80)
    sung = [(row[0], word + " ") for row, word in zip(rows, lyrics.lower().split(), strict=False)]
    return Part.of(rows, context.length_ticks, lyrics=sung), context


def voices(text: str, melody: str = MELODY, energy: str = "0.5") -> Written:
    """Voices between ``/`` over four bars of C major, beside a melody."""
    context = chords_over("C C C C", energy=float(energy))
    harmony = context.harmony
    chords = Part.of([(0, context.length_ticks, 48, 60)], context.length_ticks, harmony)
    sung = Part.of(_timed(melody, 60), context.length_ticks)
    context = replace(context, parts=(("chords", chords), ("melody", sung)))
    rows = [row for voice in text.split("/") for row in _timed(voice, 60)]
    return Part.of(rows, context.length_ticks, harmony), context


def plucks(
    text: str, over: str = "C Am F G", meter: str = "4/4", energy: str = "0.5", kicks: str = ""
) -> Written:
    """A bass line of cells and tones of the chords, such as ``"0:root 8:fifth | 0:bass"``."""
    context = chords_over(over, meter=meter, energy=float(energy))
    if kicks:
        context = with_drums(context, *(int(tick) for tick in numbers(kicks)))
    return render(line(text, context.meter.bar_ticks // 120), context), context


def beat(
    text: str,
    meter: str = "4/4",
    energy: str = "0.5",
    tempo_bpm: str = "100",
    chords_at: str = "",
) -> Written:
    """Bars such as ``"kick X...x... snare ....X... | kick X......."``, a letter a cell.

    Args:
        text: voices and their letters, bars between strokes.
        meter: of the context.
        energy: of the section.
        tempo_bpm: of the context.
        chords_at: cells of the whole part at which chords change; none are known without.
    """
    bars = [bar.split() for bar in text.split("|")]
    context = context_of(
        meter=meter, bars=len(bars), energy=float(energy), tempo_bpm=float(tempo_bpm)
    )
    onsets = [cell.onset_ticks for cell in cells(context.meter)]
    rows = [
        (number * context.meter.bar_ticks + onsets[cell], 60, VOICES[voice].note, VELOCITIES[level])
        for number, bar in enumerate(bars)
        for voice, letters in zip(bar[::2], bar[1::2], strict=True)
        for cell, level in enumerate(letters)
        if level != "."
    ]
    length = context.length_ticks
    if chords_at:
        edges = [*(int(cell) * 120 for cell in numbers(chords_at)), length]
        spans = [ChordSpan(a, b - a, 0, 0, (0, 4, 7), "I", "C") for a, b in pairwise(edges)]
        context = replace(context, parts=(("chords", Part.of([], length, spans)),))
    return Part.of(rows, length, is_drum=True), context


WRITERS = {"chords": loop, "drums": beat, "bass": plucks, "melody": tune, "harmony": voices}
