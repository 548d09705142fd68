"""A sheet of lyrics: sections, lines, and what stands over and before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from documents.timecodes import Timecode


@dataclass(frozen=True, slots=True)
class PlacedChord:
    """A chord over a line.

    Attributes:
        name: as it is written, such as ``Am7/G``.
        syllable: of the line that it comes with, the first 0; the number of its syllables for a
            chord after the last one.
    """

    name: str
    syllable: int


@dataclass(frozen=True, slots=True)
class PlacedTime:
    """When a word of a line begins.

    Attributes:
        code: as written.
        syllable: of the line, as that of a chord.
    """

    code: Timecode
    syllable: int


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a sheet.

    Attributes:
        text: what is sung, with single spaces; empty for a line of chords or times alone.
        number: of the line of the file, the first 1.
        times: when it begins, each time that it is sung; empty where no time is written.
        is_timed: whether a time stands before it, even one that can't be read.
        word_times: of its words, in order.
        chords: over it, in order.
        repeats: how many times it is sung in a row.
    """

    text: str
    number: int
    times: tuple[Timecode, ...] = ()
    is_timed: bool = False
    word_times: tuple[PlacedTime, ...] = ()
    chords: tuple[PlacedChord, ...] = ()
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class SheetSection:
    """What stands under a header.

    Attributes:
        label: of the header, such as ``Verse 1``; empty for what stands under none.
        lines: in order.
        repeats: how many times the section comes, such as 2 for ``Chorus x2``.
    """

    label: str
    lines: tuple[SheetLine, ...]
    repeats: int = 1

    @property
    def words(self) -> tuple[str, ...]:
        """What is sung, line by line; a line that is repeated as often as it is sung."""
        return tuple(line.text for line in self.lines if line.text for _ in range(line.repeats))


@dataclass(frozen=True, slots=True)
class LyricSheet:
    """A sheet of lyrics as its file has it.

    Attributes:
        sections: in order, with those that have no words of their own.
        tags: what it says of the song, by name, such as ``("ti", "A Door")``.
        notes: what is left out, or read in a way that needs saying; one line each.
        problems: times that can't be read, by the number of their line; 0 for the whole file.
        offset_seconds: how much earlier than written every line is sung, by the tag ``offset``.
    """

    sections: tuple[SheetSection, ...]
    tags: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[tuple[int, str], ...] = ()
    offset_seconds: float = 0.0

    @classmethod
    def of_words(
        cls, rows: Sequence[tuple[str, Sequence[str]]], repeats: Sequence[int] = ()
    ) -> Self:
        """The sheet of sections whose words are known.

        Args:
            rows: labels with their lines.
            repeats: how many times each of them comes; once where it isn't said.
        """
        times = (*repeats, *(1 for _ in rows))
        return cls(
            tuple(
                SheetSection(label, tuple(SheetLine(text, 0) for text in lines), count)
                for (label, lines), count in zip(rows, times, strict=False)
            )
        )

    def rows(self) -> list[list[Any]]:
        """Plain values of its blocks.

        Each is its label, its lines, and how many times it comes where that is more than once.
        """
        return [
            [each.label, list(each.words), *([each.repeats] if each.repeats > 1 else [])]
            for each in self.blocks
        ]

    @property
    def blocks(self) -> tuple[SheetSection, ...]:
        """The sections that have words, and those whose header says that words come again."""
        headers = {label.casefold() for label in self.headers}
        return tuple(s for s in self.sections if s.words or s.label.casefold() in headers)

    @property
    def words(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Labels with what is sung under them, of the sections that have words."""
        return tuple((each.label, each.words) for each in self.sections if each.words)

    @property
    def headers(self) -> tuple[str, ...]:
        """The labels that have words, each once, in order."""
        return tuple(dict.fromkeys(label for label, _ in self.words if label))

    @property
    def lines(self) -> tuple[SheetLine, ...]:
        """The lines of all sections, in order."""
        return tuple(line for section in self.sections for line in section.lines)

    @property
    def chords(self) -> tuple[str, ...]:
        """The names of all chords, in order."""
        return tuple(chord.name for line in self.lines for chord in line.chords)
