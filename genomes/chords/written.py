"""Chords as people write them that are no function of the key: any quality on any root.

A token such as ``bIII:7b9`` names the root by its degree above the tonic, sharp or flat of the
major scale's whatever the mode, and the quality behind a colon; ``IV:/2`` has a note in the bass
that isn't of the chord, the second above the root. First genomes and mutations never draw them.
"""

from __future__ import annotations

import re
from functools import cache

from genomes.chords.functions import ROMANS, Function, functions
from genomes.chords.qualities import MAJOR_SCALE, Quality, Tone, read_quality
from genomes.keys import SCALES

WRITTEN = "written"  # their extension, and their source
REST = "rest"  # the extension of a chord that nobody plays: other parts may go by it

# More accidentals than this spell no root.
MAX_ACCIDENTALS = 3
MINOR_THIRD = 3
_SIGNS = {"#": 1, "b": -1}
_TOKEN = re.compile(r"([#b]{0,3})([IV]+):([^/]*)(?:/([#b]{0,3})([1-7]))?")


def written_token(degree: int, semitones: int, quality: Quality, bass: Tone | None = None) -> str:
    """The token of a chord.

    Args:
        degree: letter of the root, 1 to 7 above the tonic's.
        semitones: root above the tonic, 0 to 11.
        quality: of the chord.
        bass: step and semitones above the root of a bass that the quality doesn't have.

    Raises:
        ValueError: if the root or the bass is spelled with more than three accidentals.
    """
    under = "" if bass is None else f"/{_accidentals(*bass)}{bass[0]}"
    return f"{_accidentals(degree, semitones)}{ROMANS[degree - 1]}:{quality.suffix}{under}"


def _accidentals(step: int, semitones: int) -> str:
    offset = (semitones - MAJOR_SCALE[step - 1] + 6) % 12 - 6
    if abs(offset) > MAX_ACCIDENTALS:
        raise ValueError("spelled too far from the key")
    return ("#" if offset > 0 else "b") * abs(offset)


@cache
def function_named(mode: str, token: str) -> Function:
    """The function of a mode, or the written chord, that a token names.

    Raises:
        ValueError: if it names neither.
    """
    known = functions(mode).get(token)
    return _written_function(token) if known is None else known


def is_written(token: str) -> bool:
    """Whether a token names a written chord."""
    return ":" in token


@cache
def _written_function(token: str) -> Function:
    match = _TOKEN.fullmatch(token)
    if match is None or match[2] not in ROMANS:
        raise ValueError(f"unknown function {token!r}")
    degree = ROMANS.index(match[2]) + 1
    semitones = (MAJOR_SCALE[degree - 1] + _offset(match[1])) % 12
    heard = dict(reversed(read_quality(match[3]).tones))
    third, fifth = heard.get(3, 4), heard.get(5, 7)
    steps = (0, 2, third, 5, fifth, 9, heard.get(7, 10))
    return Function(token, WRITTEN, degree, semitones, steps)


def _offset(accidentals: str) -> int:
    return sum(_SIGNS[sign] for sign in accidentals)


@cache
def written_tones(token: str) -> tuple[Tone, ...]:
    """Step and semitones above the root of each note, root first, a bass of its own last."""
    match = _TOKEN.fullmatch(token)
    assert match is not None  # noqa: S101 - the token of a written function
    tones = {semitones % 12: (step, semitones) for step, semitones in read_quality(match[3]).tones}
    if match[5]:
        step = int(match[5])
        semitones = (MAJOR_SCALE[step - 1] + _offset(match[4])) % 12
        tones[semitones] = (step, semitones)
    return tuple(tones.values())


def has_own_bass(token: str) -> bool:
    """Whether a written chord has a bass that is no note of its quality."""
    return is_written(token) and "/" in token


def written_suffix(token: str) -> str:
    """What follows the root in the name of a written chord, without its bass."""
    return token.partition(":")[2].partition("/")[0]


def written_numeral(token: str, mode: str) -> str:
    """The Roman numeral of a written chord, its quality and bass in brackets: ``bIII[7b9]``.

    Flats count from the major scale, sharps from the mode's.
    """
    function = function_named(mode, token)
    own, major = SCALES[mode][function.degree - 1], MAJOR_SCALE[function.degree - 1]
    offset = (function.root_semitones - major + 6) % 12 - 6
    if function.root_semitones == own:
        accidentals = ""
    else:
        accidentals = "b" * -offset if offset < 0 else "#" * ((function.root_semitones - own) % 12)
    roman, rest = ROMANS[function.degree - 1], token.partition(":")[2]
    if function.triad[0] == MINOR_THIRD:
        roman = roman.lower() + "o" * rest.startswith("dim")
        rest = rest.removeprefix("dim") if rest.startswith("dim") else rest.removeprefix("m")
    return accidentals + roman + (f"[{rest}]" if rest else "")
