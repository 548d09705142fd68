"""What is known of progressions: counted transitions, plain loops, substitutions."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from genomes.chords.functions import degree_of, functions, is_minor, on_degree
from genomes.chords.written import function_named

# Plain diatonic progressions that people play on a guitar.
GUITAR_MAJOR = (
    "I V vi IV",
    "I IV V IV",
    "I vi IV V",
    "ii V I I",
    "vi IV I V",
    "I iii IV V",
    "I IV I V",
    "IV I V vi",
    "I ii IV I",
    "I V IV I",
    "vi V IV V",
    "I vi ii V",
)
GUITAR_MINOR = (
    "i VII VI VII",
    "i VI III VII",
    "i iv v i",
    "i VI VII i",
    "i iv VII III",
    "i III VII iv",
    "i v VI iv",
    "VI VII i i",
    "i VII iv i",
    "i iv i V",
    "i VI iv V",
    "III VII i VI",
)

# The same for the other modes: every loop has a chord that tells the mode.
GUITAR_MODES = {
    "dorian": (
        "i IV i IV",
        "i VII IV i",
        "i III VII IV",
        "i ii III IV",
        "i v IV i",
        "VII IV i i",
    ),
    "phrygian": (
        "i II i II",
        "i II III II",
        "iv III II i",
        "i VI II i",
        "i vii II i",
        "i iv II i",
    ),
    "lydian": (
        "I II I II",
        "I II V I",
        "I vii vi II",
        "vi II I I",
        "I II iii II",
        "I V II I",
    ),
    "mixolydian": (
        "I VII IV I",
        "I VII I VII",
        "I v VII IV",
        "I v IV I",
        "ii VII I I",
        "IV VII I I",
        "vi VII I I",
    ),
    "locrian": (
        "io II io II",
        "io V II io",
        "io VI V II",
        "io II iii II",
    ),
    "harmonic_minor": (
        "i iv V i",
        "i VI V V",
        "i VI iv V",
        "i iv i V",
        "iv i V i",
        "VI V i i",
    ),
    "melodic_minor": (
        "i IV V i",
        "i IV i V",
        "i ii V i",
        "i V IV V",
        "i ii IV V",
        "IV V i i",
    ),
}

# Degrees that can stand for each other: tonic, subdominant and dominant families.
FAMILIES = ((1, 3, 6), (2, 4, 6), (5, 7, 3))


@cache
def _counts() -> dict[str, Any]:
    text = resources.files("genomes.chords").joinpath("data/transitions.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def family_of_mode(mode: str) -> str:
    """Which of the two counted modes a mode behaves like: ``major`` or ``minor``."""
    return "minor" if is_minor(mode) else "major"


def in_mode(token: str, mode: str) -> str:
    """The function that a token of major or minor stands for in this mode.

    Other modes keep their own seventh degree: they take no leading tone from major or minor. In
    place of a diminished or augmented triad stands the one a third below, which shares two notes.
    """
    known = functions(mode).get(token)
    if known is not None and (mode == "minor" or known.source != "leading tone"):
        return token
    degree = degree_of(token)
    own = functions(mode)[on_degree(mode, degree)]
    if degree == 1 or own.quality in {"major", "minor"}:
        return own.token
    return on_degree(mode, (degree + 4) % 7 + 1)


@cache
def followers(mode: str, token: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Functions that follow a function in counted music, and how likely each is.

    A function that was never counted goes where its family's tonic goes.
    """
    table = _counts()["transitions"][family_of_mode(mode)]
    row = table.get(token) or table[in_mode("i" if is_minor(mode) else "I", family_of_mode(mode))]
    counts: dict[str, int] = {}
    for follower, count in row.items():
        if follower != "end":
            known = in_mode(follower, mode)
            counts[known] = counts.get(known, 0) + count
    total = sum(counts.values())
    return tuple(counts), tuple(count / total for count in counts.values())


@cache
def inversion_weights(mode: str, token: str, highest: int) -> tuple[float, ...]:
    """How likely each inversion of a function is, root position first."""
    counted = _counts()["inversions"][family_of_mode(mode)].get(token, {"0": 1})
    counts = [counted.get(str(inversion), 0) for inversion in range(highest + 1)]
    total = sum(counts)
    return tuple(count / total for count in counts) if total else (1.0,) + (0.0,) * highest


@cache
def guitar_progressions(mode: str) -> tuple[tuple[str, ...], ...]:
    """The plain progressions of a mode, as its functions."""
    loops = {"major": GUITAR_MAJOR, "minor": GUITAR_MINOR, **GUITAR_MODES}[mode]
    return tuple(tuple(loop.split()) for loop in loops)


@cache
def substitutes(mode: str, token: str) -> tuple[str, ...]:
    """Functions that can take this one's place: same family, or the same degree borrowed."""
    function = function_named(mode, token)
    degrees = {degree for family in FAMILIES if function.degree in family for degree in family}
    return tuple(
        other.token
        for other in functions(mode).values()
        if other.token != token and other.source != "applied" and other.degree in degrees
    )
