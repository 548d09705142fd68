"""Transposition: notes, chords and chord names of one key in another key of the same mode."""

from __future__ import annotations

import re
from dataclasses import replace

from genomes.keys import (
    ACCIDENTAL_SIGNS,
    LETTER_PITCH_CLASSES,
    LETTERS,
    PLAIN_NAMES,
    Key,
    pitch_class_of,
)
from genomes.notes import ChordSpan, Part

OCTAVE = 12
MAX_PITCH = 127

# Root, quality and the bass note of an inversion, such as A, m7 and C# of Am7/C#.
_CHORD = re.compile(r"([A-G][#b]?)(.*?)(?:/([A-G][#b]?))?")


def nearest_interval(old: Key, new: Key) -> int:
    """Semitones from the tonic of a key to that of another the shorter way, -5 to 6."""
    return (new.tonic_pitch_class - old.tonic_pitch_class + 5) % OCTAVE - 5


def transposed(part: Part, semitones: int, old: Key, new: Key) -> Part:
    """A part in another key; drums stay.

    Args:
        part: the part in the old key.
        semitones: how far its notes move. A part that would leave MIDI's range moves by the
            nearest number of octaves more or less that keeps it inside.
        old: the key of the part.
        new: the key that it moves to, of the same mode; the numerals of its chords stay.
    """
    notes = part.notes.copy()
    pitched = ~notes["is_drum"]
    if pitched.any():
        pitches = notes["pitch"][pitched].astype(int)
        moved = pitches + _inside(semitones, int(pitches.min()), int(pitches.max()))
        notes["pitch"][pitched] = moved
    harmony = [_span(span, old, new) for span in part.harmony]
    return Part.of(notes, part.length_ticks, harmony, lyrics=part.lyrics, swing=part.swing)


def _inside(semitones: int, low: int, high: int) -> int:
    octaves_up = max(0, -((low + semitones) // OCTAVE))
    octaves_down = max(0, -((MAX_PITCH - high - semitones) // OCTAVE))
    return semitones + OCTAVE * (octaves_up - octaves_down)


def _span(span: ChordSpan, old: Key, new: Key) -> ChordSpan:
    interval = nearest_interval(old, new)
    return replace(
        span,
        root_pitch_class=(span.root_pitch_class + interval) % OCTAVE,
        bass_pitch_class=(span.bass_pitch_class + interval) % OCTAVE,
        pitch_classes=tuple((each + interval) % OCTAVE for each in span.pitch_classes),
        name=transposed_name(span.name, old, new),
    )


def transposed_name(name: str, old: Key, new: Key) -> str:
    """A chord's name in another key, spelled as it was in the old one, such as ``F#m7/A``."""
    match = _CHORD.fullmatch(name)
    if match is None:
        return name
    root, quality, bass = match.groups()
    moved = _note_name(root, old, new) + quality
    return f"{moved}/{_note_name(bass, old, new)}" if bass else moved


def _note_name(name: str, old: Key, new: Key) -> str:
    """A note as many letters and semitones away as the tonics; without double accidentals."""
    letters = LETTERS.index(new.tonic_name[0]) - LETTERS.index(old.tonic_name[0])
    letter = LETTERS[(LETTERS.index(name[0]) + letters) % len(LETTERS)]
    pitch_class = (pitch_class_of(name) + nearest_interval(old, new)) % OCTAVE
    offset = (pitch_class - LETTER_PITCH_CLASSES[letter] + 6) % OCTAVE - 6
    if offset not in ACCIDENTAL_SIGNS:
        return PLAIN_NAMES[pitch_class]
    return letter + ACCIDENTAL_SIGNS[offset]
