"""Harmonic functions: what a Roman numeral stands for in each mode.

Every chord of a genome is one of these named functions, so every note it sounds is either in the
key or explained by the function's name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from genomes.keys import SCALES

ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII")

# (third, fifth) of a triad in semitones -> its quality.
TRIADS = {(4, 7): "major", (3, 7): "minor", (3, 6): "diminished", (4, 8): "augmented"}
QUALITY_MARKS = {"major": "", "minor": "", "diminished": "o", "augmented": "+"}

# Chords borrowed from the parallel mode: token -> (mode they are borrowed from, degree there).
BORROWED_IN_MAJOR = {
    "i": ("minor", 1),
    "iio": ("minor", 2),
    "bIII": ("minor", 3),
    "iv": ("minor", 4),
    "v": ("minor", 5),
    "bVI": ("minor", 6),
    "bVII": ("minor", 7),
}
BORROWED_IN_MINOR = {
    "I": ("major", 1),
    "ii": ("dorian", 2),
    "IV": ("dorian", 4),
}
# A raised leading tone where the mode has none.
LEADING_TONE = {"V": ("harmonic_minor", 5), "viio": ("harmonic_minor", 7)}
# The flat second degree.
NEAPOLITAN = {"bII": ("phrygian", 2)}


@dataclass(frozen=True, slots=True)
class Function:
    """A chord's place in the key.

    Attributes:
        token: its Roman numeral without inversion or extension, such as ``"V/ii"``.
        source: ``diatonic``, ``leading tone``, ``borrowed``, ``neapolitan`` or ``applied``.
        degree: letter of the root, 1 to 7 above the tonic's.
        root_semitones: root above the tonic, 0 to 11.
        steps: semitones above the root of the seven steps of the scale it belongs to.
    """

    token: str
    source: str
    degree: int
    root_semitones: int
    steps: tuple[int, ...]

    @property
    def triad(self) -> tuple[int, int]:
        """Third and fifth above the root, in semitones."""
        return self.steps[2], self.steps[4]

    @property
    def seventh(self) -> tuple[int, int, int]:
        """Third, fifth and seventh above the root, in semitones."""
        return self.steps[2], self.steps[4], self.steps[6]

    @property
    def quality(self) -> str:
        """Quality of the triad: a value of ``TRIADS``, or ``altered``."""
        return TRIADS.get(self.triad, "altered")


@cache
def functions(mode: str) -> dict[str, Function]:
    """All functions of a mode by token, diatonic ones first.

    A chord that the mode already has keeps its diatonic name: it is never listed twice.
    """
    diatonic = [_on_degree(mode, degree) for degree in range(1, 8)]
    found = {function.token: function for function in diatonic if function.quality != "altered"}
    tables = (
        ("leading tone", LEADING_TONE),
        ("borrowed", BORROWED_IN_MINOR if is_minor(mode) else BORROWED_IN_MAJOR),
        ("neapolitan", NEAPOLITAN),
    )
    for source, table in tables:
        for token, (other_mode, degree) in table.items():
            _add(found, _on_degree(other_mode, degree, token=token, source=source))
    sevenths = {(known.root_semitones, known.seventh) for known in diatonic}
    for target in diatonic[1:]:
        if target.quality in {"major", "minor"}:
            for function in _applied(target):
                if (function.root_semitones, function.seventh) not in sevenths:
                    found.setdefault(function.token, function)
    return found


@cache
def sounds_diatonic(mode: str, token: str) -> bool:
    """Whether a function's triad alone could be heard as a plain chord of the mode."""
    function = functions(mode)[token]
    return any(
        known.source == "diatonic"
        and (known.root_semitones, known.triad) == (function.root_semitones, function.triad)
        for known in functions(mode).values()
    )


def is_minor(mode: str) -> bool:
    """Whether the mode's tonic third is minor."""
    return SCALES[mode][2] == 3


@cache
def tonic(mode: str) -> str:
    """Token of the chord on the first degree."""
    return next(iter(functions(mode)))


@cache
def on_degree(mode: str, degree: int) -> str:
    """Token of the diatonic chord on a degree, or the tonic's where that triad has no name."""
    for function in functions(mode).values():
        if function.source == "diatonic" and function.degree == degree:
            return function.token
    return tonic(mode)


def degree_of(token: str) -> int:
    """Degree that a plain token such as ``"bVII"`` or ``"iio"`` names, 1 to 7."""
    return ROMANS.index(token.partition("/")[0].strip("b#o+").upper()) + 1


def _on_degree(mode: str, degree: int, *, token: str = "", source: str = "diatonic") -> Function:
    scale = SCALES[mode]
    root = scale[degree - 1]
    steps = tuple((scale[(degree - 1 + step) % 7] - root) % 12 for step in range(7))
    name = token or _roman(degree, (steps[2], steps[4]))
    return Function(name, source, degree, root, steps)


def _roman(degree: int, triad: tuple[int, int]) -> str:
    quality = TRIADS.get(triad, "major")
    roman = ROMANS[degree - 1]
    if quality in {"minor", "diminished"}:
        roman = roman.lower()
    return roman + QUALITY_MARKS[quality]


def _add(found: dict[str, Function], function: Function) -> None:
    """Add unless the same root and triad already have a name."""
    sounding = {(known.root_semitones, known.triad) for known in found.values()}
    if (function.root_semitones, function.triad) not in sounding:
        found.setdefault(function.token, function)


def _applied(target: Function) -> list[Function]:
    """The dominant and the leading-tone chord of a degree taken as tonic for a moment."""
    mode = "major" if target.quality == "major" else "harmonic_minor"
    return [
        Function(
            f"{chord.token}/{target.token}",
            "applied",
            (target.degree + chord.degree - 2) % 7 + 1,
            (target.root_semitones + chord.root_semitones) % 12,
            chord.steps,
        )
        for chord in (_on_degree(mode, 5), _on_degree(mode, 7))
    ]
