"""A staff as notes, chords and rests, split at bar lines and beats and tied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from engine.notation.grid import Grid, grid_of
from genomes.grid import EIGHTH_TICKS, in_quarters
from genomes.midi import DRUM_CHANNEL, Track
from genomes.notes import Part
from genomes.time import Meter

# Lengths that one note has, dotted or not, the longest first; the shortest divides every binary
# grid.
NOTE_TICKS = (3840, 2880, 1920, 1440, 960, 720, 480, 360, 240, 180, 120, 60)

# Of the groups that are neither the downbeat nor the second accent.
LIGHT_ACCENT = 0.25

Span = tuple[int, int, int]  # onset and end in ticks, pitch


@dataclass(frozen=True, slots=True)
class Piece:
    """A note, a chord or a rest of one written length.

    Attributes:
        onset_ticks: from the start of the score.
        duration_ticks: at least 1; it never crosses a bar line.
        pitches: from the lowest; none is a rest.
        tied_back: pitches tied to the piece before.
        tied_on: pitches tied to the piece after.
        lyric: the syllable that begins here, empty if none does.
        syllabic: its place in its word: ``single``, ``begin``, ``middle`` or ``end``.
    """

    onset_ticks: int
    duration_ticks: int
    pitches: tuple[int, ...]
    tied_back: frozenset[int] = frozenset()
    tied_on: frozenset[int] = frozenset()
    lyric: str = ""
    syllabic: str = "single"


def staff(track: Track, meter: Meter, bars: int) -> tuple[tuple[Piece, ...], ...]:
    """The pieces of each bar; those of one bar fill it."""
    part = track.part
    grid = grid_of(part.notes["onset_ticks"], meter, bars)
    spans = _strokes(part, grid) if track.channel == DRUM_CHANNEL else notated(part, grid)
    syllables = _syllables(part, grid, sorted({onset for onset, _, _ in spans}))
    by_bar: list[list[Piece]] = [[] for _ in range(bars)]
    for piece in _pieces(spans, grid, meter, syllables):
        by_bar[piece.onset_ticks // meter.bar_ticks].append(piece)
    return tuple(tuple(bar) for bar in by_bar)


def notated(part: Part, grid: Grid) -> list[Span]:
    """Notes on the grid, in order; no two of one pitch overlap, the later one sounds."""
    onsets = grid.onsets(part.notes["onset_ticks"]).tolist()
    ends = grid.nearest(part.notes["onset_ticks"] + part.notes["duration_ticks"]).tolist()
    longest: dict[tuple[int, int], int] = {}
    for onset, end, pitch in zip(onsets, ends, part.notes["pitch"].tolist(), strict=True):
        end_at_least = max(end, grid.next_line(onset))
        longest[pitch, onset] = max(end_at_least, longest.get((pitch, onset), 0))
    spans: list[Span] = []
    following: dict[int, int] = {}
    for (pitch, onset), end in sorted(longest.items(), reverse=True):
        spans.append((onset, min(end, following.get(pitch, end)), pitch))
        following[pitch] = onset
    return sorted(spans)


def _strokes(part: Part, grid: Grid) -> list[Span]:
    """Drums on the grid: each lasts until the next stroke or beat."""
    onsets = grid.onsets(part.notes["onset_ticks"]).tolist()
    strokes = sorted(set(zip(onsets, part.notes["pitch"].tolist(), strict=True)))
    times = sorted(set(onsets))
    following = dict(pairwise((*times, int(grid.lines[-1]))))
    return [
        (onset, min(following[onset], grid.next_beat(onset)), pitch) for onset, pitch in strokes
    ]


def _pieces(
    spans: Sequence[Span], grid: Grid, meter: Meter, syllables: dict[int, tuple[str, str]]
) -> Iterator[Piece]:
    """Split the spans at every onset, end, bar line and tuplet edge, and into written lengths."""
    edges = {edge for onset, end, _ in spans for edge in (onset, end)}
    bar_lines = range(0, int(grid.lines[-1]) + 1, meter.bar_ticks)
    coming = sorted(spans, reverse=True)
    sounding: dict[int, Span] = {}
    for segment_start, segment_end in pairwise(sorted({*edges, *bar_lines, *grid.tuplet_edges})):
        sounding = {p: span for p, span in sounding.items() if span[1] > segment_start}
        while coming and coming[-1][0] == segment_start:
            span = coming.pop()
            sounding[span[2]] = span
        for start, end in pairwise(_written_lengths(segment_start, segment_end, meter)):
            pitches = tuple(sorted(sounding))
            yield Piece(
                start,
                end - start,
                pitches,
                frozenset(p for p in pitches if sounding[p][0] < start),
                frozenset(p for p in pitches if sounding[p][1] > end),
                *syllables.get(start, ()),
            )


def _written_lengths(start: int, end: int, meter: Meter) -> Iterator[int]:
    """Where the written notes of a stretch within a bar begin, and its end."""
    bar_start = start - start % meter.bar_ticks
    edges = [bar_start + edge for edge in (*meter.group_onsets_ticks, meter.bar_ticks)]
    yield start
    while start < end:
        start += _longest_note(_reach(start, end, edges, meter) - start)
        yield start


def _reach(start: int, end: int, edges: Sequence[int], meter: Meter) -> int:
    """Where a written note must end: it crosses the end of a beat group only if it begins on one.

    The exception is a syncopated quarter between two eighths, which is common notation.
    """
    if start in edges:
        return end
    group, edge = next((group, edge) for group, edge in enumerate(edges) if edge > start)
    is_syncopated = edge - start == end - edge == EIGHTH_TICKS
    if is_syncopated and in_quarters(meter) and meter.accents[group] == LIGHT_ACCENT:
        return end
    return min(end, edge)


def _longest_note(ticks: int) -> int:
    """The longest single note no longer than this; within a tuplet it is all of it."""
    if ticks % NOTE_TICKS[-1]:
        return ticks
    return next(length for length in NOTE_TICKS if length <= ticks)


def _syllables(part: Part, grid: Grid, onsets: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Text and place in its word of each syllable, by the onset of the note that it is sung on."""
    found: dict[int, tuple[str, str]] = {}
    inside_word = False
    for onset, text in part.lyrics:
        ends_word = text.endswith(" ")
        syllabic = {
            (False, True): "single",
            (False, False): "begin",
            (True, False): "middle",
            (True, True): "end",
        }[inside_word, ends_word]
        inside_word = not ends_word
        line = int(grid.onsets(onset))
        place = next((o for o in onsets if o >= line), onsets[-1] if onsets else line)
        earlier, _ = found.get(place, ("", ""))
        found[place] = (f"{earlier} {text}".strip(), syllabic)
    return found
