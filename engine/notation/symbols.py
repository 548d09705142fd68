"""Chord symbols: the names of a part's chords as they stand above a staff."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from genomes.grid import SIXTEENTH_TICKS
from genomes.midi import Track
from genomes.notes import ChordSpan
from genomes.time import Meter

_NAME = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-G])([#b]?))?")


class Degree(NamedTuple):
    """A note that the kind of a chord doesn't have, or has otherwise.

    Attributes:
        value: the degree above the root.
        alter: semitones; of an added seventh from the minor one, as MusicXML has it.
        change: ``add`` or ``alter``.
    """

    value: int
    alter: int
    change: str


class ChordKind(NamedTuple):
    """What follows the root in a chord's name.

    Attributes:
        name: as MusicXML names it.
        degrees: what that name leaves out.
    """

    name: str
    degrees: tuple[Degree, ...] = ()


ADDED_NINTH = Degree(9, 0, "add")

# What follows the root in our names -> its kind in MusicXML.
KINDS: dict[str, ChordKind] = {
    "": ChordKind("major"),
    "m": ChordKind("minor"),
    "dim": ChordKind("diminished"),
    "aug": ChordKind("augmented"),
    "5": ChordKind("power"),
    "6": ChordKind("major-sixth"),
    "m6": ChordKind("minor-sixth"),
    "7": ChordKind("dominant"),
    "maj7": ChordKind("major-seventh"),
    "m7": ChordKind("minor-seventh"),
    "m(maj7)": ChordKind("major-minor"),
    "dim7": ChordKind("diminished-seventh"),
    "m7b5": ChordKind("half-diminished"),
    "7#5": ChordKind("augmented-seventh"),
    "maj7#5": ChordKind("major-seventh", (Degree(5, 1, "alter"),)),
    "9": ChordKind("dominant-ninth"),
    "maj9": ChordKind("major-ninth"),
    "m9": ChordKind("minor-ninth"),
    "m(maj9)": ChordKind("major-minor", (ADDED_NINTH,)),
    "add9": ChordKind("major", (ADDED_NINTH,)),
    "madd9": ChordKind("minor", (ADDED_NINTH,)),
    "sus2": ChordKind("suspended-second"),
    "sus4": ChordKind("suspended-fourth"),
}
OTHER_KIND = ChordKind("other")


class ChordSymbol(NamedTuple):
    """A chord's name, taken apart.

    Attributes:
        root: letter and accidental, such as ``"Bb"``.
        suffix: what follows the root, such as ``"m7"``.
        bass: letter and accidental of the lowest note; empty where it is the root.
    """

    root: str
    suffix: str
    bass: str

    @property
    def kind(self) -> ChordKind:
        """Its kind in MusicXML; ``other`` where that has none."""
        return KINDS.get(self.suffix, OTHER_KIND)


def read_symbol(name: str) -> ChordSymbol | None:
    """A chord's name taken apart; None for a text that begins with no note."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    letter, accidental, suffix, bass_letter, bass_accidental = match.groups(default="")
    return ChordSymbol(letter + accidental, suffix, bass_letter + bass_accidental)


def harmony_of(tracks: Sequence[Track]) -> tuple[ChordSpan, ...]:
    """The chords of a song: those of its first track that says which chords sound."""
    return next((track.part.harmony for track in tracks if track.part.harmony), ())


def symbols_by_bar(
    harmony: Sequence[ChordSpan], meter: Meter, bars: int
) -> list[tuple[tuple[int, str], ...]]:
    """``(onset_ticks, name)`` of the chords that sound in each bar, from the bar's start.

    A chord that still holds from the bar before stands at 0. Onsets lie on sixteenths.
    """
    by_bar: list[dict[int, str]] = [{} for _ in range(bars)]
    for span in harmony:
        start = round(span.onset_ticks / SIXTEENTH_TICKS) * SIXTEENTH_TICKS
        first, last = start // meter.bar_ticks, (span.end_ticks - 1) // meter.bar_ticks
        for bar in range(first, min(last + 1, bars)):
            by_bar[bar][max(0, start - bar * meter.bar_ticks)] = span.name
    return [tuple(sorted(symbols.items())) for symbols in by_bar]
