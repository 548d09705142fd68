"""Reading chords: from a name such as ``F#m7b5/A``, or a Roman numeral, to a chord of a key."""

from __future__ import annotations

import re
from functools import cache

from genomes.chords.functions import ROMANS, functions
from genomes.chords.harmony import (
    SEVENTH_FIGURES,
    TRIAD_FIGURES,
    Chord,
    extensions,
    max_inversion,
    pitch_classes,
)
from genomes.chords.qualities import MAJOR_SCALE, Quality, Tone, read_quality
from genomes.chords.written import WRITTEN, written_token, written_tones
from genomes.keys import LETTERS, SCALES, Key, pitch_class_of

EXPECTED = "a chord such as Am, F#m7b5, C/G or N.C., or a numeral such as vi, V7/V, bVII"

_SIGNS = str.maketrans("♯♭", "#b")
_NAME = re.compile(r"([A-G][#b]?)(.*?)(?:/([A-G][#b]?))?")
# As some write minor chords: am, f#m7/c#.
_SMALL = re.compile(r"([a-g])([#b]?)(.*?)(?:/([a-gA-G])([#b]?))?")
_MINOR = re.compile(r"m(?!aj|a7)")
_NUMERAL = re.compile(r"([#b]?)([ivIV]+)([^/]*)(?:/([#b]?)([ivIV]+))?")
_NUMERAL_REST = re.compile(r"(o|°|º|dim|ø|Ø|\+|aug)?(64|65|43|42|6|7|9|2)?(?:\[([^\]]*)\])?")
_NO_CHORD = re.compile(r"N\.?\s?C\.?", re.IGNORECASE)

# Figures under a Roman numeral: whether they are of a seventh chord, and which note is the bass.
_FIGURES: dict[str, tuple[str, int]] = {
    **{figure: ("", place) for place, figure in enumerate(TRIAD_FIGURES)},
    **{figure: ("7", place) for place, figure in enumerate(SEVENTH_FIGURES)},
    "9": ("9", 0),
    "2": ("7", 3),
}
_QUALITY_SIGNS = {
    **dict.fromkeys(("o", "°", "º", "dim"), "dim"),
    **dict.fromkeys(("ø", "Ø"), "ø"),
    **dict.fromkeys(("+", "aug"), "aug"),
}
# Sevenths of chords on lowered degrees, as the parallel minor and the Neapolitan have them.
_LOWERED_SEVENTHS = {2: 11, 3: 11, 6: 11, 7: 10}


def is_no_chord(text: str) -> bool:
    """Whether a text says that no chord sounds, such as ``N.C.``."""
    return _NO_CHORD.fullmatch(text.strip()) is not None


def read_chord(text: str, key: Key) -> Chord:
    """The chord of a key that a name or a Roman numeral stands for.

    A name that is a function of the key gives that; any other a written chord. A numeral counts
    from the scale of the mode, one with a flat from the major scale; sevenths are those of the
    scale.

    A root in a small letter is read where the rest says that the chord is minor: ``am``, ``f#m7``.

    Raises:
        ValueError: if it names no chord.
    """
    plain = text.strip().translate(_SIGNS)
    small = None if _NUMERAL.fullmatch(plain) else _SMALL.fullmatch(plain)
    try:
        if _NUMERAL.fullmatch(plain):
            return _of_numeral(plain, key.mode)
        found = _of_name(_capital(small) if small else plain, key)
    except ValueError:
        raise ValueError(f"{text!r} is no chord: expected {EXPECTED}") from None
    if small and not _MINOR.match(small[3]):
        minor = f"{small[1].upper()}{small[2]}m"
        raise ValueError(
            f"{text!r} begins with a small letter: write {_capital(small)}, or {minor} for minor"
        )
    return found


def _capital(small: re.Match[str]) -> str:
    """A name with its root and bass in capital letters."""
    letter, accidental, rest, bass, bass_accidental = small.groups(default="")
    under = f"/{bass.upper()}{bass_accidental}" if bass else ""
    return letter.upper() + accidental + rest + under


def _of_name(text: str, key: Key) -> Chord:
    match = _NAME.fullmatch(text.replace("6/9", "69"))
    if match is None:
        raise ValueError("no root")
    root, suffix, bass = match.groups()
    degree, semitones = _interval(key.tonic_name, root)
    under = None if bass is None else _interval(root, bass)
    return _chord(key.mode, degree, semitones, read_quality(suffix), under)


def _interval(lower: str, upper: str) -> Tone:
    """Step, 1 to 7, and semitones, 0 to 11, from one written note up to another."""
    letters = LETTERS.index(upper[0]) - LETTERS.index(lower[0])
    return letters % 7 + 1, (pitch_class_of(upper) - pitch_class_of(lower)) % 12


def _chord(mode: str, degree: int, semitones: int, quality: Quality, bass: Tone | None) -> Chord:
    """The function of the mode that is this chord, else a written chord."""
    below = None if bass is None else bass[1]
    known = _known(mode).get((degree, semitones, quality.pitch_classes, below or 0))
    if known is not None:
        return known
    token = written_token(degree, semitones, quality)
    classes = [above % 12 for _, above in written_tones(token)]
    if below is None or below in classes:
        return Chord(token, WRITTEN, classes.index(below or 0))
    token = written_token(degree, semitones, quality, bass)
    return Chord(token, WRITTEN, len(classes))


_Sound = tuple[int, int, frozenset[int], int]  # degree, root, notes and bass above the root


@cache
def _known(mode: str) -> dict[_Sound, Chord]:
    """The chords of a mode by how they are spelled and what sounds in them."""
    found: dict[_Sound, Chord] = {}
    for token, function in functions(mode).items():
        for extension in extensions(mode, token):
            root = function.root_semitones
            classes = [(each - root) % 12 for each in pitch_classes(mode, token, extension)]
            for inversion in range(max_inversion(extension) + 1):
                sound = (function.degree, root, frozenset(classes), classes[inversion])
                found.setdefault(sound, Chord(token, extension, inversion))
    return found


def _of_numeral(text: str, mode: str) -> Chord:
    match = _NUMERAL.fullmatch(text)
    assert match is not None  # noqa: S101 - the caller asked
    accidental, roman, rest, target_accidental, target = match.groups()
    if roman not in {*ROMANS, *map(str.lower, ROMANS)}:
        raise ValueError("no degree")
    is_minor = roman.islower()
    sign, figures, added = _rest_of(rest)
    if target:
        degree, semitones = _applied(roman, *_root(target_accidental, target, mode, is_dim=False))
        seventh = 10
    else:
        is_dim = _QUALITY_SIGNS.get(sign) in {"dim", "ø"}
        degree, semitones = _root(accidental, roman, mode, is_dim=is_dim)
        seventh = _seventh(accidental, degree, semitones, mode)
    number, place = _FIGURES[figures]
    quality = _numeral_quality(sign, number, added, seventh, is_minor=is_minor)
    bass = None if place == 0 else _stacked(quality)[place]
    return _chord(mode, degree, semitones, quality, bass)


def _rest_of(rest: str) -> tuple[str, str, str]:
    """The sign of the quality, the figures, and what else is written behind a numeral."""
    match = _NUMERAL_REST.fullmatch(rest)
    if match is None:
        return "", "", rest.strip("[]")
    return match[1] or "", match[2] or "", match[3] or ""


def _root(accidental: str, roman: str, mode: str, *, is_dim: bool) -> Tone:
    """Degree and semitones above the tonic of the root that a numeral names."""
    degree = ROMANS.index(roman.upper()) + 1
    own, major = SCALES[mode][degree - 1], MAJOR_SCALE[degree - 1]
    if accidental == "b":
        return degree, (major - 1) % 12
    if accidental == "#":
        return degree, (own + 1) % 12
    if is_dim and roman.islower() and degree in {6, 7}:
        return degree, major  # the diminished chord of a leading tone
    return degree, own


def _applied(roman: str, degree: int, semitones: int) -> Tone:
    """The root of a dominant or of another chord of the major key on a degree."""
    step = ROMANS.index(roman.upper()) + 1
    return (degree + step - 2) % 7 + 1, (semitones + MAJOR_SCALE[step - 1]) % 12


def _seventh(accidental: str, degree: int, semitones: int, mode: str) -> int:
    """Semitones of the seventh above a major triad's root, as the scale has it."""
    if accidental == "b":
        return _LOWERED_SEVENTHS.get(degree, 10)
    return 11 if (SCALES[mode][(degree + 5) % 7] - semitones) % 12 == 11 else 10


def _numeral_quality(
    sign: str, number: str, added: str, seventh: int, *, is_minor: bool
) -> Quality:
    triad = _QUALITY_SIGNS.get(sign, "m" if is_minor else "")
    if number and not triad and seventh == 11:
        number = f"maj{number}"
    return read_quality(triad + number + added)


def _stacked(quality: Quality) -> list[Tone]:
    """Root, third, fifth and seventh of a quality, in order; raises ValueError without a place."""
    found = [tone for tone in quality.tones if tone[0] in {1, 3, 5, 7}]
    if len(found) < 3:
        raise ValueError("no inversion")
    return [*found, found[0]]
