"""Windows: the stretches of a song that segments are cut from.

First one window for each sung line, until the next line begins; its ends snap to a section boundary
within reach. Then the parts of sections that no line covers. Windows longer than 30 seconds are cut
into overlapping ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from training.catalogue.timeline import Section, Timeline

MAX_SECONDS = 30.0
OVERLAP_SECONDS = 2.0
SNAP_SECONDS = 2.0
# A shorter stretch between lines gets no window.
MIN_SECONDS = 2.0
# The last line of a song of one line, where no section says when it ends.
LAST_LINE_SECONDS = 3.0
ROUNDING_SECONDS = 1e-9
# Times are written, and cut, to the microsecond.
DECIMALS = 6

LYRIC, STRUCTURE = "lyric", "structure"


@dataclass(frozen=True, slots=True)
class Window:
    """One stretch.

    Attributes:
        number: of the segment, 1 the first; a line that has no time of its own leaves one out.
        begin_seconds: where it begins.
        end_seconds: where it ends.
        kind: ``lyric`` or ``structure``.
        section: the section that its middle is in; empty where none is.
        text: what is sung; empty for a section.
        written_seconds: where it began and ended before it was brought to a boundary.
        adjustments: what was moved, for people.
        part: which stretch of a long one it is, such as ``"1/3"``; empty where it is whole.
        line_number: of the lyrics' file; None for a section.
    """

    number: int
    begin_seconds: float
    end_seconds: float
    kind: str
    section: str
    text: str = ""
    written_seconds: tuple[float, float] = (0.0, 0.0)
    adjustments: tuple[str, ...] = ()
    part: str = ""
    line_number: int | None = None

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end_seconds - self.begin_seconds


def windows(song: Timeline) -> list[Window]:
    """All stretches of a song, numbered: lines in order, then what no line covers."""
    found: list[Window] = []
    number = 0
    for whole, places in _whole(song):
        parts = _parts(whole)
        number += places - 1
        for part in parts:
            number += 1
            middle = (part.begin_seconds + part.end_seconds) / 2
            found.append(
                replace(
                    part,
                    number=number,
                    begin_seconds=round(part.begin_seconds, DECIMALS),
                    end_seconds=round(part.end_seconds, DECIMALS),
                    section=_section_at(song.sections, middle),
                )
            )
    return found


def _whole(song: Timeline) -> Iterator[tuple[Window, int]]:
    """Stretches before they are cut, and how many numbers each stands for."""
    lines = list(_of_lines(song))
    yield from lines
    for begin, end in _uncovered([window for window, _ in lines], song):
        yield Window(0, begin, end, STRUCTURE, "", written_seconds=(begin, end)), 1


def _of_lines(song: Timeline) -> Iterator[tuple[Window, int]]:
    """A stretch for each line; lines that begin together are one, with both texts."""
    groups = [list(group) for _, group in groupby(song.lines, key=lambda ln: ln.begin_seconds)]
    longest = max(
        (after[0].begin_seconds - before[0].begin_seconds for before, after in pairwise(groups)),
        default=0.0,
    )
    for index, group in enumerate(groups):
        sung = [line for line in group if line.text]
        if not sung:
            continue
        begin = group[0].begin_seconds
        last = index + 1 == len(groups)
        end = _last_end(song, begin, longest) if last else groups[index + 1][0].begin_seconds
        text = " ".join(line.text for line in sung)
        line = Window(0, begin, end, LYRIC, "", text, (begin, end), line_number=sung[0].number)
        yield _snapped(line, song.sections), len(sung)


def _last_end(song: Timeline, begin: float, longest: float) -> float:
    """Where the last line ends: with its section, but no later than the longest other one would."""
    ends = [s.end_seconds for s in song.sections if s.begin_seconds <= begin < s.end_seconds]
    latest = ends[0] if ends else song.total_seconds or begin + LAST_LINE_SECONDS
    end = min(latest, begin + longest) if longest else latest
    return max(end, min(begin + LAST_LINE_SECONDS, song.total_seconds))


def _snapped(window: Window, sections: Sequence[Section]) -> Window:
    """A stretch brought to boundaries; where both ends are near the same one, the nearer end is."""
    begin, end = window.begin_seconds, window.end_seconds
    first, last = _boundary(begin, sections), _boundary(end, sections)
    if first and last and last[0] - first[0] <= ROUNDING_SECONDS:
        first, last = (first, None) if abs(first[0] - begin) <= abs(last[0] - end) else (None, last)
    new_begin, new_end = first[0] if first else begin, last[0] if last else end
    adjustments = [
        f"{what} to {found[1]} at {found[0]:.3f} s"
        for what, found in (("begin", first), ("end", last))
        if found
    ]
    return replace(
        window, begin_seconds=new_begin, end_seconds=new_end, adjustments=tuple(adjustments)
    )


def _boundary(seconds: float, sections: Sequence[Section]) -> tuple[float, str] | None:
    """The nearest boundary within reach and whose it is."""
    places = [(s.begin_seconds, s.name) for s in sections]
    places += [(s.end_seconds, s.name) for s in sections]
    near = [place for place in places if abs(place[0] - seconds) <= SNAP_SECONDS]
    return min(near, key=lambda place: abs(place[0] - seconds), default=None)


def _uncovered(lines: Sequence[Window], song: Timeline) -> Iterator[tuple[float, float]]:
    """Sections, or without any the whole song, as far as lines leave room."""
    stretches = [(s.begin_seconds, s.end_seconds) for s in song.sections]
    if not stretches and song.total_seconds:
        stretches = [(0.0, song.total_seconds)]
    for begin, end in stretches:
        place = begin
        inside = [w for w in lines if w.begin_seconds < end and w.end_seconds > begin]
        for line in sorted(inside, key=lambda window: window.begin_seconds):
            if line.begin_seconds - place >= MIN_SECONDS:
                yield place, line.begin_seconds
            place = max(place, line.end_seconds)
        if end - place >= MIN_SECONDS or (not lines and end > place):
            yield place, end


def _parts(window: Window) -> list[Window]:
    """A stretch, or the shorter ones that it is cut into."""
    if window.seconds <= MAX_SECONDS + ROUNDING_SECONDS:
        return [window]
    begins = [window.begin_seconds]
    while begins[-1] + MAX_SECONDS < window.end_seconds - ROUNDING_SECONDS:
        begins.append(begins[-1] + MAX_SECONDS - OVERLAP_SECONDS)
    return [
        replace(
            window,
            begin_seconds=begin,
            end_seconds=min(begin + MAX_SECONDS, window.end_seconds),
            part=f"{index}/{len(begins)}",
        )
        for index, begin in enumerate(begins, start=1)
    ]


def _section_at(sections: Sequence[Section], seconds: float) -> str:
    for section in sections:
        if section.begin_seconds <= seconds < section.end_seconds:
            return section.name
    return ""
