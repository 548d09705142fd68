"""Lyrics with times: LRC files as people have them, with the text on the line after its time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from training.catalogue.timecodes import Timecode

MAX_BYTES = 2**20
MAX_LINES = 20_000

_TAG = re.compile(r"\[\s*([A-Za-z#][\w #-]*)\s*:(.*)\]\s*")
_STAMPS = re.compile(r"(?:\[\s*\d[\d:.,\s]*\]\s*)+")
_STAMP = re.compile(r"\[([^\]]*)\]")
_WORD_STAMP = re.compile(r"<\d[\d:.,]*>")


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
        problems: what could not be read, one line each.
        text: all of it.
    """

    tags: dict[str, str]
    lines: tuple[Line, ...]
    problems: tuple[str, ...]
    text: str


def read_lyrics(path: Path) -> Lyrics:
    """Read a file; a byte order mark and any ends of lines are taken.

    Raises:
        ValueError: if it is no text in UTF-8, or larger than lyrics are.
        OSError: if it can't be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"holds {path.stat().st_size} bytes (accepted: up to {MAX_BYTES})")
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text at byte {error.start}") from error
    if "\0" in text:
        raise ValueError("is not text: it holds null characters")
    return parse_lyrics(text)


def parse_lyrics(text: str) -> Lyrics:
    """The lyrics of a text in LRC: ``[MM:SS.fff]``, then words on that line or the next ones.

    Raises:
        ValueError: if it has more lines than lyrics have.
    """
    reader = _Reader()
    rows = text.splitlines()
    if len(rows) > MAX_LINES:
        raise ValueError(f"holds {len(rows)} lines (accepted: up to {MAX_LINES})")
    for number, row in enumerate(rows, start=1):
        reader.take(row.strip(), number)
    reader.close()
    return Lyrics(reader.tags, tuple(reader.lines), tuple(reader.problems), text)


class _Reader:
    """Collects lines; what follows a time belongs to it until the next time."""

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.lines: list[Line] = []
        self.problems: list[str] = []
        self._codes: list[Timecode] = []
        self._words: list[str] = []
        self._number = 0

    def take(self, row: str, number: int) -> None:
        """The next line of the file."""
        if not row:
            return
        if stamps := _STAMPS.match(row):
            self.close()
            self._open(stamps.group(), number)
            self._say(row[stamps.end() :], number)
        elif tag := _TAG.fullmatch(row):
            self.tags.setdefault(tag[1].strip().casefold(), tag[2].strip())
        elif row.startswith("[") and row.endswith("]") and ":" in row:
            self.close()
            self.problems.append(f"line {number}: {row[:40]!r} is no time; its text is left out")
        elif self._codes:
            self._say(row, number)
        else:
            self.problems.append(f"line {number}: {row[:40]!r} has no time; left out")

    def _open(self, stamps: str, number: int) -> None:
        for stamp in _STAMP.findall(stamps):
            try:
                self._codes.append(Timecode.parse(stamp))
            except ValueError as error:
                self.problems.append(f"line {number}: {error}; its text is left out")
        self._number = number

    def _say(self, words: str, number: int) -> None:
        if words := " ".join(_WORD_STAMP.sub("", words).split()):
            if not self._words:
                self._number = number
            self._words.append(words)

    def close(self) -> None:
        """The line that is open ends."""
        text = " ".join(self._words)
        self.lines += [Line(code, text, self._number) for code in self._codes]
        self._codes, self._words = [], []
