"""Lyrics of songs: which words of a sheet each section sings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from documents.lyrics import LyricSheet, SheetSection, read_sheet
from documents.lyrics.markup import NUMBER_WORDS, ROMAN
from documents.lyrics.reader import MAX_BYTES, MAX_LINE
from engine.arrangement.roles import OTHER, role_of
from engine.errors import Refused
from engine.gate.labels import compared_label
from engine.proposals.sources import printable
from genomes.lyrics import Lyrics
from genomes.lyrics.syllables import line_of

__all__ = [
    "LyricSheet",
    "SectionName",
    "has_words",
    "lyrics_of",
    "notes_on",
    "read_lyrics",
    "section_name",
    "words_left_out",
]

ACCEPTED = (
    f"accepted: a UTF-8 text, LRC or MIDI file up to {MAX_BYTES // 2**20} MiB, with [headers] or "
    f"without, in lines of up to {MAX_LINE} characters"
)

# How alike a header and a section are written, 0 to 1, to be named as each other's nearest.
NEAR = 0.6
MAX_CHORDS_NAMED = 4

_NUMBERED = re.compile(r"(.*?)_?(\d+)")
_WORD_NUMBERED = re.compile(rf"(.+)_({'|'.join([*ROMAN, *NUMBER_WORDS])})")


@dataclass(frozen=True, slots=True)
class SectionName:
    """A label as labels are compared: in whatever case, hyphens and numerals it is written.

    Attributes:
        word: without its number, spaces and hyphens, such as ``prechorus``.
        number: behind it; 0 for none.
        role: what it is in a song's form, such as ``chorus`` for ``Refrain``; empty if unknown.
    """

    word: str
    number: int
    role: str


@lru_cache(maxsize=2**10)
def section_name(label: str) -> SectionName:
    """A label as labels are compared."""
    compared = compared_label(label)
    word, number = compared, 0
    if match := _NUMBERED.fullmatch(compared):
        word, number = match[1], int(match[2][-9:])
    elif match := _WORD_NUMBERED.fullmatch(compared):
        word, number = match[1], (ROMAN | NUMBER_WORDS)[match[2]]
    form_section = role_of(label).form_section
    return SectionName(word.replace("_", ""), number, "" if form_section == OTHER else form_section)


def read_lyrics(path: Path) -> LyricSheet:
    """Read a lyrics file.

    Times of LRC are passed over; of a MIDI file its words are read. A line is what is sung in one
    breath, in the order of the file.

    Raises:
        Refused: if the file can't be read, is no text, or has no words.
    """
    try:
        sheet = read_sheet(path)
    except ValueError as error:
        raise Refused(f"{printable(path.name)} {error}", ACCEPTED) from error
    if not sheet.words:
        raise Refused(f"{printable(path.name)} has no words to sing", ACCEPTED)
    return sheet


def lyrics_of(sheet: LyricSheet, section_label: str) -> Lyrics:
    """What is sung in a section.

    Its lines stand under the header of the same label; or under the first that is numbered where
    the section is not, or the other way round; or under another name of the same, such as Refrain
    for a chorus; or are the whole sheet where it has no headers.

    Raises:
        Refused: if the sheet has headers, and none for this section.
    """
    return Lyrics(tuple(line for text in _lines(sheet, section_label) if (line := line_of(text))))


def has_words(sheet: LyricSheet, section_label: str) -> bool:
    """Whether a section finds words of its own in a sheet; see ``lyrics_of``."""
    return not sheet.headers or bool(_matches(sheet, section_label))


def notes_on(sheet: LyricSheet) -> tuple[str, ...]:
    """What a person should know of how a sheet was read, one line each."""
    notes = [*sheet.notes, *(f"line {n}: {text}" if n else text for n, text in sheet.problems)]
    if sheet.chords:
        names = list(dict.fromkeys(sheet.chords))
        more = ", …" if len(names) > MAX_CHORDS_NAMED else ""
        notes.append(
            "chords are not sung, and nothing is composed on them yet: "
            f"{', '.join(names[:MAX_CHORDS_NAMED])}{more} ({len(sheet.chords)})"
        )
    if sheet.offset_seconds:
        notes.append("the offset moves times alone, which are not used here")
    bare = [line for label, lines in sheet.words if not label for line in lines]
    if sheet.headers and bare:
        notes.append(f"lines under no header are left out ({len(bare)}): {listed(bare)}")
    return tuple(notes)


def listed(lines: Sequence[str]) -> str:
    """Lines of words on one line."""
    return " / ".join(lines)


def words_left_out(
    unused: Sequence[SheetSection], section_labels: Sequence[str]
) -> tuple[str, ...]:
    """A line for each section of a sheet that nothing sings, with its words.

    Args:
        unused: the sections of the sheet.
        section_labels: labels of the song's sections.
    """
    return tuple(
        f"{_why_left_out(section.label, section_labels)}: {listed(section.words)}"
        for section in unused
    )


def _why_left_out(header: str, section_labels: Sequence[str]) -> str:
    if not header:
        return f"no header says which of {', '.join(section_labels)} sings"
    written = section_name(header)
    names = [section_name(label) for label in section_labels]
    if any(
        name.word == written.word or (written.role and name.role == written.role) for name in names
    ):
        return f"nothing sings the words under {header}"
    words = {name.word: label for name, label in zip(names, section_labels, strict=True)}
    near = get_close_matches(written.word, list(words), n=1, cutoff=NEAR)
    nearest = f"nearest: {words[near[0]]}" if near else f"the song has {', '.join(section_labels)}"
    return f"the words under {header} fit no section ({nearest})"


def _lines(sheet: LyricSheet, section_label: str) -> tuple[str, ...]:
    if not sheet.headers:
        return tuple(line for _, lines in sheet.words for line in lines)
    matches = _matches(sheet, section_label)
    if not matches:
        raise Refused(
            f"the lyrics have no section {section_label!r}",
            f"their headers are {', '.join(sheet.headers)}",
        )
    return matches[0]


def _matches(sheet: LyricSheet, section_label: str) -> tuple[tuple[str, ...], ...]:
    """Lines that a section may sing, those that fit best first."""
    wanted = section_name(section_label)
    names = [(section_name(label), lines) for label, lines in sheet.words if label]
    fits = [
        (fit, name.number, lines)
        for name, lines in names
        if (fit := _fit(wanted, name)) is not None
    ]
    return tuple(lines for _, _, lines in sorted(fits, key=lambda each: each[:2]))


def _fit(wanted: SectionName, name: SectionName) -> int | None:
    """How well a header fits a section: 0 the best, None not at all."""
    is_same, is_same_role = wanted.word == name.word, wanted.role and wanted.role == name.role
    if not is_same and not is_same_role:
        return None
    if wanted.number == name.number:
        fit = 0
    elif not wanted.number:
        fit = 1
    elif not name.number:
        fit = 2
    else:
        return None
    return fit if is_same else fit + 3
