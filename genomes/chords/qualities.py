"""Chord qualities: what follows the root in a chord's name, such as ``m7b5``, and its notes.

The grammar takes the ways in which songbooks write the same chord (``maj7``, ``M7`` and ``Δ``), and
has one spelling for each: that of ``genomes.chord_symbols`` where it has the chord.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

Tone = tuple[int, int]  # step above the root, 1 the root itself; semitones above the root

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)

# How a triad is written, and what it is called here.
_TRIADS: tuple[tuple[str, str], ...] = (
    (r"maj|Maj|MAJ|ma(?!dd)|M|Δ|△", "maj"),
    (r"min|Min|MIN|mi|m|-|–", "m"),
    (r"dim|Dim|°|º|o", "dim"),
    (r"aug|Aug|\+", "aug"),
    (r"ø|Ø", "half"),
)
_QUALITY = re.compile(
    rf"(?:{'|'.join(f'(?P<{name}>{written})' for written, name in _TRIADS)})?"
    r"(?P<major_seventh>maj|Maj|ma(?!dd)|M|Δ|△)?(?P<number>69|5|6|7|9|11|13)?(?P<rest>.*)"
)
_CHANGE = re.compile(
    r"(?P<sus>sus(?:24|42|2|4)?)|(?P<add>add(?P<sign>[#b])?(?P<step>2|4|6|9|11|13))"
    r"|(?:no|omit)(?P<left_out>3|5)|(?P<alter>[#b+-](?:5|9|11|13))|(?P<alt>alt)"
    r"|(?:maj|M)(?P<major>7|9)"
)
# Semitones above the root of what is added to a triad, by its number.
_STEPS = {6: 9, 9: 14, 11: 17, 13: 21}
_OCTAVE_HIGHER = {2: 9, 4: 11}
_SHORT = {"2": "add9", "4": "sus4"}


@dataclass(frozen=True, slots=True)
class Quality:
    """The notes of a kind of chord.

    Attributes:
        suffix: its usual spelling.
        tones: its notes, the root first.
    """

    suffix: str
    tones: tuple[Tone, ...]

    @property
    def pitch_classes(self) -> frozenset[int]:
        """Semitones above the root, 0 to 11."""
        return frozenset(semitones % 12 for _, semitones in self.tones)


@dataclass(slots=True)
class _Written:
    """A suffix taken apart.

    Attributes:
        triad: empty for major, ``m``, ``dim`` or ``aug``.
        number: 5, 6, 69, 7, 9, 11 or 13; 0 for a triad.
        has_major_seventh: whether its seventh is major.
        sus: ``sus2``, ``sus4``, ``sus24``, or empty.
        altered: such as ``b5`` and ``#9``.
        added: step and semitones.
        left_out: steps.
    """

    triad: str = ""
    number: int = 0
    has_major_seventh: bool = False
    sus: str = ""
    altered: set[str] = field(default_factory=set)
    added: set[Tone] = field(default_factory=set)
    left_out: set[int] = field(default_factory=set)

    @property
    def has_seventh(self) -> bool:
        """Whether a seventh belongs to its number."""
        return self.number in {7, 9, 11, 13}

    def tones(self) -> tuple[Tone, ...]:
        """Its notes, the root first; a thirteenth is played without the eleventh."""
        found: set[Tone] = {(1, 0)} | self.added | self._fifths() | self._above()
        if self.sus:
            found |= {(int(step), _SUSPENDED[step]) for step in self.sus.removeprefix("sus")}
        elif self.number != POWER and 3 not in self.left_out:
            found.add((3, 3 if self.triad in {"m", "dim"} else 4))
        if self.number in {6, 69}:
            found.add((6, 9))
        if self.has_seventh:
            lowest = 9 if self.triad == "dim" else 10
            found.add((7, 11 if self.has_major_seventh else lowest))
        return tuple(sorted(found))

    def _fifths(self) -> set[Tone]:
        if 5 in self.left_out:
            return set()
        found = {(5, _FIFTHS[each]) for each in self.altered & set(_FIFTHS)}
        return found or {(5, _FIFTHS.get(self.triad, 7))}

    def _above(self) -> set[Tone]:
        """Ninth, eleventh and thirteenth, altered where that is written."""
        found = set()
        for step in (9, 11, 13):
            changed = {each for each in self.altered if each[1:] == str(step)}
            found |= {(step, _STEPS[step] + _SIGNS[each[0]]) for each in changed}
            if not changed and (step == self.number or (step == 9 and self.number in {11, 13, 69})):
                found.add((step, _STEPS[step]))
        return found

    def suffix(self) -> str:
        """Its usual spelling."""
        number = f"maj{self.number}" if self.has_major_seventh else str(self.number or "")
        base = f"{self.triad}({number})" if self.has_major_seventh and self.triad else ""
        base = (base or self.triad + number) + self.sus
        altered = "".join(sorted(self.altered, key=lambda each: (int(each[1:]), each)))
        if altered and not base:
            altered = f"({altered})"  # without the brackets it would change the root
        added = [
            f"add{_SIGN_OF[semitones - _STEPS[step]]}{step}"
            for step, semitones in sorted(self.added)
        ]
        return base + altered + "".join(added) + "".join(f"no{s}" for s in sorted(self.left_out))


POWER = 5
_SUSPENDED = {"2": 2, "4": 5}
_FIFTHS = {"dim": 6, "aug": 8, "b5": 6, "#5": 8}
_SIGNS = {"#": 1, "b": -1}
_SIGN_OF = {0: "", 1: "#", -1: "b"}
# Triads that no chord of a number has.
_ODD = {5: {"m", "dim", "aug"}, 6: {"dim", "aug"}, 69: {"dim", "aug"}}
# Triads with an altered fifth and nothing else, by their usual name.
_AS_TRIADS = {("m", "b5"): "dim", ("", "#5"): "aug"}


@cache
def read_quality(written: str) -> Quality:
    """The quality that a suffix names.

    Raises:
        ValueError: if it names none.
    """
    text = written.strip().translate(str.maketrans("♯♭", "#b")).replace("6/9", "69")
    text = re.sub(r"[\s,()]", "", text)
    match = _QUALITY.fullmatch(_SHORT.get(text, text))
    if match is None:
        raise ValueError(f"no kind of chord is written {written!r}")
    found = _begun(match)
    rest = match["rest"]
    while rest:
        change = _CHANGE.match(rest)
        if change is None:
            raise ValueError(f"no kind of chord is written {written!r}")
        _change(found, change)
        rest = rest[change.end() :]
    if found.number in {5, 6, 69} and (
        found.has_major_seventh or found.triad in _ODD[found.number]
    ):
        raise ValueError(f"no kind of chord is written {written!r}")
    if found.has_seventh and found.triad == "aug":
        found.triad, found.altered = "", found.altered | {"#5"}
    altered_fifth = found.triad, "".join(found.altered)
    if not found.number and not found.sus and altered_fifth in _AS_TRIADS:
        found.triad, found.altered = _AS_TRIADS[altered_fifth], set()
    return Quality(found.suffix(), found.tones())


def _begun(match: re.Match[str]) -> _Written:
    """What stands before any change: triad and number."""
    name = next((name for _, name in _TRIADS if match[name]), "")
    number = int(match["number"] or 0)
    is_major = name == "maj"
    if not number and (name == "half" or match["major_seventh"] or match["maj"] in {"Δ", "△"}):
        number = 7
    if name == "half":
        return _Written("m", number, altered={"b5"})
    has_major_seventh = bool(match["major_seventh"]) or (is_major and number >= 7 and number != 69)
    return _Written("" if is_major else name, number, has_major_seventh)


def _change(found: _Written, change: re.Match[str]) -> None:
    """Take in what is suspended, added, left out or altered."""
    if change["sus"]:
        found.sus = {"sus": "sus4", "sus42": "sus24"}.get(change["sus"], change["sus"])
    elif change["add"]:
        step = int(change["step"])
        step = _OCTAVE_HIGHER.get(step, step)
        found.added.add((step, _STEPS[step] + _SIGNS.get(change["sign"] or "", 0)))
    elif change["left_out"]:
        found.left_out.add(int(change["left_out"]))
    elif change["alt"]:
        found.number = found.number or 7
        found.altered |= {"#5", "#9"}
    elif change["major"]:
        found.number, found.has_major_seventh = int(change["major"]), True
    else:
        found.altered.add(change["alter"].replace("+", "#").replace("-", "b"))
