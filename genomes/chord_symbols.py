"""Chord symbols: the names of chords in sheet music and in MIDI files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from genomes.grid import SIXTEENTH_TICKS
from genomes.notes import ChordSpan, Part
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
        musicxml: as MusicXML names it.
        xf: as the chord events of Yamaha's XF format number it.
        degrees: what the name in MusicXML leaves out.
    """

    musicxml: str
    xf: int
    degrees: tuple[Degree, ...] = ()


ADDED_NINTH = Degree(9, 0, "add")

# What follows the root in our names -> its kind. Sources: MusicXML 4.0, kind-value; Yamaha, "XF
# format specifications" 2.01, chord types.
KINDS: dict[str, ChordKind] = {
    "": ChordKind("major", 0x00),
    "m": ChordKind("minor", 0x08),
    "dim": ChordKind("diminished", 0x11),
    "aug": ChordKind("augmented", 0x07),
    "5": ChordKind("power", 0x1F),
    "6": ChordKind("major-sixth", 0x01),
    "m6": ChordKind("minor-sixth", 0x09),
    "7": ChordKind("dominant", 0x13),
    "maj7": ChordKind("major-seventh", 0x02),
    "m7": ChordKind("minor-seventh", 0x0A),
    "m(maj7)": ChordKind("major-minor", 0x0F),
    "dim7": ChordKind("diminished-seventh", 0x12),
    "m7b5": ChordKind("half-diminished", 0x0B),
    "7#5": ChordKind("augmented-seventh", 0x1D),
    "maj7#5": ChordKind("major-seventh", 0x1C, (Degree(5, 1, "alter"),)),
    "9": ChordKind("dominant-ninth", 0x16),
    "maj9": ChordKind("major-ninth", 0x05),
    "m9": ChordKind("minor-ninth", 0x0D),
    "m(maj9)": ChordKind("major-minor", 0x10, (ADDED_NINTH,)),
    "add9": ChordKind("major", 0x04, (ADDED_NINTH,)),
    "madd9": ChordKind("minor", 0x0C, (ADDED_NINTH,)),
    "sus2": ChordKind("suspended-second", 0x21),
    "sus4": ChordKind("suspended-fourth", 0x20),
    # No stage composes these; people write them.
    "69": ChordKind("major-sixth", 0x06, (ADDED_NINTH,)),
    "m69": ChordKind("minor-sixth", 0x09, (ADDED_NINTH,)),
    "7sus4": ChordKind("suspended-fourth", 0x14, (Degree(7, 0, "add"),)),
    "9sus4": ChordKind("suspended-fourth", 0x14, (Degree(7, 0, "add"), ADDED_NINTH)),
    "7b5": ChordKind("dominant", 0x15, (Degree(5, -1, "alter"),)),
    "7b9": ChordKind("dominant", 0x19, (Degree(9, -1, "add"),)),
    "7#9": ChordKind("dominant", 0x1B, (Degree(9, 1, "add"),)),
    "7#11": ChordKind("dominant", 0x17, (Degree(11, 1, "add"),)),
    "maj7#11": ChordKind("major-seventh", 0x03, (Degree(11, 1, "add"),)),
    "m11": ChordKind("minor-11th", 0x0E),
    "13": ChordKind("dominant-13th", 0x18),
    "add11": ChordKind("major", 0x00, (Degree(11, 0, "add"),)),
}
# The name of a stretch in which no chord is played.
NO_CHORD = "N.C."
# Any other name: its triad is what an arranger keyboard plays.
OTHER_KIND = ChordKind("other", 0x00)

# XF: 4 bits for the accidental and 4 for the letter; no bass, or no chord on the bass.
_XF_ACCIDENTALS = {"b": 0x20, "": 0x30, "#": 0x40}
_XF_LETTERS = "CDEFGAB"
_XF_NONE = 0x7F
_XF_CHORD = (0x43, 0x7B, 0x01)


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

    @property
    def xf_event(self) -> tuple[int, ...]:
        """The data of a sequencer-specific MIDI event that names it, as Yamaha's XF has it."""
        root, kind = _xf_note(self.root), self.kind.xf
        bass = (_xf_note(self.bass), _XF_NONE) if self.bass else (_XF_NONE, _XF_NONE)
        return (*_XF_CHORD, root, kind, *bass)


def _xf_note(name: str) -> int:
    return _XF_ACCIDENTALS[name[1:]] + _XF_LETTERS.index(name[0]) + 1


def read_symbol(name: str) -> ChordSymbol | None:
    """A chord's name taken apart; None for a text that begins with no note."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    letter, accidental, suffix, bass_letter, bass_accidental = match.groups(default="")
    return ChordSymbol(letter + accidental, suffix, bass_letter + bass_accidental)


def harmony_of(parts: Iterable[Part]) -> tuple[ChordSpan, ...]:
    """The chords of parts played together: those of the first that says which chords sound."""
    return next((part.harmony for part in parts if part.harmony), ())


def chord_changes(harmony: Sequence[ChordSpan]) -> tuple[tuple[int, str], ...]:
    """``(onset_ticks, name)`` of every chord that differs from the one before it."""
    before = ["", *(span.name for span in harmony)]
    return tuple(
        (span.onset_ticks, span.name)
        for span, earlier in zip(harmony, before, strict=False)
        if span.name != earlier
    )


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
