"""Melodies written as text over chords, so that a reader can sing them."""

from __future__ import annotations

import re

from genomes import TICKS_PER_QUARTER, Context, Part
from genomes.keys import pitch_class_of
from genomes.lyrics import Line, Lyrics, Syllable
from tests.fitness.theory.writing import loop
from tests.genomes.calls import replace

TRIADS = {
    "C": "C: C3 E3 G3",
    "Dm": "D: D3 F3 A3",
    "F": "F: F3 A3 C4",
    "G": "G: G3 B3 D4",
    "Am": "A: A3 C4 E4",
}


def tune(
    text: str,
    chords: str,
    *,
    meter: str = "4/4",
    energy: float = 0.5,
    before: str = "",
    lyrics: str = "",
) -> tuple[Part, Context]:
    """A tune such as ``"C4*2 E4 - G4*4"``: notes with their quarters, ``-`` a rest of one.

    Args:
        text: the notes, one quarter long where nothing is said.
        chords: names of ``TRIADS``, one a bar.
        meter: of the context.
        energy: of the section.
        before: the last note of the section before, if there is one.
        lyrics: a syllable for each note, stressed ones in capitals.
    """
    harmony, context = loop(" | ".join(TRIADS[name] for name in chords.split()), meter=meter)
    section = replace(context.section, energy=energy)
    context = replace(context, section=section, parts=(("chords", harmony),))
    notes, tick = [], 0
    for word in text.split():
        name, _, quarters = word.partition("*")
        length = round(float(quarters or 1) * TICKS_PER_QUARTER)
        if name != "-":
            notes.append((tick, length, pitch_of(name), 80))
        tick += length
    if before:
        context = replace(context, before=Part.of([(0, 480, pitch_of(before), 80)], 480))
    sung = [(row[0], word + " ") for row, word in zip(notes, lyrics.lower().split(), strict=False)]
    if lyrics:
        syllables = tuple(Syllable(w.lower(), w.isupper(), True) for w in lyrics.split())
        context = replace(context, lyrics=Lyrics((Line(syllables),)))
    return Part.of(notes, context.length_ticks, lyrics=sung), context


def pitch_of(name: str) -> int:
    """MIDI pitch of a written note such as ``"Bb3"``."""
    match = re.fullmatch(r"([A-G][#b]?)(\d)", name)
    assert match
    return pitch_class_of(match[1]) + 12 * (int(match[2]) + 1)
