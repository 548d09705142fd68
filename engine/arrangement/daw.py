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

SUBFRAMES = 80  # of a frame

HOUR_SECONDS = 3600
COLUMNS = 4

# "8 1 1 1" and "8.1.1.1"; some programs leave the ticks out.
_BETWEEN = r"(?:\s+|\s*[.|]\s*)"
_BARS_POSITION = re.compile(
    rf"(\d{{1,6}}){_BETWEEN}(\d{{1,6}}){_BETWEEN}(\d{{1,6}})(?:{_BETWEEN}(\d{{1,6}}))?"
)
_TIME_CODE = re.compile(r"(\d{1,2})[:;](\d{1,2})[:;](\d{1,2})([:;])(\d{1,2})(?:\.(\d{1,2}))?")
DROP_FRAME_SIGN = ";"


@dataclass(frozen=True, slots=True)
class FrameRate:
    """How time code counts.

    Attributes:
        name: as people call it, frames a second.
        counted: frames that are counted as a second.
        per_second: frames that pass in one.
        is_drop_frame: whether two numbers are left out at each minute but every tenth, so that
            29.97 frames a second keep to the clock (SMPTE ST 12-1).
    """

    name: str
    counted: int
    per_second: Fraction
    is_drop_frame: bool = False

    @property
    def frame_seconds(self) -> Fraction:
        """Length of a frame."""
        return 1 / self.per_second

    def seconds(self, hours: int, minutes: int, seconds: int, frames: Fraction) -> Fraction:
        """A time code as seconds."""
        all_minutes = 60 * hours + minutes
        dropped = 2 * (all_minutes - all_minutes // 10) if self.is_drop_frame else 0
        return ((60 * all_minutes + seconds) * self.counted + frames - dropped) / self.per_second


# The one that is assumed first. Those with a comma are told by nothing but a person.
FRAME_RATES = (
    FrameRate("25", 25, Fraction(25)),
    FrameRate("24", 24, Fraction(24)),
    FrameRate("30", 30, Fraction(30)),
)
DROP_FRAME = FrameRate("29.97 drop-frame", 30, Fraction(30_000, 1001), is_drop_frame=True)
# Another rate is believed if clips are off bar lines by less than this share of what they are by
# the first. Both differ by less than a frame: which bar a clip is in hardly depends on it.
CLEARLY_NEARER = Fraction(1, 2)
NAMED_RATES = {
    **{rate.name: rate for rate in FRAME_RATES},
    "23.976": FrameRate("23.976", 24, Fraction(24_000, 1001)),
    "29.97": FrameRate("29.97", 30, Fraction(30_000, 1001)),
    "29.97df": DROP_FRAME,
}


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
        frame_rate: how time code was read, such as ``25 frames a second``; empty for bars.
        warnings: assumptions and omissions, one line each.
    """

    clips: tuple[Clip, ...]
    reading: str
    warnings: tuple[str, ...]
    frame_rate: str = ""


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


def parse_clips(
    text: str, meter: Meter, tempo_bpm: float, frame_rate: str | None = None
) -> ClipList:
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
        frame_rate: of time code, one of ``NAMED_RATES``; if None, drop-frame where its sign stands,
            else the first of ``FRAME_RATES`` but where clips are clearly nearer to bar lines by
            another, or a frame has a higher number.

    Raises:
        Refused: if the frame rate is not known, or a line can't be read; names the line, its value
            and what is accepted.
    """
    rows = _rows(text)
    if not rows:
        raise Refused("the list of clips is empty", "export it again from the DAW")
    warnings: list[str] = []
    if _BARS_POSITION.fullmatch(rows[0].position):
        spans = [_bars_span(row, meter) for row in rows]
        return ClipList(_clips(spans, Fraction(0), warnings), BARS, tuple(warnings))
    bar_seconds = Fraction(meter.bar_quarters) * 60 / Fraction(tempo_bpm)
    rate, why = _frame_rate(rows, bar_seconds, frame_rate)
    reading, spans = _time_code_spans(rows, rate, bar_seconds)
    clips = _clips(spans, rate.frame_seconds / bar_seconds, warnings)
    return ClipList(clips, reading, tuple(warnings), f"{rate.name} frames a second{why}")


def _clips(spans: Sequence[_Span], tolerance: Fraction, warnings: list[str]) -> tuple[Clip, ...]:
    clips = [clip for span in spans if (clip := _on_bar_lines(span, tolerance, warnings))]
    return tuple(sorted(clips, key=lambda clip: (clip.start_bar, clip.track, clip.line)))


def _rows(text: str) -> list[_Row]:
    lines = [
        (n, line)
        for n, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1)
        if line.strip()
    ]
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
    written = match.groups(default=str(first)) if match else ()
    numbers = [int(number) - first for number in written] or [-1]
    if min(numbers) < 0 or numbers[0] > MAX_SONG_BARS:
        raise _refused(row.line, text, "bar, beat, division and tick, such as 8 1 1 1")
    bars, beats, divisions, ticks = numbers
    bar = Fraction(meter.numerator, meter.denominator)
    rest = Fraction(beats, meter.denominator) + divisions * DIVISION + ticks * TICK
    return bars + rest / bar


def _time_code_spans(
    rows: Sequence[_Row], rate: FrameRate, bar_seconds: Fraction
) -> tuple[str, list[_Span]]:
    """The chosen reading, and the spans in bars."""
    starts = [_seconds(row, row.position, rate) for row in rows]
    lengths_or_ends = [_seconds(row, row.length_or_end, rate) for row in rows]
    offset = _whole_hours(min(starts), rate)
    timed = list(zip(rows, starts, lengths_or_ends, strict=True))
    readings = {
        LENGTHS: [_Span(row, start - offset, start - offset + long) for row, start, long in timed],
        ENDS: [_Span(row, start - offset, end - offset) for row, start, end in timed],
    }
    reading = min(readings, key=lambda name: _implausibility(readings[name], rate.frame_seconds))
    return reading, [
        _Span(span.row, span.start / bar_seconds, span.end / bar_seconds)
        for span in readings[reading]
    ]


def _whole_hours(seconds: Fraction, rate: FrameRate) -> Fraction:
    """The hours of the clock before a place, as time code of this rate counts them."""
    hours = 0
    while rate.seconds(hours + 1, 0, 0, Fraction(0)) <= seconds:
        hours += 1
    return rate.seconds(hours, 0, 0, Fraction(0))


def _frame_rate(
    rows: Sequence[_Row], bar_seconds: Fraction, named: str | None
) -> tuple[FrameRate, str]:
    """The frame rate of time code, and why it is that one, for people."""
    if named is not None and named not in NAMED_RATES:
        raise Refused(f"--frame-rate {shown(named)}", f"expected {', '.join(NAMED_RATES)}")
    matches = [
        _TIME_CODE.fullmatch(text) for row in rows for text in (row.position, row.length_or_end)
    ]
    highest = max((int(match[5]) for match in matches if match), default=0)
    is_drop_frame = any(match and match[4] == DROP_FRAME_SIGN for match in matches)
    if named is not None:
        rates: tuple[FrameRate, ...] = (NAMED_RATES[named],)
    else:
        rates = (DROP_FRAME,) if is_drop_frame else FRAME_RATES
    possible = [rate for rate in rates if highest < rate.counted]
    if not possible:
        names = ", ".join(rate.name for rate in rates)
        raise Refused(f"frame {highest} (accepted: time code of {names} frames a second)")
    if len(rates) == 1:
        return possible[0], ""
    usual = possible[0]
    if usual != FRAME_RATES[0]:
        return usual, f", because of frame {highest}"
    off = {rate: _off_bar_lines(rows, rate, bar_seconds) for rate in possible}
    best = min(possible, key=lambda rate: off[rate])
    if off[best] < CLEARLY_NEARER * off[usual]:
        return best, f", by which clips are nearer to bar lines than by {usual.name}"
    return usual, " (assumed; --frame-rate names another)"


def _off_bar_lines(rows: Sequence[_Row], rate: FrameRate, bar_seconds: Fraction) -> Fraction:
    """How far clips begin and end from bar lines at a frame rate, in bars, all together."""
    _, spans = _time_code_spans(rows, rate, bar_seconds)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    return sum((abs(edge - round(edge)) for edge in edges), Fraction(0))


def _seconds(row: _Row, text: str, rate: FrameRate) -> Fraction:
    match = _TIME_CODE.fullmatch(text)
    if not match:
        raise _refused(row.line, text, "8 1 1 1 in all lines, or 01:00:10:00.00 in all")
    hours, minutes, seconds, frames, parts = (int(match[n] or 0) for n in (1, 2, 3, 5, 6))
    return rate.seconds(hours, minutes, seconds, frames + Fraction(parts, SUBFRAMES))


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
