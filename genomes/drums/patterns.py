"""One bar of drums, as a line of letters for each voice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import msgspec

from genomes.drums.voices import HAND, HANDS, RANK, VOICES
from genomes.grid import DIVISIONS, cells
from genomes.time import Meter

# The letter of a cell in a line.
REST, GHOST, NORMAL, ACCENT, FLAM = ".", "g", "x", "X", "f"
LEVELS = (GHOST, NORMAL, ACCENT, FLAM)
LETTERS = frozenset((REST, *LEVELS))

Line = tuple[str, str]  # a voice and its letters


class Pattern(
    msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, cache_hash=True
):
    """What is struck in one bar.

    Attributes:
        division: of the cells, ``straight`` or ``triplet``; see ``genomes.grid.cells``.
        lines: voices that sound, in the order of their table, each with one letter a cell:
            rest ``.``, ghost ``g``, normal ``x``, accent ``X``, or ``f``, an accent with a
            grace note. None is a bar of silence.
    """

    division: str
    lines: tuple[Line, ...] = ()

    def line(self, voice: str) -> str:
        """The letters of a voice; empty if it is silent."""
        return dict(self.lines).get(voice, "")

    @property
    def voices(self) -> tuple[str, ...]:
        """The voices that sound."""
        return tuple(voice for voice, _ in self.lines)

    @property
    def struck(self) -> tuple[int, ...]:
        """Cells in which anything is struck, in order."""
        return tuple(c for c, column in enumerate(self.columns()) if any(column))

    def columns(self) -> list[list[str]]:
        """For each cell, the voices struck there; empty for a bar of silence."""
        letters = zip(*(line for _, line in self.lines), strict=True)
        return [
            [v for v, letter in zip(self.voices, column, strict=True) if letter != REST]
            for column in letters
        ]


def cell_count(meter: Meter, division: str) -> int:
    """Cells of a bar."""
    return len(cells(meter, division))


def legal(division: str, lines: Mapping[str, str], first: str = "") -> Pattern:
    """A pattern of lines that may be too much for one drummer, who leaves some strokes out.

    Where three hands would be needed, or one body be struck twice, the voices named first in
    their table stay.

    Args:
        division: of the cells.
        lines: letters by voice; silent ones are left out.
        first: a voice that stays before all others.
    """
    sounding = {voice: line for voice, line in lines.items() if line.strip(REST)}
    order = sorted(sounding, key=lambda voice: (voice != first, RANK[voice]))
    clash = [c for c in range(len(next(iter(sounding.values()), ""))) if _clashes(sounding, c)]
    if clash:
        sounding = _thinned(sounding, order, clash)
    named = sorted(sounding.items(), key=lambda line: RANK[line[0]])
    return Pattern(division, tuple(line for line in named if line[1].strip(REST)))


def _clashes(lines: Mapping[str, str], cell: int) -> bool:
    return clashing(tuple((v, line[cell]) for v, line in lines.items() if line[cell] != REST))


@lru_cache(maxsize=2**14)
def clashing(strokes: tuple[tuple[str, str], ...]) -> bool:
    """Whether one drummer can't play these voices at these levels all at once."""
    bodies = [VOICES[voice].body for voice, _ in strokes]
    hands = sum(1 + (level == FLAM) for voice, level in strokes if VOICES[voice].limb == HAND)
    return hands > HANDS or len(set(bodies)) < len(bodies)


def _thinned(lines: Mapping[str, str], order: Iterable[str], clash: list[int]) -> dict[str, str]:
    letters = {voice: list(line) for voice, line in lines.items()}
    for cell in clash:
        kept: tuple[tuple[str, str], ...] = ()
        for voice in order:
            level = letters[voice][cell]
            if level == REST:
                continue
            if clashing((*kept, (voice, level))):
                letters[voice][cell] = REST
            else:
                kept = (*kept, (voice, level))
    return {voice: "".join(line) for voice, line in letters.items()}


def put(pattern: Pattern, voice: str, positions: Iterable[int], level: str, count: int) -> Pattern:
    """A copy in which a voice is struck, or rests, at some cells; strokes that clash are dropped.

    Args:
        pattern: to start from.
        voice: which line.
        positions: cells, each below ``count``.
        level: the letter to put there.
        count: cells of the bar.
    """
    letters = list(pattern.line(voice) or REST * count)
    for cell in positions:
        letters[cell] = level
    return with_line(pattern, voice, "".join(letters))


def with_line(pattern: Pattern, voice: str, line: str) -> Pattern:
    """A copy with another line for a voice, which goes before all others."""
    lines = dict(pattern.lines)
    lines[voice] = line
    return legal(pattern.division, lines, first=voice)


@lru_cache(maxsize=2**12)
def fault(pattern: Pattern, meter: Meter) -> str:
    """What is wrong with a pattern in a meter, in words; empty if nothing is."""
    if pattern.division not in DIVISIONS:
        return f"unknown division {pattern.division!r}"
    count = cell_count(meter, pattern.division)
    wrong = [fault for line in pattern.lines if (fault := _line_fault(*line, count))]
    if wrong:
        return wrong[0]
    if list(pattern.voices) != sorted(set(pattern.voices), key=RANK.__getitem__):
        return f"voices {pattern.voices}: expected each once, in the table's order"
    if pattern.lines and any(_clashes(dict(pattern.lines), cell) for cell in range(count)):
        return "more than two hands, or one body struck twice"
    return ""


def _line_fault(voice: str, line: str, count: int) -> str:
    if voice not in VOICES:
        return f"unknown voice {voice!r}"
    if len(line) != count or not set(line) <= LETTERS or not line.strip(REST):
        return f"{voice} {line!r}: expected {count} letters of {''.join(sorted(LETTERS))}"
    if FLAM in line and VOICES[voice].limb != HAND:
        return f"{voice} {line!r}: no foot plays a flam"
    return ""
