"""Every function of every mode means what its numeral says, read by music21."""

import pytest

from genomes.chords.functions import functions, on_degree, tonic
from genomes.chords.harmony import Chord, extensions, max_inversion, numeral, pitch_classes
from genomes.keys import SCALES
from tests.genomes.chords.readings import read
from tests.genomes.music21_keys import scale_pitch_classes

MODES = tuple(SCALES)


def chords_of(mode):
    return [
        Chord(token, extension, inversion)
        for token in functions(mode)
        for extension in extensions(mode, token)
        for inversion in range(max_inversion(extension) + 1)
    ]


@pytest.mark.parametrize("mode", MODES)
def test_every_chord_sounds_what_its_numeral_says(mode):
    for chord in chords_of(mode):
        read_chord = read(numeral(chord, mode), mode)
        sounding = pitch_classes(mode, chord.function, chord.extension)
        assert set(sounding) == set(read_chord.tones), f"{chord} in {mode}"
        assert sounding[0] == read_chord.tones[0], f"root of {chord} in {mode}"
        assert sounding[chord.inversion] == read_chord.bass, f"bass of {chord} in {mode}"


@pytest.mark.parametrize("mode", MODES)
def test_every_numeral_stands_for_one_chord(mode):
    numerals = [numeral(chord, mode) for chord in chords_of(mode)]
    assert len(set(numerals)) == len(numerals)


@pytest.mark.parametrize("mode", MODES)
def test_only_diatonic_functions_stay_in_the_scale(mode):
    """The seventh counts: a dominant may differ from the key's own chord only there."""
    scale = set(scale_pitch_classes(mode))
    for token, function in functions(mode).items():
        fullest = "7" if "7" in extensions(mode, token) else "triad"
        inside = set(pitch_classes(mode, token, fullest)) <= scale
        assert inside == (function.source == "diatonic"), f"{token} in {mode}"


@pytest.mark.parametrize("mode", MODES)
def test_the_tonic_is_a_chord_on_the_first_degree(mode):
    root, third, _ = pitch_classes(mode, tonic(mode), "triad")
    assert (root, third) == (0, SCALES[mode][2])
    assert tonic(mode).lower().rstrip("o") == "i"


@pytest.mark.parametrize("mode", MODES)
def test_every_degree_has_a_plain_chord(mode):
    for degree in range(1, 8):
        function = functions(mode)[on_degree(mode, degree)]
        assert function.source == "diatonic"
        assert (function.degree, function.root_semitones) == (degree, SCALES[mode][degree - 1])


@pytest.mark.parametrize("mode", MODES)
def test_applied_chords_lead_to_chords_of_the_key(mode):
    for token, function in functions(mode).items():
        if function.source != "applied":
            continue
        kind, _, target = token.partition("/")
        to_target = functions(mode)[target].root_semitones - function.root_semitones
        assert functions(mode)[target].source == "diatonic"
        assert to_target % 12 == {"V": 5, "viio": 1}[kind]


@pytest.mark.parametrize("mode", MODES)
def test_no_two_functions_are_one_chord_with_two_names(mode):
    fullest = {}
    for token, function in functions(mode).items():
        if function.source == "applied":
            continue
        fullest.setdefault(pitch_classes(mode, token, "triad")[:1] + function.triad, []).append(
            token
        )
    assert [tokens for tokens in fullest.values() if len(tokens) > 1] == []


KNOWN = {
    ("major", "V7"): {7, 11, 2, 5},
    ("minor", "V7"): {7, 11, 2, 5},
    ("minor", "viio7"): {11, 2, 5, 8},
    ("major", "viiø7"): {11, 2, 5, 9},
    ("major", "V7/ii"): {9, 1, 4, 7},
    ("minor", "bII6"): {1, 5, 8},
    ("major", "iv"): {5, 8, 0},
    ("dorian", "IV"): {5, 9, 0},
    ("lydian", "II"): {2, 6, 9},
    ("mixolydian", "VII"): {10, 2, 5},
    ("phrygian", "II"): {1, 5, 8},
}


@pytest.mark.parametrize(("mode", "written"), KNOWN)
def test_chords_a_musician_knows_by_heart(mode, written):
    found = {numeral(chord, mode): chord for chord in chords_of(mode)}[written]
    sounding = set(pitch_classes(mode, found.function, found.extension))
    assert sounding == KNOWN[mode, written] == set(read(written, mode).tones)
