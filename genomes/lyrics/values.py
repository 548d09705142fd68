"""Lyrics: the values that a melody is set to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Syllable:
    """What is sung on one note, or drawn over several.

    Attributes:
        text: as it is written, such as ``"gar"``.
        is_stressed: whether it wants a strong place.
        ends_word: whether the word ends with it.
    """

    text: str
    is_stressed: bool
    ends_word: bool


@dataclass(frozen=True, slots=True)
class Line:
    """What is sung in one breath.

    Attributes:
        syllables: at least one.
    """

    syllables: tuple[Syllable, ...]

    @property
    def text(self) -> str:
        """The line as it is written."""
        words = (s.text + " " * s.ends_word for s in self.syllables)
        return "".join(words).strip()


@dataclass(frozen=True, slots=True)
class Lyrics:
    """The words of one section.

    Attributes:
        lines: at least one.
    """

    lines: tuple[Line, ...]

    def to_payload(self) -> dict[str, Any]:
        """Plain values, exact: ``Lyrics.from_payload(lyrics.to_payload()) == lyrics``."""
        return {
            "lines": [
                [[s.text, s.is_stressed, s.ends_word] for s in line.syllables]
                for line in self.lines
            ]
        }

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """The lyrics that gave this payload."""
        return cls(tuple(Line(tuple(Syllable(*row) for row in line)) for line in payload["lines"]))
