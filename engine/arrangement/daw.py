"""A DAW's list of clips: tab-separated text, with positions as bars or as time code."""

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

# A division and a tick of a bars position, in whole notes: a sixteenth, and 960 to the quarter.
DIVISION, TICK = Fraction(1, 16), Fraction(1, 3840)

# Frames a second, the usual one first; eighty parts to a frame.
FRAME_RATES = (25, 30)
SUBFRAMES = 80

HOUR_SECONDS = 3600
COLUMNS = 4

_BARS_PLACE = re.compile(r"(\d{1,6})\s+(\d{1,6})\s+(\d{1,6})\s+(\d{1,6})")
_TIME_CODE = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of one track, on bar lines.

    Attributes:
        line: where it stands in the file, 1 the first.
        name: as the DAW calls it.
        track: the number of its track.
        start_bar: 0 the first of the song.
        bars: its length, at least 1.
    """

    line: int
    name: str
    track: int
    start_bar: int
    bars: int

    @property
    def end_bar(self) -> int:
        """The bar after its last."""
        return self.start_bar + self.bars


@dataclass(frozen=True, slots=True)
class ClipList:
    """What a file says.

    Attributes:
        clips: by the bar that they begin in.
        reading: how its columns were read: ``BARS``, ``LENGTHS`` or ``ENDS``.
        warnings: what had to be assumed or left out, one line each.
    """

    clips: tuple[Clip, ...]
    reading: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A line's four columns."""

    line: int
    place: str
    name: str
    track: int
    extent: str


@dataclass(frozen=True, slots=True)
class _Span:
    """A row in time, in bars of the song, anywhere between bar lines."""

    row: _Row
    start: Fraction
    end: Fraction


def parse_clips(text: str, meter: Meter, tempo_bpm: float) -> ClipList:
    """Read a list of clips.

    The fourth column of a bars list is a length. That of a time code list is a length in some
    files and an end in others: whichever lets fewer clips of a track overlap or end before they
    begin, then whichever leaves less room between them; in doubt a length. Whole hours before the
    first clip are dropped.

    Args:
        text: a line for each clip: position, name, track and length, tabs between; a line of
            headings may come first.
        meter: of the song.
        tempo_bpm: of the song, in quarter notes per minute.

    Raises:
        Refused: naming the line, what stands there and what is accepted.
    """
    rows = _rows(text)
    if not rows:
        raise Refused("the list of clips is empty", "export it again from the DAW")
    warnings: list[str] = []
    if _BARS_PLACE.fullmatch(rows[0].place):
        reading, spans, slack = BARS, [_bars_span(row, meter) for row in rows], Fraction(0)
    else:
        reading, spans, frame = _time_code_spans(rows, warnings)
        bar_seconds = Fraction(meter.bar_quarters) * 60 / Fraction(tempo_bpm)
        spans = [_Span(s.row, s.start / bar_seconds, s.end / bar_seconds) for s in spans]
        slack = frame / bar_seconds
    clips = [clip for span in spans if (clip := _on_bar_lines(span, slack, warnings))]
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
    place, *name, track, extent = columns
    if not re.fullmatch(r"[0-9]{1,4}", track):
        raise _refused(number, track, "the number of a track")
    return _Row(number, place, one_line(" ".join(name)), int(track), extent)


def _refused(number: int, value: str, accepted: str) -> Refused:
    return Refused(f"line {number}: {shown(value)} (accepted: {accepted})")


def _bars_span(row: _Row, meter: Meter) -> _Span:
    start = _bars_of(row, row.place, meter, first=1)
    return _Span(row, start, start + _bars_of(row, row.extent, meter, first=0))


def _bars_of(row: _Row, text: str, meter: Meter, first: int) -> Fraction:
    """Bars, beats, divisions and ticks as bars; all count from 1 in positions, 0 in lengths."""
    match = _BARS_PLACE.fullmatch(text)
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
    """The reading, the spans in seconds, and how long a frame is."""
    rate = _frame_rate(rows, warnings)
    starts = [_seconds(row, row.place, rate) for row in rows]
    extents = [_seconds(row, row.extent, rate) for row in rows]
    offset = min(starts) // HOUR_SECONDS * HOUR_SECONDS
    timed = list(zip(rows, starts, extents, strict=True))
    readings = {
        LENGTHS: [_Span(row, start - offset, start - offset + long) for row, start, long in timed],
        ENDS: [_Span(row, start - offset, end - offset) for row, start, end in timed],
    }
    reading = min(readings, key=lambda name: _misfit(readings[name], Fraction(1, rate)))
    return reading, readings[reading], Fraction(1, rate)


def _frame_rate(rows: Sequence[_Row], warnings: list[str]) -> int:
    matches = [_TIME_CODE.fullmatch(text) for row in rows for text in (row.place, row.extent)]
    most = max((int(match[4]) for match in matches if match), default=0)
    rate = next((rate for rate in FRAME_RATES if most < rate), 0)
    if not rate:
        raise Refused(f"frame {most} (accepted: time code of {FRAME_RATES[0]} frames a second)")
    if rate != FRAME_RATES[0]:
        warnings.append(f"frame {most}: read as {rate} frames a second")
    return rate


def _seconds(row: _Row, text: str, rate: int) -> Fraction:
    match = _TIME_CODE.fullmatch(text)
    if not match:
        raise _refused(row.line, text, "8 1 1 1 in all lines, or 01:00:10:00.00 in all")
    hours, minutes, seconds, frames, parts = (int(number or 0) for number in match.groups())
    whole = hours * HOUR_SECONDS + minutes * 60 + seconds
    return whole + (frames + Fraction(parts, SUBFRAMES)) / rate


def _misfit(spans: Sequence[_Span], frame: Fraction) -> tuple[int, Fraction]:
    """How many spans can't be, and the seconds between those that follow each other."""
    wrong = sum(span.end <= span.start or span.end - span.start >= HOUR_SECONDS for span in spans)
    apart = Fraction(0)
    for track in {span.row.track for span in spans}:
        mine = sorted((s for s in spans if s.row.track == track), key=lambda span: span.start)
        for before, after in pairwise(mine):
            wrong += before.end > after.start + frame
            apart += abs(after.start - before.end)
    return wrong, apart


def _on_bar_lines(span: _Span, slack: Fraction, warnings: list[str]) -> Clip | None:
    """The clip with both ends on the nearest bar lines; None if it has no length."""
    row, start, end = span.row, round(span.start), round(span.end)
    if span.end <= span.start:
        warnings.append(f"line {row.line}: {shown(row.name)} has no length: left out")
        return None
    if end > MAX_SONG_BARS:
        raise _refused(row.line, row.extent, f"a song of at most {MAX_SONG_BARS} bars")
    clip = Clip(row.line, row.name, row.track, start, max(1, end - start))
    if abs(span.start - start) > slack or abs(span.end - clip.end_bar) > slack:
        warnings.append(
            f"line {row.line}: {shown(row.name)} is off the bar lines: {_shown(span.start)} to "
            f"{_shown(span.end)}, read as {clip.start_bar + 1} to {clip.end_bar + 1}"
        )
    return clip


def _shown(place: Fraction) -> str:
    """A place as people count bars, the first one 1."""
    return f"{round(float(place) + 1, 2):g}"
