"""The timeline of a song: its sections and lines in seconds, with contradictions repaired.

In a manifest each section begins one unit of its timecode after the end of the one before; here
both are one boundary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from documents.timecodes import (
    DECIMAL,
    FRAMES_25,
    FRAMES_30,
    TENTHS_25,
    TENTHS_30,
    Reading,
    Timecode,
    reading_of,
)
from training.catalogue.lyrics import Line, Lyrics
from training.catalogue.songs import Song, WrittenSection

# An end and a beginning this near are one boundary.
BOUNDARY_SECONDS = 0.1
# As near to a beat as two frames.
ON_BEAT_SECONDS = 0.06
# Times this far past the running time are reported.
PAST_SECONDS = 1.0
LONGEST_SECONDS = 3600.0
HOUR_MINUTES = 60
# One unit of a fraction of three digits.
_UNIT_SECONDS = 0.0011
# Where tenths of frames are written, some places are whole frames.
WHOLE_FRAMES = {TENTHS_25: FRAMES_25, TENTHS_30: FRAMES_30}


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the song."""

    name: str
    begin_seconds: float
    end_seconds: float


@dataclass(frozen=True, slots=True)
class Sung:
    """A line where it is sung.

    Attributes:
        begin_seconds: where it begins; it lasts until the next one.
        text: empty where the singing stops.
        number: of the line of the lyrics' file.
    """

    begin_seconds: float
    text: str
    number: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Where everything of a song is.

    Attributes:
        sections: in order.
        lines: in order; empty for a song without lyrics that have times.
        total_seconds: of the whole song; 0 where nothing says it.
        repairs: what was mended or left out, one line each.
        readings: of the manifest's fractions and the lyrics', for people.
        on_beat: how many section boundaries are on a beat, in this reading and as decimals, and
            how many there are.
    """

    sections: tuple[Section, ...]
    lines: tuple[Sung, ...]
    total_seconds: float
    repairs: tuple[str, ...]
    readings: tuple[str, str]
    on_beat: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Coded:
    """A section with its timecodes read."""

    name: str
    begin: Timecode
    end: Timecode


def timeline(song: Song, lyrics: Lyrics | None) -> Timeline:
    """Bring a song's times to seconds."""
    repairs: list[str] = []
    codes = [line.code for line in lyrics.lines] if lyrics else []
    coded = _joined(_coded(song.sections, repairs))
    total = _running_time(song.running_time, repairs)
    ends = [section.end for section in coded]
    reading = reading_of([*ends, *([total] if total else [])])
    lyric_reading = reading_of(codes, reading)
    frames = _whole_frames(ends, codes, reading, song.tempo_bpm)
    coded = [_in_tenths(section, frames) for section in coded]
    repairs += [f"structure: {code} is in whole frames" for code in frames]
    sections = _in_order(_in_seconds(coded, reading, repairs), repairs)
    lines = _lines(lyrics.lines if lyrics else (), lyric_reading, repairs)
    lines = _without_hour(lines, total, repairs)
    lines = _earlier_by(lyrics.offset_seconds if lyrics else 0.0, lines, repairs)
    total_seconds = _total(total, reading, sections, lines, repairs)
    kept = [line for line in lines if line.begin_seconds < total_seconds or not total_seconds]
    repairs += [
        f"lyrics line {line.number}: begins at {line.begin_seconds:.1f} s, after the song's "
        f"{total_seconds:.1f} s; left out"
        for line in lines[len(kept) :]
    ]
    return Timeline(
        tuple(sections),
        tuple(kept),
        total_seconds,
        tuple(repairs),
        (reading.name if coded else "", lyric_reading.name if lines else ""),
        _on_beat([section.end for section in coded[:-1]], reading, song.tempo_bpm),
    )


def _coded(sections: Sequence[WrittenSection], repairs: list[str]) -> list[_Coded]:
    found = []
    for section in sections:
        try:
            codes = Timecode.parse(section.begin), Timecode.parse(section.end)
        except ValueError as error:
            repairs.append(f"section {section.name!r}: {error}; left out")
            continue
        found.append(_Coded(section.name, *codes))
    if found and all(code.begin.minutes >= HOUR_MINUTES for code in found):
        repairs.append("structure: every time has an hour too much; taken off")
        found = [replace(c, begin=_earlier(c.begin), end=_earlier(c.end)) for c in found]
    return found


def _earlier(code: Timecode) -> Timecode:
    return replace(code, minutes=max(0, code.minutes - HOUR_MINUTES))


def _running_time(text: str, repairs: list[str]) -> Timecode | None:
    if not text:
        return None
    try:
        return Timecode.parse(text)
    except ValueError as error:
        repairs.append(f"TRT: {error}; left out")
        return None


def _joined(coded: Sequence[_Coded]) -> list[_Coded]:
    """Sections of which an end and the beginning one unit later are one timecode."""
    found = list(coded)
    for index, (section, following) in enumerate(pairwise(coded)):
        end, begin = section.end, following.begin
        later = begin.fraction - end.fraction
        if (end.minutes, end.seconds) == (begin.minutes, begin.seconds) and later in (0, 1):
            found[index + 1] = replace(found[index + 1], begin=end)
        elif (
            later < 0
            and begin.fraction == 0
            and (abs(begin.in_seconds(DECIMAL) - end.in_seconds(DECIMAL)) <= _UNIT_SECONDS)
        ):
            found[index] = replace(found[index], end=begin)
    return found


def _whole_frames(
    ends: Sequence[Timecode], sung: Sequence[Timecode], reading: Reading, tempo_bpm: float
) -> list[Timecode]:
    """Places that are whole frames among tenths: only so on a beat, or so in the lyrics too."""
    frames = WHOLE_FRAMES.get(reading)
    if frames is None:
        return []
    known = set(sung) if reading_of(sung) == frames else set()
    found = []
    for end in ends:
        if end.fraction and frames.takes(end):
            as_tenths, as_frames = (_off_beat(end, read, tempo_bpm) for read in (reading, frames))
            only_so = as_frames < ON_BEAT_SECONDS / 2 and as_tenths > ON_BEAT_SECONDS
            if only_so or end in known:
                found.append(end)
    return found


def _in_tenths(section: _Coded, frames: Sequence[Timecode]) -> _Coded:
    """A section whose whole frames are tenths as all others are."""
    begin, end = (
        replace(code, fraction=10 * code.fraction) if code in frames else code
        for code in (section.begin, section.end)
    )
    return replace(section, begin=begin, end=end)


def _off_beat(code: Timecode, reading: Reading, tempo_bpm: float) -> float:
    """Seconds to the nearest beat."""
    beat = 60 / tempo_bpm
    seconds = code.in_seconds(reading)
    return abs(seconds - round(seconds / beat) * beat)


def _on_beat(cuts: Sequence[Timecode], reading: Reading, tempo_bpm: float) -> tuple[int, int, int]:
    read, as_decimals = (
        sum(_off_beat(code, either, tempo_bpm) <= ON_BEAT_SECONDS for code in cuts)
        for either in (reading, DECIMAL)
    )
    return read, as_decimals, len(cuts)


def _in_seconds(coded: Sequence[_Coded], reading: Reading, repairs: list[str]) -> Iterator[Section]:
    """Sections as they are written, an end before its beginning moved to the minute it is in."""
    for section in coded:
        begin, end = section.begin.in_seconds(reading), section.end.in_seconds(reading)
        if end < begin - BOUNDARY_SECONDS:
            mended = _next_with_these_seconds(end, begin)
            repairs.append(
                f"section {section.name!r}: the end {section.end} is before its beginning "
                f"{section.begin}; read as {mended:.3f} s"
            )
            end = mended
        yield Section(section.name, begin, end)


def _next_with_these_seconds(seconds: float, after: float) -> float:
    """The first place after another with the same seconds in its minute."""
    minute = 60.0
    wanted = seconds % minute
    found = after - after % minute + wanted
    return found if found > after else found + minute


def _in_order(sections: Iterator[Section], repairs: list[str]) -> list[Section]:
    """Sections in order, neighbours with one boundary, none of them empty."""
    ordered = sorted(sections, key=lambda section: section.begin_seconds)
    for index, (section, following) in enumerate(pairwise(ordered)):
        apart = following.begin_seconds - section.end_seconds
        if abs(apart) <= BOUNDARY_SECONDS:
            ordered[index + 1] = replace(following, begin_seconds=section.end_seconds)
        elif apart < 0:
            repairs.append(
                f"section {section.name!r}: runs {-apart:.3f} s into {following.name!r}; cut there"
            )
            ordered[index] = replace(section, end_seconds=following.begin_seconds)
        else:
            repairs.append(f"{apart:.3f} s between {section.name!r} and {following.name!r}")
    for section in ordered:
        if section.end_seconds - section.begin_seconds <= BOUNDARY_SECONDS:
            repairs.append(f"section {section.name!r}: ends where it begins; left out")
        elif section.end_seconds > LONGEST_SECONDS:
            repairs.append(f"section {section.name!r}: ends after an hour; left out")
    return [
        section
        for section in ordered
        if section.end_seconds - section.begin_seconds > BOUNDARY_SECONDS
        and section.end_seconds <= LONGEST_SECONDS
    ]


def _lines(lines: Sequence[Line], reading: Reading, repairs: list[str]) -> list[Sung]:
    sung = [Sung(line.code.in_seconds(reading), line.text, line.number) for line in lines]
    ordered = sorted(sung, key=lambda line: line.begin_seconds)
    if ordered != sung:
        repairs.append("lyrics: times are out of order; sorted")
    return ordered


def _without_hour(lines: list[Sung], total: Timecode | None, repairs: list[str]) -> list[Sung]:
    """Lines without the hour that a project's clock began at."""
    hour = 60.0 * HOUR_MINUTES
    is_short = total is None or total.minutes < HOUR_MINUTES
    if not lines or not is_short or lines[0].begin_seconds < hour:
        return lines
    repairs.append("lyrics: every time has an hour too much; taken off")
    return [replace(line, begin_seconds=line.begin_seconds - hour) for line in lines]


def _earlier_by(seconds: float, lines: list[Sung], repairs: list[str]) -> list[Sung]:
    """Lines by a file's ``offset``: earlier, or later where it is below 0."""
    if not seconds or not lines:
        return lines
    way = "earlier" if seconds > 0 else "later"
    repairs.append(f"lyrics: the offset makes every line {abs(seconds):.3f} s {way}")
    return [replace(line, begin_seconds=max(0.0, line.begin_seconds - seconds)) for line in lines]


def _total(
    code: Timecode | None,
    reading: Reading,
    sections: Sequence[Section],
    lines: Sequence[Sung],
    repairs: list[str],
) -> float:
    """How long the song is, by its running time and what happens in it."""
    last_end = max((section.end_seconds for section in sections), default=0.0)
    begins = [*(s.begin_seconds for s in sections), *(ln.begin_seconds for ln in lines)]
    last_begin = max((begin for begin in begins if begin <= LONGEST_SECONDS), default=0.0)
    if code is None:
        return last_end or (last_begin + 1.0 if begins else 0.0)
    total = code.in_seconds(reading)
    if total > LONGEST_SECONDS:
        mended = last_end or min(last_begin + 1.0, LONGEST_SECONDS)
        repairs.append(f"TRT: {code} is more than an hour; read as {mended:.3f} s")
        return mended
    if total <= last_begin:
        mended = last_end if last_end > last_begin else _next_with_these_seconds(total, last_begin)
        repairs.append(f"TRT: {code} is before the last section or line; read as {mended:.3f} s")
        return mended
    if last_end > total + PAST_SECONDS:
        repairs.append(f"TRT: {code} is {last_end - total:.1f} s before the last section's end")
    elif sections and last_end < total - PAST_SECONDS:
        repairs.append(f"TRT: {code} is {total - last_end:.1f} s after the last section's end")
    return max(total, last_end)
