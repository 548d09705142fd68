"""Lists of clips from a DAW: tab-separated text, with positions in bars or as time code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from documents.findings import one_line, shown
from engine.arrangement.plan import MAX_SONG_BARS
from engine.errors import Refused
from genomes import Meter

BARS, LENGTHS, ENDS = "bars", "time code with lengths", "time code with end times"

# Length of a division and of a tick in whole notes: a sixteenth note, and 1/960 quarter note.
DIVISION, TICK = Fraction(1, 16), Fraction(1, 3840)

# Frames per second, the default first; subframes per frame.
FRAME_RATES = (25, 30)
SUBFRAMES = 80

HOUR_SECONDS = 3600
COLUMNS = 4

_BARS_POSITION = re.compile(r"(\d{1,6})\s+(\d{1,6})\s+(\d{1,6})\s+(\d{1,6})")
_TIME_CODE = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of one track, rounded to bar lines.

    Attributes:
        line: its line in the file, from 1.
        name: its name in the DAW.
        track: number of its track.
        start_bar: its first bar, from 0.
        bars: its length, at least 1.
    """

    line: int
    name: str
    track: int
    start_bar: int
    bars: int

    @property
    def end_bar(self) -> int:
        """The bar after its last bar."""
        return self.start_bar + self.bars


@dataclass(frozen=True, slots=True)
class ClipList:
    """The clips of a file.

    Attributes:
        clips: sorted by first bar, then by track.
        reading: how the columns were read: ``BARS``, ``LENGTHS`` or ``ENDS``.
        warnings: assumptions and omissions, one line each.
    """

    clips: tuple[Clip, ...]
    reading: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """The four columns of a line."""

    line: int
    position: str
    name: str
    track: int
    length_or_end: str


@dataclass(frozen=True, slots=True)
class _Span:
    """Start and end of a row; first in seconds or bars, then in bars, not rounded."""

    row: _Row
    start: Fraction
    end: Fraction


def parse_clips(text: str, meter: Meter, tempo_bpm: float) -> ClipList:
    """Read a list of clips.

    With positions in bars, the fourth column is a length. With time code, some files have the
    length there and others the end. The reading is chosen with which fewer clips overlap on a
    track or end before they begin; if equal, with the smaller gaps between clips; if still equal,
    the column is a length. Whole hours before the first clip are subtracted.

    Args:
        text: one line per clip: position, name, track and length, separated by tabs. The first
            line may hold headings.
        meter: meter of the song.
        tempo_bpm: tempo of the song, in quarter notes per minute.

    Raises:
        Refused: if a line can't be read; names the line, its value and what is accepted.
    """
    rows = _rows(text)
    if not rows:
        raise Refused("the list of clips is empty", "export it again from the DAW")
    warnings: list[str] = []
    if _BARS_POSITION.fullmatch(rows[0].position):
        reading, spans, tolerance = BARS, [_bars_span(row, meter) for row in rows], Fraction(0)
    else:
        reading, spans, frame = _time_code_spans(rows, warnings)
        bar_seconds = Fraction(meter.bar_quarters) * 60 / Fraction(tempo_bpm)
        spans = [_Span(s.row, s.start / bar_seconds, s.end / bar_seconds) for s in spans]
        tolerance = frame / bar_seconds
    clips = [clip for span in spans if (clip := _on_bar_lines(span, tolerance, warnings))]
    clips.sort(key=lambda clip: (clip.start_bar, clip.track, clip.line))
    return ClipList(tuple(clips), reading, tuple(warnings))


def _rows(text: str) -> list[_Row]:
    lines = [(n, line) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if lines and not re.search(r"\d", lines[0][1].partition("\t")[0]):
        lines = lines[1:]  # headings
    return [_row(number, line) for number, line in lines]


def _row(number: int, line: str) -> _Row:
    columns = [column.strip() for column in line.strip("\r\n").split("\t")]
    while len(columns) > COLUMNS and not columns[-1]:
        columns.pop()
    if len(columns) < COLUMNS:
        raise _refused(number, line, "position, name, track and length, with tabs between")
    position, *name, track, length_or_end = columns
    if not re.fullmatch(r"[0-9]{1,4}", track):
        raise _refused(number, track, "the number of a track")
    return _Row(number, position, one_line(" ".join(name)), int(track), length_or_end)


def _refused(number: int, value: str, accepted: str) -> Refused:
    return Refused(f"line {number}: {shown(value)} (accepted: {accepted})")


def _bars_span(row: _Row, meter: Meter) -> _Span:
    start = _bars_of(row, row.position, meter, first=1)
    return _Span(row, start, start + _bars_of(row, row.length_or_end, meter, first=0))


def _bars_of(row: _Row, text: str, meter: Meter, first: int) -> Fraction:
    """Bars, beats, divisions and ticks as bars; each counts from ``first``."""
    match = _BARS_POSITION.fullmatch(text)
    numbers = [int(number) - first for number in match.groups()] if match else [-1]
    if min(numbers) < 0 or numbers[0] > MAX_SONG_BARS:
        raise _refused(row.line, text, "bar, beat, division and tick, such as 8 1 1 1")
    bars, beats, divisions, ticks = numbers
    bar = Fraction(meter.numerator, meter.denominator)
    rest = Fraction(beats, meter.denominator) + divisions * DIVISION + ticks * TICK
    return bars + rest / bar


def _time_code_spans(
    rows: Sequence[_Row], warnings: list[str]
) -> tuple[str, list[_Span], Fraction]:
    """The chosen reading, the spans in seconds, and the length of a frame in seconds."""
    rate = _frame_rate(rows, warnings)
    starts = [_seconds(row, row.position, rate) for row in rows]
    lengths_or_ends = [_seconds(row, row.length_or_end, rate) for row in rows]
    offset = min(starts) // HOUR_SECONDS * HOUR_SECONDS
    timed = list(zip(rows, starts, lengths_or_ends, strict=True))
    readings = {
        LENGTHS: [_Span(row, start - offset, start - offset + long) for row, start, long in timed],
        ENDS: [_Span(row, start - offset, end - offset) for row, start, end in timed],
    }
    reading = min(readings, key=lambda name: _implausibility(readings[name], Fraction(1, rate)))
    return reading, readings[reading], Fraction(1, rate)


def _frame_rate(rows: Sequence[_Row], warnings: list[str]) -> int:
    matches = [
        _TIME_CODE.fullmatch(text) for row in rows for text in (row.position, row.length_or_end)
    ]
    highest = max((int(match[4]) for match in matches if match), default=0)
    rate = next((rate for rate in FRAME_RATES if highest < rate), 0)
    if not rate:
        raise Refused(f"frame {highest} (accepted: time code of {FRAME_RATES[0]} frames a second)")
    if rate != FRAME_RATES[0]:
        warnings.append(f"frame {highest}: read as {rate} frames a second")
    return rate


def _seconds(row: _Row, text: str, rate: int) -> Fraction:
    match = _TIME_CODE.fullmatch(text)
    if not match:
        raise _refused(row.line, text, "8 1 1 1 in all lines, or 01:00:10:00.00 in all")
    hours, minutes, seconds, frames, parts = (int(number or 0) for number in match.groups())
    whole = hours * HOUR_SECONDS + minutes * 60 + seconds
    return whole + (frames + Fraction(parts, SUBFRAMES)) / rate


def _implausibility(spans: Sequence[_Span], frame: Fraction) -> tuple[int, Fraction]:
    """Number of overlaps and impossible lengths, and the seconds between neighbouring spans."""
    wrong = sum(span.end <= span.start or span.end - span.start >= HOUR_SECONDS for span in spans)
    gaps = Fraction(0)
    for track in {span.row.track for span in spans}:
        of_track = sorted((s for s in spans if s.row.track == track), key=lambda span: span.start)
        for before, after in pairwise(of_track):
            wrong += before.end > after.start + frame
            gaps += abs(after.start - before.end)
    return wrong, gaps


def _on_bar_lines(span: _Span, tolerance: Fraction, warnings: list[str]) -> Clip | None:
    """The clip with both ends rounded to bar lines; None if its length isn't positive."""
    row, start, end = span.row, round(span.start), round(span.end)
    if span.end <= span.start:
        warnings.append(f"line {row.line}: {shown(row.name)} has no length: left out")
        return None
    if end > MAX_SONG_BARS:
        raise _refused(row.line, row.length_or_end, f"a song of at most {MAX_SONG_BARS} bars")
    clip = Clip(row.line, row.name, row.track, start, max(1, end - start))
    if abs(span.start - start) > tolerance or abs(span.end - clip.end_bar) > tolerance:
        warnings.append(
            f"line {row.line}: {shown(row.name)} is off the bar lines: "
            f"{_bar_number(span.start)} to {_bar_number(span.end)}, "
            f"read as {clip.start_bar + 1} to {clip.end_bar + 1}"
        )
    return clip


def _bar_number(position: Fraction) -> str:
    """A position as a bar number, from 1, for people."""
    return f"{round(float(position) + 1, 2):g}"
