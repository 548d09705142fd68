"""Every layout of every chord: in register, bass at the bottom, nothing lost that names it."""

import pytest

from genomes.chords.functions import functions
from genomes.chords.harmony import Chord, extensions, max_inversion, pitch_classes
from genomes.chords.voicing import (
    HIGHEST_PITCH,
    LOWEST_PITCH,
    REGISTERS,
    SPREADS,
    Voicing,
    movement_semitones,
    pitches,
)

TONICS = range(0, 12, 3)
POSITIONS = range(5)
FIFTH = 2


def chords_of(mode):
    return [
        Chord(token, extension, inversion)
        for token in functions(mode)
        for extension in extensions(mode, token)
        for inversion in range(max_inversion(extension) + 1)
    ]


def layouts(spread, modes=("major", "harmonic_minor")):
    """Chord, its pitch classes and its pitches, for all positions and registers."""
    for mode in modes:
        for chord in chords_of(mode):
            steps = pitch_classes(mode, chord.function, chord.extension)
            for register in REGISTERS:
                for tonic in TONICS:
                    classes = [(tonic + step) % 12 for step in steps]
                    for position in POSITIONS:
                        voicing = Voicing(spread, position)
                        yield chord, classes, pitches(mode, tonic, chord, voicing, register)


@pytest.mark.parametrize("spread", SPREADS)
def test_every_layout_is_in_register_over_its_bass_with_every_note_that_names_the_chord(spread):
    """A shell of four notes may leave out the fifth; nothing else is ever lost or added."""
    for chord, classes, laid_out in layouts(spread):
        assert LOWEST_PITCH <= laid_out[0] <= laid_out[-1] <= HIGHEST_PITCH
        assert list(laid_out) == sorted(set(laid_out)), chord
        assert laid_out[0] % 12 == classes[chord.inversion], chord
        sounding = {pitch % 12 for pitch in laid_out}
        needed = set(classes)
        if spread == "shell" and len(classes) > 3 and chord.inversion != FIFTH:
            needed.discard(classes[FIFTH])
            assert sounding == needed, f"{chord}: {laid_out}"
        assert needed <= sounding <= set(classes), f"{chord}: {laid_out}"


def test_shells_are_thinner_and_full_chords_thicker_than_close_ones():
    sizes = {
        spread: len(pitches("major", 0, Chord("V", "7"), Voicing(spread), 60)) for spread in SPREADS
    }
    assert sizes["shell"] < sizes["close"] < sizes["full"]


def test_open_and_wide_layouts_are_wider_than_close_ones():
    def width(spread):
        upper = pitches("major", 0, Chord("I"), Voicing(spread), 66)[1:]
        return upper[-1] - upper[0]

    assert width("close") < 12 < width("open")
    assert width("close") < width("wide")


def test_positions_turn_the_upper_voices():
    upper = [pitches("major", 0, Chord("I"), Voicing("close", p), 60)[1:] for p in range(3)]
    assert [voices[0] % 12 for voices in upper] == [0, 4, 7]


def test_a_higher_register_is_never_lower():
    for spread in SPREADS:
        means = [
            sum(laid_out) / len(laid_out)
            for laid_out in (
                pitches("minor", 2, Chord("iv", "7"), Voicing(spread), r) for r in REGISTERS
            )
        ]
        assert means == sorted(means)
        assert means[-1] > means[0] + 8


@pytest.mark.parametrize(
    ("first", "second", "semitones"),
    [
        ((48, 60, 64, 67), (48, 60, 64, 67), 0),
        ((48, 60, 64, 67), (49, 61, 65, 68), 1),
        ((60,), (60, 64), 4 / 3),
        ((60, 72), (66,), 6),
    ],
)
def test_movement(first, second, semitones):
    assert movement_semitones(first, second) == pytest.approx(semitones)
    assert movement_semitones(second, first) == pytest.approx(semitones)
