"""Keys: a pitch class, a mode and a spelling. Sounding and writing never get mixed up."""

from __future__ import annotations

import re
from dataclasses import dataclass

LETTERS = "CDEFGAB"
LETTER_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
ACCIDENTALS = {"": 0, "#": 1, "b": -1}
ACCIDENTAL_SIGNS = {offset: sign for sign, offset in ACCIDENTALS.items()}

# Semitones above the tonic.
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic_minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic_minor": (0, 2, 3, 5, 7, 9, 11),
}
MODE_ALIASES = {"maj": "major", "min": "minor", "m": "minor", "ionian": "major", "aeolian": "minor"}

# Fifths of the key signature relative to the major key on the same tonic.
SIGNATURE_OFFSET_FIFTHS = {
    "major": 0,
    "lydian": 1,
    "mixolydian": -1,
    "dorian": -2,
    "minor": -3,
    "harmonic_minor": -3,
    "melodic_minor": -3,
    "phrygian": -4,
    "locrian": -5,
}
MAJOR_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}

# The letters along the line of fifths, from the fewest sharps.
LETTERS_BY_FIFTHS = sorted(MAJOR_FIFTHS, key=lambda letter: MAJOR_FIFTHS[letter])
FEWEST_FIFTHS = min(MAJOR_FIFTHS.values())

# The twelve notes of a signature are those from three fifths below its major tonic to eight above:
# in C the chromatic ones are E flat, B flat, F sharp, C sharp and G sharp.
FIFTHS_BELOW = 3

SEMITONES_PER_FIFTH = 7

# The everyday name of each pitch class, used where correct spelling would need a double accidental.
PLAIN_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")

_KEY = re.compile(r"([A-Ga-g])([#b]?)\s+([a-z_ ]+)", re.IGNORECASE)


class UnreadableMusic(ValueError):
    """What should be music, as people write it or as it is stored, is something else."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it sounds (pitch class, mode) and as it is written (spelling).

    Attributes:
        tonic_pitch_class: 0 (C) to 11 (B).
        mode: one of ``SCALES``.
        tonic_name: how the tonic is written, such as ``"Gb"``.
    """

    tonic_pitch_class: int
    mode: str
    tonic_name: str

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a tidy key such as ``"F# minor"``; raises ValueError naming what is accepted."""
        match = _KEY.fullmatch(text.strip())
        mode = match and match.group(3).strip().casefold().replace(" ", "_")
        mode = MODE_ALIASES.get(mode or "", mode)
        if not match or mode not in SCALES:
            raise UnreadableMusic(
                f"key {text!r}: expected a note and a mode, for example F# minor; "
                f"modes are {', '.join(SCALES)}"
            )
        name = match.group(1).upper() + match.group(2).lower()
        return cls(pitch_class_of(name), mode, name)

    def __str__(self) -> str:
        return f"{self.tonic_name} {self.mode.replace('_', ' ')}"

    @property
    def scale(self) -> tuple[int, ...]:
        """Semitones above the tonic of the seven degrees."""
        return SCALES[self.mode]

    @property
    def scale_pitch_classes(self) -> frozenset[int]:
        """The seven pitch classes of the scale."""
        return frozenset((self.tonic_pitch_class + step) % 12 for step in self.scale)

    @property
    def tonic_triad_pitch_classes(self) -> frozenset[int]:
        """Tonic, third and fifth of the scale."""
        return frozenset((self.tonic_pitch_class + self.scale[degree]) % 12 for degree in (0, 2, 4))

    @property
    def is_minor(self) -> bool:
        """Whether the tonic triad is minor or diminished."""
        return self.scale[2] == 3

    @property
    def signature_fifths(self) -> int:
        """Sharps (positive) or flats (negative) of the key signature, within -7 to 7.

        A signature that would need double accidentals is respelled enharmonically.
        """
        letter, accidental = self.tonic_name[0], self.tonic_name[1:]
        fifths = MAJOR_FIFTHS[letter] + 7 * ACCIDENTALS[accidental]
        fifths += SIGNATURE_OFFSET_FIFTHS[self.mode]
        if fifths > 7:
            return fifths - 12
        return fifths + 12 if fifths < -7 else fifths

    def note_name(self, degree: int, semitones_above_tonic: int) -> str:
        """Spell a pitch class as the given degree of this key.

        Args:
            degree: 1 to 7 fixes the letter.
            semitones_above_tonic: fixes the pitch class.
        """
        letter = LETTERS[(LETTERS.index(self.tonic_name[0]) + degree - 1) % 7]
        pitch_class = (self.tonic_pitch_class + semitones_above_tonic) % 12
        offset = (pitch_class - LETTER_PITCH_CLASSES[letter] + 6) % 12 - 6
        if offset not in ACCIDENTAL_SIGNS:
            return PLAIN_NAMES[pitch_class]
        return letter + ACCIDENTAL_SIGNS[offset]


def pitch_class_of(name: str) -> int:
    """Pitch class of a written note such as ``"Bb"``; raises ValueError if it is none."""
    if name[:1] not in LETTER_PITCH_CLASSES or name[1:] not in ACCIDENTALS:
        raise ValueError(f"note {name!r}: expected a letter A to G with at most one # or b")
    return (LETTER_PITCH_CLASSES[name[0]] + ACCIDENTALS[name[1:]]) % 12


def spelled(pitch: int, signature_fifths: int) -> tuple[str, int, int]:
    """The spelling of a pitch in a key signature.

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


def name_and_octave(pitch: int, key: Key | None = None) -> tuple[str, int]:
    """The name of a MIDI pitch as a key spells it, and its octave; 60 is C in octave 4.

    Without a key it has its everyday name.
    """
    if key is None:
        return PLAIN_NAMES[pitch % 12], pitch // 12 - 1
    letter, alteration, octave = spelled(pitch, key.signature_fifths)
    return letter + ("#" if alteration > 0 else "b") * abs(alteration), octave


def pitch_name(pitch: int, key: Key | None = None) -> str:
    """A MIDI pitch with its octave, as a key spells it, such as ``"C4"`` for 60."""
    name, octave = name_and_octave(pitch, key)
    return f"{name}{octave}"
