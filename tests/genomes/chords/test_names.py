"""Everyday chord names, read back by music21."""

from functools import cache

import pytest
from music21 import harmony, pitch

from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, extensions, max_inversion, name, pitch_classes
from genomes.keys import SCALES, Key
from tests.genomes.music21_keys import music21_name
from tests.strategies import TONIC_NAMES

# Our suffix where music21 reads another one.
SUFFIXES = {"maj9": "M9", "m(maj7)": "mM7", "m(maj9)": "mM9"}


def split(written):
    """Root, suffix and bass (the root where none is written)."""
    above, _, bass = written.partition("/")
    length = 2 if above[1:2] in {"#", "b"} else 1
    return above[:length], above[length:], bass or above[:length]


@cache
def pitch_class(note):
    return pitch.Pitch(music21_name(note)).pitchClass


@cache
def semitones_above_root(suffix):
    symbol = harmony.ChordSymbol("C" + SUFFIXES.get(suffix, suffix))
    return frozenset(note.pitchClass for note in symbol.pitches)


def named_pitch_classes(written):
    root, suffix, bass = split(written)
    above = {(pitch_class(root) + step) % 12 for step in semitones_above_root(suffix)}
    return above | {pitch_class(bass)}


@pytest.mark.parametrize("mode", SCALES)
def test_names_tell_the_notes_of_every_chord_in_every_spelling(mode):
    for tonic_name in TONIC_NAMES:
        key = Key.parse(f"{tonic_name} {mode.replace('_', ' ')}")
        for token in functions(mode):
            for extension in extensions(mode, token):
                tones = [
                    (key.tonic_pitch_class + step) % 12
                    for step in pitch_classes(mode, token, extension)
                ]
                for inversion in range(max_inversion(extension) + 1):
                    written = name(Chord(token, extension, inversion), key)
                    root, _, bass = split(written)
                    assert named_pitch_classes(written) == set(tones), f"{written} in {key}"
                    assert pitch_class(root) == tones[0], f"{written} in {key}"
                    assert pitch_class(bass) == tones[inversion], f"{written} in {key}"


def test_rendered_names_are_those_of_the_notes(pool):
    for made in pool:
        for span in made.part.harmony:
            assert named_pitch_classes(span.name) == set(span.pitch_classes), span.name
            assert pitch_class(split(span.name)[0]) == span.root_pitch_class
            assert pitch_class(split(span.name)[2]) == span.bass_pitch_class


def test_whole_symbols_are_read_by_music21_too(pool):
    names = sorted({span.name for made in pool for span in made.part.harmony})
    for written in names[:: max(1, len(names) // 250)]:
        root, suffix, bass = split(written)
        symbol = music21_name(root) + SUFFIXES.get(suffix, suffix)
        if bass != root:
            symbol += "/" + music21_name(bass)
        found = harmony.ChordSymbol(symbol)
        assert {note.pitchClass for note in found.pitches} == named_pitch_classes(written), written
        assert found.bass().pitchClass == pitch_class(bass)


@pytest.mark.parametrize(
    ("key", "chord", "written"),
    [
        ("F# minor", Chord("V", "7"), "C#7"),
        ("F# minor", Chord("V", "7", 1), "C#7/E#"),
        ("Gb minor", Chord("i"), "Gbm"),
        ("Gb minor", Chord("VI"), "D"),  # Ebb would need a double flat
        ("C major", Chord("viio", "7"), "Bm7b5"),
        ("C minor", Chord("viio", "7"), "Bdim7"),
        ("A minor", Chord("bII", "triad", 1), "Bb/D"),
        ("Eb major", Chord("V/ii", "7"), "C7"),
        ("E major", Chord("V/ii", "7"), "C#7"),
        ("E major", Chord("viio/V", "7", 1), "A#m7b5/C#"),
        ("G minor", Chord("V/VI", "7"), "Bb7"),
        ("D dorian", Chord("IV", "sus4"), "Gsus4"),
        ("A harmonic minor", Chord("III+"), "Caug"),
    ],
)
def test_names_as_a_songwriter_writes_them(key, chord, written):
    assert name(chord, Key.parse(key)) == written
