"""Roman numerals read without our tables: music21's scales and numerals say what they sound.

A numeral is read as any musician would: first as a chord of the mode's own scale; if its root,
case and mark fit no degree there, as what its name says: a chord of the parallel major or minor,
the Neapolitan, or the dominant or leading-tone chord of the degree after the stroke.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from music21 import chord, key, pitch, roman

from tests.genomes.music21_keys import scale_pitch_classes

NUMERAL = re.compile(
    r"(?P<flat>b?)(?P<roman>[iv]+|[IV]+)(?P<mark>[oø+]?)(?P<figure>\d*)"
    r"(?:\[(?P<added>\w+)\])?(?:/(?P<target>\w+))?"
)
ROMANS = ["i", "ii", "iii", "iv", "v", "vi", "vii"]
# Figure -> which chord tone is in the bass, and whether the seventh sounds.
FIGURES = {
    "": (0, False),
    "6": (1, False),
    "64": (2, False),
    "7": (0, True),
    "65": (1, True),
    "43": (2, True),
    "42": (3, True),
    "9": (0, True),
}
# Added or put in the place of the third, in semitones above the root: what they mean everywhere.
REPLACED = {"5": (0, 7), "sus2": (0, 2, 7), "sus4": (0, 5, 7)}
ADDED = {"add9": 2, "add6": 9}
NINTH = 2
QUALITIES = {"minor": (str.islower, ""), "major": (str.isupper, "")}
QUALITIES |= {"diminished": (str.islower, "oø"), "augmented": (str.isupper, "+")}

# Foreign chords: the numeral as music21 writes it, and the key on C that it comes from.
FOREIGN = {
    "i": ("i", "minor"),
    "I": ("I", "major"),
    "iio": ("iio", "minor"),
    "ii": ("ii", "major"),
    "bII": ("bII", "major"),
    "bIII": ("III", "minor"),
    "iv": ("iv", "minor"),
    "IV": ("IV", "dorian"),
    "v": ("v", "minor"),
    "V": ("V", "major"),
    "bVI": ("VI", "minor"),
    "bVII": ("VII", "minor"),
    "viio": ("viio", "minor"),
}


@dataclass(frozen=True)
class Reading:
    """What a numeral sounds, in semitones above the tonic.

    Attributes:
        tones: pitch classes, root first.
        bass: the lowest.
        own: whether it is a chord of the mode's own scale.
    """

    tones: tuple[int, ...]
    bass: int
    own: bool


@cache
def read(numeral: str, mode: str) -> Reading:
    """What a numeral sounds in a mode; raises AssertionError if it has no reading."""
    match = NUMERAL.fullmatch(numeral)
    assert match, f"{numeral} is no numeral"
    part = match.groupdict()
    seventh_chord, own = _seventh_chord(part, mode)
    tones = _with_extension(seventh_chord, part)
    return Reading(tones, _bass(tones, part), own)


def _with_extension(seventh_chord: tuple[int, ...], part: dict[str, str]) -> tuple[int, ...]:
    root, added = seventh_chord[0], part["added"]
    if added in REPLACED:
        return tuple((root + semitones) % 12 for semitones in REPLACED[added])
    tones = seventh_chord if _sounds_seventh(part) else seventh_chord[:3]
    if part["figure"] == "9":
        return (*tones, (root + NINTH) % 12)
    return (*tones, (root + ADDED[added]) % 12) if added else tones


def _sounds_seventh(part: dict[str, str]) -> bool:
    return FIGURES[part["figure"]][1] and part["added"] != "add6"


def _bass(tones: tuple[int, ...], part: dict[str, str]) -> int:
    inversion = FIGURES[part["figure"]][0]
    if part["added"] == "5":
        return tones[1 if part["figure"] == "64" else 0]
    return tones[inversion]


def _seventh_chord(part: dict[str, str], mode: str) -> tuple[tuple[int, ...], bool]:
    if part["target"]:
        return _applied(part, mode), False
    degree = ROMANS.index(part["roman"].lower())
    stack = _stack(mode, degree)
    if not part["flat"] and _fits(part, stack):
        return stack, True
    return _foreign(part), False


def _stack(mode: str, degree: int) -> tuple[int, ...]:
    """Root, third, fifth and seventh on a degree of the scale, counted from 0."""
    scale = scale_pitch_classes(mode)
    return tuple(scale[(degree + step) % 7] for step in (0, 2, 4, 6))


def _fits(part: dict[str, str], stack: tuple[int, ...]) -> bool:
    """Whether case and mark tell the quality of the triad (and o or ø, of the seventh chord)."""
    quality = _triad_quality(stack[:3])
    if quality not in QUALITIES:
        return False
    is_case, marks = QUALITIES[quality]
    fits = is_case(part["roman"]) and (part["mark"] in marks if part["mark"] else not marks)
    return fits and _mark_fits_seventh(part, stack)


@cache
def _triad_quality(triad: tuple[int, ...]) -> str:
    return str(chord.Chord(list(triad)).quality)


def _mark_fits_seventh(part: dict[str, str], stack: tuple[int, ...]) -> bool:
    if part["mark"] not in {"o", "ø"} or not _sounds_seventh(part):
        return part["mark"] != "ø"
    return (part["mark"] == "ø") == ((stack[3] - stack[0]) % 12 == 10)


def _foreign(part: dict[str, str]) -> tuple[int, ...]:
    name = part["flat"] + part["roman"] + part["mark"].replace("ø", "o")
    assert name in FOREIGN, f"{name} names no chord"
    figure, mode = FOREIGN[name]
    return _from_music21(figure.replace("o", part["mark"] or "o") + "7", "C", mode)


def _applied(part: dict[str, str], mode: str) -> tuple[int, ...]:
    """V or viio of a degree of the mode, which is major or minor by its case."""
    target = read(part["target"], mode)
    assert target.own, f"{part['target']} is no chord of {mode}"
    minor = part["target"].islower()
    chord_name = part["roman"] + part["mark"]
    assert chord_name in {"V", "viio", "viiø"}, f"{chord_name} leads nowhere"
    mode = "minor" if minor else "major"
    return _from_music21(f"{chord_name}7", _name(target.tones[0]), mode)


@cache
def _from_music21(figure: str, tonic: str, mode: str) -> tuple[int, ...]:
    found = roman.RomanNumeral(figure, key.Key(tonic, mode))
    members = (found.root(), found.third, found.fifth, found.seventh)
    return tuple(member.pitchClass for member in members)


def _name(pitch_class: int) -> str:
    return str(pitch.Pitch(pitch_class).name)
