"""Spelling: which letter and sign a sounding pitch is written with in a key."""

from __future__ import annotations

from genomes.keys import LETTER_PITCH_CLASSES, MAJOR_FIFTHS

# The letters along the line of fifths, from the fewest sharps.
LETTERS_BY_FIFTHS = sorted(MAJOR_FIFTHS, key=lambda letter: MAJOR_FIFTHS[letter])
FEWEST_FIFTHS = min(MAJOR_FIFTHS.values())

# The twelve notes of a signature are those from three fifths below its major tonic to eight above:
# in C the chromatic ones are E flat, B flat, F sharp, C sharp and G sharp.
FIFTHS_BELOW = 3

SEMITONES_PER_FIFTH = 7


def spelled(pitch: int, signature_fifths: int) -> tuple[str, int, int]:
    """How a pitch is written.

    Args:
        pitch: MIDI note number.
        signature_fifths: of the key signature, -7 to 7.

    Returns:
        The letter, its alteration in semitones, and the octave (4 begins at middle C).
    """
    lowest = signature_fifths - FIFTHS_BELOW
    fifths = lowest + (SEMITONES_PER_FIFTH * pitch - lowest) % 12
    alteration, place = divmod(fifths - FEWEST_FIFTHS, len(LETTERS_BY_FIFTHS))
    letter = LETTERS_BY_FIFTHS[place]
    octave = (pitch - alteration - LETTER_PITCH_CLASSES[letter]) // 12 - 1
    return letter, alteration, octave
