import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from music21 import key as m21_key
from music21 import pitch as m21_pitch

from genomes.keys import SCALES, Key, pitch_class_of
from tests.genomes.music21_keys import music21_name, scale_pitch_classes
from tests.strategies import EVERY_KEY, TONIC_NAMES, keys

# The mode whose key signature each is written with.
WRITTEN_AS = {"harmonic_minor": "minor", "melodic_minor": "minor"}


@given(keys())
def test_text_and_back(key):
    assert Key.parse(str(key)) == key


@pytest.mark.parametrize("mode", SCALES)
def test_every_mode_has_music21s_notes(mode):
    assert scale_pitch_classes(mode) == SCALES[mode]


@pytest.mark.parametrize("name", TONIC_NAMES)
def test_every_note_name_has_music21s_pitch_class(name):
    assert pitch_class_of(name) == m21_pitch.Pitch(music21_name(name)).pitchClass


def test_every_key_signature_is_music21s_or_its_enharmonic():
    for key in EVERY_KEY:
        mode = WRITTEN_AS.get(key.mode, key.mode)
        theirs = m21_key.Key(music21_name(key.tonic_name), mode).sharps
        assert -7 <= key.signature_fifths <= 7
        assert (key.signature_fifths - theirs) % 12 == 0, str(key)
        if abs(theirs) <= 7:
            assert key.signature_fifths == theirs, str(key)


def test_f_sharp_and_g_flat_minor_sound_alike_and_print_as_written():
    sharp, flat = Key.parse("F# minor"), Key.parse("Gb minor")
    assert sharp.scale_pitch_classes == flat.scale_pitch_classes
    assert (str(sharp), str(flat)) == ("F# minor", "Gb minor")
    assert sharp != flat
    assert [sharp.note_name(degree, step) for degree, step in enumerate(sharp.scale, 1)] == [
        *("F#", "G#", "A", "B", "C#", "D", "E")
    ]
    assert flat.note_name(5, 7) == "Db"


@given(keys(), st.integers(1, 7), st.integers(-12, 24))
def test_a_written_note_always_sounds_what_was_asked(key, degree, semitones):
    name = key.note_name(degree, semitones)
    assert pitch_class_of(name) == (key.tonic_pitch_class + semitones) % 12


def test_scale_notes_keep_seven_letters_where_the_signature_fits():
    for key in EVERY_KEY:
        if key.mode in WRITTEN_AS or key.signature_fifths != _plain_fifths(key):
            continue
        letters = [key.note_name(d, step)[0] for d, step in enumerate(key.scale, 1)]
        assert len(set(letters)) == 7, str(key)


def _plain_fifths(key):
    return m21_key.Key(music21_name(key.tonic_name), key.mode).sharps


def test_minor_is_told_by_the_third():
    minor = {mode for mode in SCALES if Key.parse(f"C {mode.replace('_', ' ')}").is_minor}
    modes = {"minor", "dorian", "phrygian", "locrian", "harmonic_minor", "melodic_minor"}
    assert minor == modes


@pytest.mark.parametrize(
    ("text", "tidy"),
    [
        ("f# MINOR", "F# minor"),
        ("  bb   maj ", "Bb major"),
        ("B m", "B minor"),
        ("E aeolian", "E minor"),
        ("c ionian", "C major"),
        ("A harmonic_minor", "A harmonic minor"),
    ],
)
def test_other_ways_to_write_a_key(text, tidy):
    assert str(Key.parse(text)) == tidy


@pytest.mark.parametrize(
    "text",
    ["", "C", "H major", "C## major", "C majorish", "minor", "All Keys", "C♭ major", "C\nmajor x"],
)
def test_what_is_no_key_is_refused_with_what_is_accepted(text):
    with pytest.raises(ValueError, match=re.escape(repr(text)) + r".*F# minor.*dorian"):
        Key.parse(text)
