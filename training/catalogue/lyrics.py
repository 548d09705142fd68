"""Lyrics with times: what ``documents.lyrics`` reads, line by line with the time that it begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from documents.findings import shown
from documents.lyrics import LyricSheet, sheet_of, sheet_text
from documents.timecodes import Timecode


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is sung.

    Attributes:
        code: when it begins, as written.
        text: empty where only silence begins.
        number: of the line of the file that the text is on, the first 1.
    """

    code: Timecode
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Lyrics:
    """A file of them.

    Attributes:
        tags: what it says of the song, by tag, such as ``ti``.
        lines: as they stand in the file.
        problems: what could not be read or was left out, one line each.
        text: all of it.
        offset_seconds: how much earlier than written every line is sung.
    """

    tags: dict[str, str]
    lines: tuple[Line, ...]
    problems: tuple[str, ...]
    text: str
    offset_seconds: float = 0.0


def read_lyrics(path: Path) -> Lyrics:
    """Read a file.

    Raises:
        ValueError: if it can't be read, is no text, or is larger than lyrics are.
    """
    return parse_lyrics(sheet_text(path))


def parse_lyrics(text: str) -> Lyrics:
    """The lines of a text that have times: those before them, or on the last line before them."""
    sheet = sheet_of(text)
    collected = _Collected()
    for line in sheet.lines:
        if line.is_timed:
            collected.close()
            collected.open(line.times, line.number)
        if line.text:
            collected.say(line.text, line.number)
    collected.close()
    return Lyrics(
        dict(sheet.tags),
        tuple(collected.lines),
        tuple(_problems(sheet, collected.without_time)),
        text,
        sheet.offset_seconds,
    )


def _problems(sheet: LyricSheet, without_time: list[tuple[int, str]]) -> list[str]:
    """All that is wrong or left out, the lines in order."""
    found = [(n, f"{text}; its text is left out" if n else text) for n, text in sheet.problems]
    found += [(number, f"{shown(text)} has no time; left out") for number, text in without_time]
    lines = [f"line {n}: {text}" if n else text for n, text in sorted(found)]
    if sheet.chords:
        lines.append(f"chords are left out ({len(sheet.chords)})")
    return [*lines, *sheet.notes]


class _Collected:
    """Lines; what follows a time belongs to it until the next time."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.without_time: list[tuple[int, str]] = []
        self._codes: tuple[Timecode, ...] = ()
        self._words: list[str] = []
        self._number = 0

    def open(self, codes: tuple[Timecode, ...], number: int) -> None:
        """Times that the next words belong to."""
        self._codes, self._number = codes, number

    def say(self, text: str, number: int) -> None:
        """Words, of the time before them."""
        if not self._codes:
            self.without_time.append((number, text))
            return
        if not self._words:
            self._number = number
        self._words.append(text)

    def close(self) -> None:
        """The line that is open ends."""
        text = " ".join(self._words)
        self.lines += [Line(code, text, self._number) for code in self._codes]
        self._codes, self._words = (), []
