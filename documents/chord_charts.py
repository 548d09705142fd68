"""Chord charts as people write them: bars of chords, typed in a line or in a sheet of words.

A chord is a name or a numeral, read by ``genomes.chords.naming``; here it is a text at a place. In
``Am F | C G/B |`` bar lines stand between bars, a bar's chords share its beats evenly (the first
ones get more), ``.`` and ``/`` are beats on which the chord before holds, ``%`` is the bar before
once more, ``|: … :|`` and ``x2`` repeat, and ``N.C.`` is no chord. Without bar lines every chord
has a bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from documents.findings import shown
from documents.lyrics import LyricSheet, SheetSection, sheet_of, sheet_text
from documents.lyrics.chords import chord_row, is_chord
from genomes.chords.naming import is_no_chord
from genomes.time import Meter

MAX_BARS = 512  # of one chart, with its repeats
MAX_TIMES = 32

# A comment by which a chart says the bars of a section whose words have no room for them.
BARS_COMMENT = "# bars:"

_TOKEN = re.compile(
    r"\|?:?\|[\]:|]*|\|:|:\||%|N\.?\s?C\.?(?!\w)|\(?[x×*]\s?\d{1,2}\)?(?!\w)"
    r"|\(?\d{1,2}[x×]\)?|~|(?:(?!:\|)[^\s|%~,;])+|[,;]"
)
_TIMES = re.compile(r"\(?(?:[x×*]\s?(?=\d)|(?=\d{1,2}[x×]))(\d{1,2})[x×]?\)?")
_HOLDS = frozenset("./")
_BETWEEN = frozenset(",;–—-")
_INSIDE = re.compile(r"\[([^\[\]]{1,20})\]")
_NUMERAL = re.compile(r"[#b♯♭]?[ivIV]+[^\s|]{0,12}")
_GRID = re.compile(r"\s*\{\s*(start_of_grid|sog|end_of_grid|eog)\s*(?:[:\s]\s*([^{}]*))?\}\s*")


@dataclass(frozen=True, slots=True)
class ChartBar:
    """A bar of a chart.

    Attributes:
        number: of the bar as it is written, the first 1; a repeat of it has the same.
        chords: beat group and text of each chord that begins in it, in order.
    """

    number: int
    chords: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class ChartSection:
    """The bars of a section.

    Attributes:
        label: its header; empty where there is none.
        bars: in order.
    """

    label: str
    bars: tuple[ChartBar, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A sheet's sections with chords.

    Attributes:
        sections: in order.
        without: labels of those that have no chords.
        is_barless: whether some of its chords stand over words, or in a row, without bar lines.
    """

    sections: tuple[ChartSection, ...]
    without: tuple[str, ...] = ()
    is_barless: bool = False


def has_bar_lines(text: str) -> bool:
    """Whether a text says where its bars end."""
    return "|" in text


def read_bars(text: str, meter: Meter, per_bar: int = 1) -> tuple[ChartBar, ...]:
    """The bars of a text, its repeats written out.

    Args:
        text: one row or several; each row ends a bar.
        meter: gives the beats of a bar.
        per_bar: how many chords a bar has where no bar lines are written.

    Raises:
        ValueError: if a bar can't be read: which, and what is expected.
    """
    reader = _Reader(meter, per_bar)
    for row in text.splitlines():
        reader.take(row)
    return tuple(reader.bars)


@dataclass
class _Reader:
    meter: Meter
    per_bar: int
    bars: list[ChartBar] = field(default_factory=list)
    written: int = 0
    opened: int = 0  # where ``|:`` begins
    row: int = 0  # where ``x2`` begins
    ended: int | None = None  # where the repeat began that ended just now

    def take(self, row: str) -> None:
        """The bars of a row."""
        tokens = [token for token in _TOKEN.findall(row) if token not in _BETWEEN]
        self.row = len(self.bars)
        has_lines = has_bar_lines(row)
        cells: list[str] = []
        before = ""
        for token in tokens:
            if "|" in token:
                if before == token == "|":  # an empty bar holds the chord before it
                    self.written += 1
                    self._add([])
                self._end(cells, has_lines=True)
                self._line(token)
            elif times := _TIMES.fullmatch(token):
                self._end(cells, has_lines=has_lines)
                self._repeat(int(times[1]))
            else:
                self._take_cell(token, cells)
            before = token
        self._end(cells, has_lines=has_lines)

    def _take_cell(self, token: str, cells: list[str]) -> None:
        """A chord, or a sign in its place; an open bracket begins what ``x2`` repeats."""
        self.ended = None
        if token.startswith("(") and not cells:
            self.row = len(self.bars)
            token = token[1:]
        if token.count(")") > token.count("("):
            token = token.removesuffix(")")
        if token:
            cells.append(token)

    def _end(self, cells: list[str], *, has_lines: bool) -> None:
        """End the bar, or the bars, of what was read since the last one."""
        if not cells:
            return
        for bar in [cells[:]] if has_lines else self._parted(cells):
            self.written += 1
            self._add(bar)
        cells.clear()

    def _add(self, cells: Sequence[str]) -> None:
        if list(cells) == ["%"]:
            if not self.bars:
                raise ValueError("bar 1: % repeats the bar before, and there is none")
            self.bars.append(self.bars[-1])
        else:
            chords = tuple(_placed(cells, self.meter, self.written))
            self.bars.append(ChartBar(self.written, chords))
        self._check_length()

    def _parted(self, cells: list[str]) -> Iterator[list[str]]:
        """Cells without bar lines, by bars."""
        has_beats = any(cell in _HOLDS for cell in cells)
        size = _beats(self.meter) if has_beats else self.per_bar
        bar: list[str] = []
        for cell in cells:
            if cell == "%":
                yield from ([bar] if bar else [])
                bar = []
                yield [cell]
                continue
            bar.append(cell)
            if len(bar) == size:
                yield bar
                bar = []
        if bar:
            yield bar

    def _line(self, token: str) -> None:
        """A bar line, which may begin or end a repeat."""
        if token.startswith(":") or token[1:].startswith(":|"):
            start = self.opened
            self._again(start, 2)
            self.ended = start
        if token.endswith(":"):
            self.opened = len(self.bars)

    def _repeat(self, times: int) -> None:
        """Play ``times`` times what the row has, or what ``:|`` ended just now."""
        if self.ended is None:
            self._again(self.row, times)
        elif times > 1:
            played = (len(self.bars) - self.ended) // 2
            self._again(len(self.bars) - played, times - 1)

    def _again(self, start: int, times: int) -> None:
        """Write out a repeat; what comes later repeats from here."""
        repeated = self.bars[start:]
        if not repeated or not 1 <= times <= MAX_TIMES:
            what = "nothing stands before it" if not repeated else f"expected 1 to {MAX_TIMES}"
            raise ValueError(f"x{times} after bar {self.written}: {what}")
        self.bars += repeated * (times - 1)
        self.opened = self.row = len(self.bars)
        self.ended = None
        self._check_length()

    def _check_length(self) -> None:
        if len(self.bars) > MAX_BARS:
            raise ValueError(f"more than {MAX_BARS} bars")


def _beats(meter: Meter) -> int:
    return len(meter.groups)


def _placed(cells: Sequence[str], meter: Meter, number: int) -> Iterator[tuple[int, str]]:
    """The chords of a bar, each with its beat group."""
    beats = _beats(meter)
    if any(cell in _HOLDS for cell in cells):
        groups = _groups_of_cells(len(cells), meter, number)
    else:
        count = len(cells)
        if count > beats:
            raise ValueError(f"bar {number} has {count} chords: a bar of {meter} has {beats} beats")
        groups = [-(-index * beats // count) for index in range(count)]
    for group, cell in zip(groups, cells, strict=True):
        if cell in _HOLDS:
            continue
        if group is None:
            raise ValueError(f"bar {number}: {shown(cell)} begins on no beat of {meter}")
        yield group, cell


def _groups_of_cells(count: int, meter: Meter, number: int) -> list[int | None]:
    """The beat group that each of so many equal beats begins; None where none begins."""
    beats = _beats(meter)
    if beats % count == 0:
        return [index * beats // count for index in range(count)]
    if count == meter.numerator:
        onsets = {onset: group for group, onset in enumerate(meter.group_onsets_ticks)}
        return [onsets.get(index * meter.unit_ticks) for index in range(count)]
    raise ValueError(f"bar {number} has {count} beats: expected {beats} in {meter}")


def read_chart(path: Path, meter: Meter, per_bar: int = 1) -> Chart:
    """The sections of a file that have chords: ChordPro, chords over words, or bars alone.

    Raises:
        ValueError: if it is no text, or what of which section can't be read.
    """
    return chart_of(sheet_text(path), meter, per_bar)


def chart_of(text: str, meter: Meter, per_bar: int = 1) -> Chart:
    """The sections of a text that have chords; see ``read_chart``."""
    rows = [row.expandtabs() for row in text.removeprefix("\ufeff").splitlines()]
    sheet = sheet_of("\n".join(_without_grids(rows)))
    found, without = [], []
    is_barless = False
    for section, numbers in _stretches(sheet, len(rows)):
        parts = list(_rows_of_chords(section, numbers, rows, has_chords=bool(sheet.chords)))
        is_barless |= any(not has_bar_lines(part) for part in parts)
        try:
            bars = read_bars("\n".join(parts), meter, per_bar)
        except ValueError as error:
            place = f"{section.label}, " if section.label else ""
            raise ValueError(f"{place}{error}") from error
        if bars:
            found.append(ChartSection(section.label, bars))
        elif section.label:
            without.append(section.label)
    return Chart(tuple(found), tuple(without), is_barless)


def _without_grids(rows: Sequence[str]) -> Iterator[str]:
    """ChordPro's rows with its grids as verses: sheets of words leave grids out."""
    is_named = False
    for row in rows:
        grid = _GRID.fullmatch(row)
        if grid is None:
            yield row
        elif grid[1] in {"start_of_grid", "sog"}:
            is_named = bool(grid[2] and grid[2].strip())
            yield f"{{start_of_verse: {grid[2]}}}" if is_named else ""
        else:
            yield "{end_of_verse}" if is_named else ""


def _stretches(sheet: LyricSheet, rows: int) -> Iterator[tuple[SheetSection, range]]:
    """Each section with the numbers of its rows, and of those between it and the one before."""
    end = 0
    sections = [section for section in sheet.sections if section.lines]
    for index, section in enumerate(sections):
        start, end = end + 1, max(line.number for line in section.lines)
        is_last = index + 1 == len(sections)
        yield section, range(start, rows + 1 if is_last else end + 1)
    yield from ((section, range(0)) for section in sheet.sections if not section.lines)


def _rows_of_chords(
    section: SheetSection, numbers: Sequence[int], rows: Sequence[str], *, has_chords: bool
) -> Iterator[str]:
    """What a section's rows say of its chords; a line that is sung again has its chords again.

    Bars in a comment take the place of all others.
    """
    own = [rows[number - 1].strip() for number in numbers]
    comments = [row.removeprefix(BARS_COMMENT) for row in own if row.startswith(BARS_COMMENT)]
    if comments:
        yield from comments
        return
    sung = {line.number: line for line in section.lines if line.text}
    above: list[str] = []
    for number, row in zip(numbers, own, strict=True):
        if _is_row_of_chords(row, has_chords=has_chords):
            above.append(row)
            continue
        inside = " ".join(name for name in _INSIDE.findall(row) if _is_chord(name))
        line = sung.get(number)
        above += [inside] if inside else []
        if line is not None:
            yield from above * line.repeats
            above = []
    yield from above


def _is_row_of_chords(row: str, *, has_chords: bool) -> bool:
    cells = [token for token in _TOKEN.findall(row) if "|" not in token]
    if has_bar_lines(row) and cells:  # one that can't be read is no reason to take it for words
        return 2 * sum(map(_is_cell, cells)) >= len(cells)
    named = chord_row(row)
    if named is None:
        return False
    return has_chords or len(named) != 1 or len(named[0][1]) > 1


def _is_cell(token: str) -> bool:
    is_sign = token in _HOLDS | _BETWEEN or token in {"%", "~"}
    return is_sign or _is_chord(token) or _TIMES.fullmatch(token) is not None


def _is_chord(text: str) -> bool:
    return is_chord(text) or is_no_chord(text) or _NUMERAL.fullmatch(text) is not None
