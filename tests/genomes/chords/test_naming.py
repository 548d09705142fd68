"""Chords that people write: names and numerals, with music21 as a second reader."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from music21 import harmony, key, roman

from genomes.chords import CHORDS
from genomes.chords.given import draw_playing, given_bars, play_otherwise
from genomes.chords.harmony import name, pitch_classes
from genomes.chords.naming import read_chord
from genomes.chords.qualities import read_quality
from genomes.chords.voicing import SPREADS, Voicing, pitches
from genomes.context import Context, Section
from genomes.keys import SCALES, Key
from genomes.time import Meter
from tests import strategies
from tests.genomes.music21_keys import music21_name

C_MAJOR, A_MINOR = Key.parse("C major"), Key.parse("A minor")
FOUR = Meter(4, 4)

# As people write it -> as we do, and as music21 reads it.
SUFFIXES = {
    "": ("", ""), "M": ("", ""), "maj": ("", ""), "m": ("m", "m"), "min": ("m", "m"),
    "-": ("m", "m"), "dim": ("dim", "dim"), "°": ("dim", "dim"), "o": ("dim", "dim"),
    "aug": ("aug", "aug"), "+": ("aug", "+"), "5": ("5", "power"), "6": ("6", "6"),
    "m6": ("m6", "m6"), "7": ("7", "7"), "maj7": ("maj7", "maj7"), "M7": ("maj7", "maj7"),
    "Δ": ("maj7", "maj7"), "Δ7": ("maj7", "maj7"), "ma7": ("maj7", "maj7"), "m7": ("m7", "m7"),
    "min7": ("m7", "m7"), "-7": ("m7", "m7"), "mM7": ("m(maj7)", "mM7"),
    "m(maj7)": ("m(maj7)", "mM7"), "mmaj7": ("m(maj7)", "mM7"), "dim7": ("dim7", "dim7"),
    "°7": ("dim7", "dim7"), "ø": ("m7b5", "m7b5"), "ø7": ("m7b5", "m7b5"),
    "m7b5": ("m7b5", "m7b5"),
    "m7(b5)": ("m7b5", "m7b5"), "m7-5": ("m7b5", "m7b5"), "+7": ("7#5", "+7"),
    "aug7": ("7#5", "+7"),
    "7#5": ("7#5", "+7"), "maj7#5": ("maj7#5", "+M7"), "9": ("9", "9"), "maj9": ("maj9", "M9"),
    "m9": ("m9", "m9"), "11": ("11", "11"), "m11": ("m11", "m11"), "sus": ("sus4", "sus4"),
    "sus4": ("sus4", "sus4"), "sus2": ("sus2", "sus2"), "7sus4": ("7sus4", "7sus4"),
    "7sus": ("7sus4", "7sus4"), "add9": ("add9", "add9"), "2": ("add9", "add9"),
    "add2": ("add9", "add9"), "madd9": ("madd9", "madd9"), "6/9": ("69", "6add9"),
    "69": ("69", "6add9"), "7b9": ("7b9", "7addb9"), "7(b9)": ("7b9", "7addb9"),
    "7#9": ("7#9", "7add#9"), "7#11": ("7#11", "7add#11"), "maj7#11": ("maj7#11", "maj7add#11"),
    "7alt": ("7#5#9", "+7add#9"), "13": ("13", "9add13"), "maj13": ("maj13", "M9add13"),
}  # fmt: skip
ACCEPTED_ROOTS = st.sampled_from([letter + sign for letter in "ABCDEFG" for sign in ("", "#", "b")])
ACCEPTED = st.builds(
    lambda root, suffix, bass: root + suffix + (f"/{bass}" if bass else ""),
    ACCEPTED_ROOTS,
    st.sampled_from(tuple(SUFFIXES)),
    st.none() | ACCEPTED_ROOTS,
)


@cache
def of_music21(root, suffix):
    symbol = harmony.ChordSymbol(music21_name(root) + suffix)
    return {pitch.pitchClass for pitch in symbol.pitches}


def sounding(chord, in_key):
    """Pitch classes of a chord, and that of its bass."""
    classes = [
        (in_key.tonic_pitch_class + each) % 12
        for each in pitch_classes(in_key.mode, chord.function, chord.extension)
    ]
    return set(classes), classes[chord.inversion]


@pytest.mark.parametrize("written", SUFFIXES)
def test_names_mean_what_music21_reads(written):
    usual, theirs = SUFFIXES[written]
    for root in ("C", "F#", "Bb"):
        found = sounding(read_chord(root + written, C_MAJOR), C_MAJOR)[0]
        if theirs == "power":
            fifth = harmony.ChordSymbol(root=music21_name(root), kind="power")
            expected = {pitch.pitchClass for pitch in fifth.pitches}
        else:
            expected = of_music21(root, theirs)
        assert found == expected, root + written
    assert read_quality(written).suffix == usual


@pytest.mark.parametrize("written", ["C/E", "G/B", "Am7/G", "F/A", "D/F#", "C/D", "F/G", "Ab7/Gb"])
def test_the_bass_is_the_one_that_is_written(written):
    above, _, bass = written.partition("/")
    found, lowest = sounding(read_chord(written, C_MAJOR), C_MAJOR)
    assert lowest == sounding(read_chord(bass, C_MAJOR), C_MAJOR)[1]
    assert found == sounding(read_chord(above, C_MAJOR), C_MAJOR)[0] | {lowest}


NUMERALS = {
    "C major": "I ii iii IV V vi viio I6 V64 ii7 V7 IV7 I7 V65 ii42 V7/V V/V V/vi viio7/V V65/ii "
    "bVII bVI bIII bII iv viiø7 V43/IV",
    "A minor": "i iio III iv v V V7 VI VII viio viio7 i6 V65 iv7 VI7 bII V7/iv V/V",
    "G dorian": "i IV VII v III iv6",
}  # fmt: skip
OURS_FOR_MUSIC21 = {"viiø7": "vii/o7"}


@pytest.mark.parametrize(
    ("in_key", "numeral"), [(k, n) for k, v in NUMERALS.items() for n in v.split()]
)
def test_numerals_mean_what_music21_reads(in_key, numeral):
    ours = Key.parse(in_key)
    theirs = key.Key(music21_name(ours.tonic_name), in_key.split()[1])
    read = roman.RomanNumeral(
        OURS_FOR_MUSIC21.get(
            numeral, numeral.replace("b", "-") if in_key != "A minor" else numeral
        ),
        theirs,
        sixthMinor=roman.Minor67Default.CAUTIONARY,
        seventhMinor=roman.Minor67Default.CAUTIONARY,
    )
    found, bass = sounding(read_chord(numeral, ours), ours)
    assert found == {pitch.pitchClass for pitch in read.pitches}
    assert bass == read.bass().pitchClass


@pytest.mark.parametrize("text", ["", "H", "Xm", "Am/H", "C//", "Cm5", "C7x", "VIII", "verse", "/"])
def test_what_is_no_chord_is_said_with_what_is_expected(text):
    with pytest.raises(ValueError, match="is no chord: expected a chord such as Am"):
        read_chord(text, C_MAJOR)


SMALL = {"am": "Am", "dm7": "Dm7", "bbm": "Bbm", "f#m7b5/c": "F#m7b5/C"}
OTHERWISE = {"a": "write A, or Am", "bb7": "write Bb7, or Bbm", "cmaj7": "write Cmaj7, or Cm"}


def test_small_letters_are_minor_where_the_rest_says_so():
    key = C_MAJOR
    for small, capital in SMALL.items():
        assert read_chord(small, key) == read_chord(capital, key)
    for small, wanted in OTHERWISE.items():
        with pytest.raises(ValueError, match=f"small letter: {wanted}"):
            read_chord(small, key)
    with pytest.raises(ValueError, match="is no chord"):
        read_chord("beat", key)


@given(written=ACCEPTED, in_key=strategies.keys())
def test_a_chord_printed_by_its_name_reads_as_the_same(written, in_key):
    try:
        chord = read_chord(written, in_key)
    except ValueError:  # spelled too far from the key
        return
    printed = name(chord, in_key)
    assert read_chord(printed, in_key) == chord
    assert sounding(chord, in_key) == sounding(read_chord(written, in_key), in_key)


@given(in_key=strategies.keys())
def test_a_numeral_printed_as_a_name_sounds_the_same(in_key):
    for numeral in ("V", "IV7", "i", "bVII", "ii65", "V7/V"):
        chord = read_chord(numeral, in_key)
        again = read_chord(name(chord, in_key), in_key)  # double accidentals are spelled otherwise
        assert sounding(again, in_key) == sounding(chord, in_key)


PROGRESSION = [
    (1, ((0, "Am"), (2, "C/D"))), (2, ((0, "N.C."),)), (3, ((0, "Bb13"), (3, "F#m7b5/A"))),
    (4, ((0, "F/G"),)),
]  # fmt: skip


@given(seed=st.integers(0, 2**32 - 1), mode=st.sampled_from(tuple(SCALES)))
def test_however_it_is_played_the_chords_stay(seed, mode):
    rng, in_key = np.random.default_rng(seed), Key(9, mode, "A")
    context = Context(in_key, FOUR, 100.0, Section("verse", 4))
    bars = given_bars(PROGRESSION, in_key)
    genome = draw_playing(bars, context, None, rng)
    part = CHORDS.render(genome, context)
    assert CHORDS.from_payload(genome.to_payload()) == genome
    for _ in range(6):
        genome = play_otherwise(genome, context, None, rng)
        assert CHORDS.render(genome, context).harmony == part.harmony
    assert [span.name for span in part.harmony] == [
        "Am", "C/D", "N.C.", "Bb13", "F#m7b5/A", "F/G"
    ]  # fmt: skip
    onsets = part.notes["onset_ticks"]
    assert not ((onsets >= 1920) & (onsets < 3840)).any()
    ends = onsets + part.notes["duration_ticks"]
    assert not ((onsets < 1920) & (ends > 1920)).any()


@given(seed=st.integers(0, 2**32 - 1))
def test_written_chords_can_be_evolved_from(seed):
    rng = np.random.default_rng(seed)
    context = Context(C_MAJOR, FOUR, 100.0, Section("verse", 4))
    genome = draw_playing(given_bars(PROGRESSION, C_MAJOR), context, None, rng)
    other, _ = CHORDS.random(context, rng)
    for _ in range(12):
        genome, _ = CHORDS.mutate(genome, context, rng)
        child = CHORDS.mate(genome, other, context, rng)
        assert len(CHORDS.render(child, context).harmony) > 0
    assert CHORDS.describe(genome, context)["chords"]


@pytest.mark.parametrize("spread", SPREADS)
def test_a_bass_that_is_no_note_of_the_chord_sounds_only_below(spread):
    chord = read_chord("C/D", C_MAJOR)
    found = pitches("major", 0, chord, Voicing(spread), 60)
    assert found[0] % 12 == 2
    assert {pitch % 12 for pitch in found[1:]} == {0, 4, 7}
