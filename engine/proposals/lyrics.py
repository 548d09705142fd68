"""Lyrics files: plain text with or without headers, and LRC."""

from __future__ import annotations

import re
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from documents.findings import one_line
from engine.errors import Refused
from engine.gate.labels import compared_label
from engine.proposals.sources import printable
from genomes.lyrics import Lyrics
from genomes.lyrics.syllables import is_sung, line_of
from genomes.midi import is_midi, read_midi

MAX_BYTES = 2**20
MAX_LINE = 500  # characters; what is sung in one breath has a fifth of that

ACCEPTED = (
    "accepted: a UTF-8 text, LRC or MIDI file up to 1 MiB, with [headers] or without, "
    f"in lines of up to {MAX_LINE} characters"
)
COMMENT = "#"

# What people call a section; with a colon behind it, that is a header without brackets.
SECTION_WORDS = """
    verse chorus refrain hook bridge intro outro coda interlude prelude breakdown break
    pre-chorus prechorus post-chorus postchorus middle part section solo tag vamp ending
"""

# Times as they are met: "[00:12.345]", "[1:02.25]", "[00:18.086 ]", "[01:02]", "<00:12.34>".
_TIME = re.compile(r"\[\s*\d+:\d+(?:[.:]\d+)*\s*\]|<\s*\d+:\d+(?:[.:]\d+)*\s*>")
_TAG = re.compile(
    r"\[\s*(?:ti|ar|al|au|by|re|ve|la|lr|id|tool|length|offset|#)\s*:.*\]", re.IGNORECASE
)
_BRACKETED = re.compile(r"\[([^\[\]]+)\]:?")
_NAMED = re.compile(
    rf"((?:{'|'.join(SECTION_WORDS.split())})(?:[\s_-]*(?:\d+|\b[ivx]+|\b[a-z]))?)\s*:",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"_?\d+$")


@dataclass(frozen=True, slots=True)
class LyricSheet:
    """The words of a song as its file has them.

    Attributes:
        sections: ``(label, lines)`` in order, each with lines; the label is empty for what stands
            before the first header.
    """

    sections: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The labels that there are, each once, in order."""
        return tuple(dict.fromkeys(label for label, _ in self.sections if label))


def read_lyrics(path: Path) -> LyricSheet:
    """Read a lyrics file.

    Times of LRC are passed over; of a MIDI file its words are read. A line is what is sung in one
    breath, in the order of the file.

    Raises:
        Refused: if the file can't be read, is no text, or has no words.
    """
    sheet = sheet_of(_text_of(path))
    if not sheet.sections:
        raise _refused(path, "has no words to sing")
    return sheet


def sheet_of(text: str) -> LyricSheet:
    """The sections of a text; of none that has no words."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    for written in unicodedata.normalize("NFC", text).splitlines():
        line = one_line(_TIME.sub("", written))
        header = _header(line)
        if header:
            sections.append((header, []))
        elif not line.startswith(COMMENT) and not _TAG.fullmatch(line) and is_sung(line):
            sections[-1][1].append(line)
    return LyricSheet(tuple((label, tuple(lines)) for label, lines in sections if lines))


def lyrics_of(sheet: LyricSheet, section_label: str) -> Lyrics:
    """What is sung in a section.

    Its lines stand under the header of the same label; or under the first that is numbered where
    the section is not, or the other way round; or are the whole sheet where it has no headers.

    Raises:
        Refused: if the sheet has headers, and none for this section.
    """
    return Lyrics(tuple(line for text in _lines(sheet, section_label) if (line := line_of(text))))


def has_words(sheet: LyricSheet, section_label: str) -> bool:
    """Whether a section finds words of its own in a sheet; see ``lyrics_of``."""
    return not sheet.headers or bool(_matches(sheet, section_label))


def words_under(sheet: LyricSheet, header: str) -> tuple[str, ...]:
    """The lines under a header; none if the sheet doesn't have it."""
    wanted = compared_label(header)
    lines = (lines for label, lines in sheet.sections if compared_label(label) == wanted)
    return next(lines, ())


def _lines(sheet: LyricSheet, section_label: str) -> tuple[str, ...]:
    if not sheet.headers:
        return tuple(line for _, lines in sheet.sections for line in lines)
    matches = _matches(sheet, section_label)
    if not matches:
        raise Refused(
            f"the lyrics have no section {section_label!r}",
            f"their headers are {', '.join(sheet.headers)}",
        )
    return matches[0]


def _matches(sheet: LyricSheet, section_label: str) -> tuple[tuple[str, ...], ...]:
    """Lines that a section may sing, those that fit best first."""
    wanted = compared_label(section_label)
    named = [(compared_label(label), lines) for label, lines in sheet.sections if label]
    return (
        *(lines for name, lines in named if name == wanted),
        *(lines for name, lines in named if wanted == _unnumbered(name)),
        *(lines for name, lines in named if name == _unnumbered(wanted)),
    )


def _header(line: str) -> str:
    """The label of a header; empty for any other line. What follows a colon is who sings it."""
    bracketed = None if _TAG.fullmatch(line) else _BRACKETED.fullmatch(line)
    found = bracketed or _NAMED.fullmatch(line)
    return found.group(1).partition(":")[0].strip() if found else ""


def _unnumbered(name: str) -> str:
    return _NUMBER.sub("", name)


def _text_of(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "is no file")
        if status.st_size > MAX_BYTES:
            raise _refused(path, f"holds {status.st_size} bytes")
        data = path.read_bytes()
        text = read_midi(data).sung_text if is_midi(data) else data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refused(path, f"is not UTF-8 text at byte {error.start}") from error
    except (OSError, ValueError) as error:  # ValueError: a null character in the path
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, f"can't be read: {reason}") from error
    if "\0" in text:
        raise _refused(path, "is no text: it holds null characters")
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > MAX_LINE:
            raise _refused(path, f"has {len(line)} characters in line {number}")
    return text


def _refused(path: Path, problem: str) -> Refused:
    return Refused(f"{printable(path.name)} {problem}", ACCEPTED)
