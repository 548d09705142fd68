"""Chords: a function with an extension and an inversion, its notes and its names."""

from __future__ import annotations

from functools import cache

import msgspec

from genomes.chord_symbols import NO_CHORD
from genomes.chords.functions import Function, sounds_diatonic
from genomes.chords.written import (
    REST,
    WRITTEN,
    function_named,
    is_written,
    written_numeral,
    written_suffix,
    written_tones,
)
from genomes.keys import Key

# Extension -> steps of the function's scale that it sounds (1 is the root, 9 the step above it).
EXTENSIONS: dict[str, tuple[int, ...]] = {
    "triad": (1, 3, 5),
    "5": (1, 5),
    "6": (1, 3, 5, 6),
    "7": (1, 3, 5, 7),
    "9": (1, 3, 5, 7, 9),
    "add9": (1, 3, 5, 9),
    "sus2": (1, 2, 5),
    "sus4": (1, 4, 5),
}
# A chord takes an extension only where its steps are these intervals: no flat ninths, no sharp
# fourths, no flat sixths, no power chord without its fifth.
REQUIRED_INTERVALS: dict[str, dict[int, int]] = {
    "triad": {},
    "5": {5: 7},
    "6": {5: 7, 6: 9},
    "7": {},
    "9": {5: 7, 9: 14},
    "add9": {5: 7, 9: 14},
    "sus2": {5: 7, 2: 2},
    "sus4": {5: 7, 4: 5},
}

# Everyday names: (third, fifth) -> suffix of the triad.
TRIAD_SUFFIXES = {(4, 7): "", (3, 7): "m", (3, 6): "dim", (4, 8): "aug"}
# (third, fifth, seventh) -> suffix of the seventh chord.
SEVENTH_SUFFIXES = {
    (4, 7, 11): "maj7",
    (4, 7, 10): "7",
    (3, 7, 10): "m7",
    (3, 7, 11): "m(maj7)",
    (3, 6, 9): "dim7",
    (3, 6, 10): "m7b5",
    (4, 8, 11): "maj7#5",
    (4, 8, 10): "7#5",
}
NINTH_OF_SEVENTH = {"maj7": "maj9", "7": "9", "m7": "m9", "m(maj7)": "m(maj9)"}

HALF_DIMINISHED = (3, 6, 10)

TRIAD_FIGURES = ("", "6", "64")
SEVENTH_FIGURES = ("7", "65", "43", "42")


class Chord(msgspec.Struct, frozen=True, cache_hash=True):
    """A chord of the key, before it is voiced.

    Attributes:
        function: token of a function of the mode.
        extension: one of ``EXTENSIONS``; ``written`` for a chord as its token names it, ``rest``
            for one that nobody plays.
        inversion: which chord tone is in the bass, 0 the root.
    """

    function: str
    extension: str = "triad"
    inversion: int = 0


@cache
def extensions(mode: str, token: str) -> tuple[str, ...]:
    """The extensions that a function can take in a mode."""
    function = function_named(mode, token)
    if function.source == WRITTEN:
        return (WRITTEN,)
    names: tuple[str, ...] = tuple(EXTENSIONS)
    if function.source == "applied":
        # It leads by its third; one that sounds like a plain chord of the key, by its seventh.
        names = ("7", "9") if sounds_diatonic(mode, token) else ("triad", "7", "9")
    return tuple(name for name in names if _fits(function, name))


def _fits(function: Function, extension: str) -> bool:
    required = REQUIRED_INTERVALS[extension]
    if any(_interval(function, step) != semitones for step, semitones in required.items()):
        return False
    return extension not in {"7", "9"} or function.seventh in SEVENTH_SUFFIXES


def _interval(function: Function, step: int) -> int:
    """Semitones from the root up to a step, 9 being the second an octave higher."""
    return function.steps[(step - 1) % 7] + 12 * ((step - 1) // 7)


@cache
def tones(mode: str, token: str, extension: str) -> tuple[int, ...]:
    """Semitones above the root of each chord tone, root first."""
    if is_written(token):
        return tuple(semitones for _, semitones in written_tones(token))
    function = function_named(mode, token)
    extension = "triad" if extension == REST else extension
    return tuple(_interval(function, step) for step in EXTENSIONS[extension])


@cache
def pitch_classes(mode: str, token: str, extension: str) -> tuple[int, ...]:
    """Semitones above the tonic, 0 to 11, of each chord tone, root first."""
    root = function_named(mode, token).root_semitones
    return tuple((root + tone) % 12 for tone in tones(mode, token, extension))


def inversions(token: str, extension: str) -> int:
    """The number of notes that can be in the bass of a chord."""
    return len(written_tones(token)) if extension == WRITTEN else max_inversion(extension) + 1


@cache
def max_inversion(extension: str) -> int:
    """The highest inversion that is drawn for a chord of an extension.

    A ninth is never in the bass; suspended chords and those that a person wrote stay as they are.
    """
    if extension in {"sus2", "sus4", WRITTEN, REST}:
        return 0
    return sum(step < 8 for step in EXTENSIONS[extension]) - 1


def numeral(chord: Chord, mode: str) -> str:
    """The Roman numeral with figures, such as ``"V65/ii"`` or ``"I6[add9]"``."""
    if chord.extension == REST:
        return NO_CHORD
    if is_written(chord.function):
        return written_numeral(chord.function, mode)
    roman, slash, target = chord.function.partition("/")
    if chord.extension == "7" and function_named(mode, chord.function).seventh == HALF_DIMINISHED:
        roman = roman.replace("o", "ø")
    return roman + _figures(chord) + slash + target


def _figures(chord: Chord) -> str:
    if chord.extension == "9" and chord.inversion == 0:
        return "9"
    if chord.extension in {"7", "9"}:
        added = "[add9]" if chord.extension == "9" else ""
        return SEVENTH_FIGURES[chord.inversion] + added
    if chord.extension == "triad":
        return TRIAD_FIGURES[chord.inversion]
    if chord.extension == "5":
        return ("[5]", "64[5]")[chord.inversion]
    added = "add6" if chord.extension == "6" else chord.extension
    figure = TRIAD_FIGURES[chord.inversion] if chord.inversion < 3 else "42"
    return f"{figure}[{added}]"


def name(chord: Chord, key: Key) -> str:
    """The everyday name, such as ``"A7/C#"``."""
    if chord.extension == REST:
        return NO_CHORD
    function = function_named(key.mode, chord.function)
    root = key.note_name(function.degree, function.root_semitones)
    written = root + _suffix(function, chord.extension)
    if chord.inversion == 0:
        return written
    if function.source == WRITTEN:
        step, above = written_tones(chord.function)[chord.inversion]
    else:
        step = EXTENSIONS[chord.extension][chord.inversion]
        above = _interval(function, step)
    semitones = function.root_semitones + above
    return f"{written}/{key.note_name((function.degree + step - 2) % 7 + 1, semitones)}"


def _suffix(function: Function, extension: str) -> str:
    if function.source == WRITTEN:
        return written_suffix(function.token)
    if extension in {"5", "sus2", "sus4"}:
        return extension
    triad = TRIAD_SUFFIXES[function.triad]
    if extension in {"triad", "6", "add9"}:
        return triad + extension.removeprefix("triad")
    seventh = SEVENTH_SUFFIXES[function.seventh]
    return seventh if extension == "7" else NINTH_OF_SEVENTH[seventh]
