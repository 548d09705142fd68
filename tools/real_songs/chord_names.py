"""Chord labels of annotated songs (``Ab:min7/b3``) as pitch classes.

The syntax is that of Harte et al., "Symbolic representation of musical chords" (ISMIR 2005).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from genomes.keys import ACCIDENTALS, LETTER_PITCH_CLASSES

# Semitones of the degrees of a major scale, the second octave too.
DEGREES = {
    degree + 7 * octave: semitones + 12 * octave
    for octave in (0, 1)
    for degree, semitones in zip(range(1, 8), (0, 2, 4, 5, 7, 9, 11), strict=True)
}

# Shorthand -> semitones above the root.
SHORTHANDS: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "1": (0,),
    "5": (0, 7),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "minmaj7": (0, 3, 7, 11),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
    "9": (0, 2, 4, 7, 10),
    "maj9": (0, 2, 4, 7, 11),
    "min9": (0, 2, 3, 7, 10),
    "11": (0, 2, 5, 7, 10),
    "maj11": (0, 2, 4, 5, 7, 11),
    "min11": (0, 2, 3, 5, 7, 10),
    "13": (0, 2, 4, 7, 9, 10),
    "maj13": (0, 2, 4, 7, 9, 11),
    "min13": (0, 2, 3, 7, 9, 10),
}

_LABEL = re.compile(r"([A-G][#b]*)(?::([a-z0-9]*)(?:\(([^)]*)\))?)?(?:/([#b]*\d+))?")


@dataclass(frozen=True, slots=True)
class ChartedChord:
    """A chord by its pitch classes.

    Attributes:
        root_pitch_class: 0 to 11.
        intervals: semitones above the root, sorted, each below 12, the root's 0 among them.
        bass_pitch_class: 0 to 11.
    """

    root_pitch_class: int
    intervals: tuple[int, ...]
    bass_pitch_class: int

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """All notes but a foreign bass, root first."""
        return tuple((self.root_pitch_class + above) % 12 for above in self.intervals)


def pitch_class(name: str) -> int:
    """The pitch class of a note's name, such as ``"Ab"`` or ``"F##"``."""
    signs = sum(ACCIDENTALS[sign] for sign in name[1:])
    return (LETTER_PITCH_CLASSES[name[0]] + signs) % 12


@cache
def parse_chord(label: str) -> ChartedChord | None:
    """The chord of a label; None for ``N`` (no chord) and ``X`` (unclear).

    Raises:
        ValueError: if the label follows no known syntax.
    """
    if label in {"N", "X", "*", "&pause"}:
        return None
    match = _LABEL.fullmatch(label)
    if match is None or (match[2] or "") not in SHORTHANDS:
        raise ValueError(f"chord {label!r}: expected a root, a shorthand and a bass")
    root = pitch_class(match[1])
    intervals = set(SHORTHANDS[match[2] or ""])
    for extra in filter(None, (match[3] or "").split(",")):
        if extra.startswith("*"):
            intervals.discard(_semitones(extra[1:]) % 12)
        else:
            intervals.add(_semitones(extra) % 12)
    bass = root if match[4] is None else (root + _semitones(match[4])) % 12
    return ChartedChord(root, tuple(sorted(intervals | {0})), bass)


def _semitones(degree: str) -> int:
    number = degree.lstrip("#b")
    signs = degree[: len(degree) - len(number)]
    return DEGREES[int(number)] + sum(ACCIDENTALS[sign] for sign in signs)
