"""Rewording: other words sung to a melody that is there already."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from genomes.grid import EIGHTH_TICKS
from genomes.lyrics import Line, Lyrics, Syllable
from genomes.melody.syllables import STRONG_WEIGHT, with_syllables
from genomes.melody.timing import (
    BREATH_SECONDS,
    CLOSEST_SECONDS,
    MOST_PICKUPS,
    SungNote,
    ticks_of,
    weight_at,
)
from genomes.notes import Notes, Part, Word
from genomes.time import TICKS_PER_QUARTER, Meter

# A line begins after the longest rest within this share of a line's length of its even share.
BREATH_SHARE = 0.4

# No note is split into shorter ones than this, a 32nd: syllables for which there is no room then
# share a note.
SHORTEST_TICKS = TICKS_PER_QUARTER // 8


def reworded(
    part: Part,
    lyrics: Lyrics,
    meter: Meter,
    tempo_bpm: float,
    locked_bars: Collection[int] = (),
) -> Part:
    """A melody sung to other words: its pitches and phrases stay.

    Each line takes an even share of the melody, from the breath nearest to it. Where a line has
    more syllables than notes, its unstressed first ones are sung in the rest before the melody's
    accent, on the pitch of that, and long notes are struck again on their pitch; where it has
    fewer, notes without a syllable are left to the one before. The notes of locked bars stay as
    they are. Where notes can't be split for all syllables, several are sung on one note.

    Args:
        part: the melody, with or without words.
        lyrics: the words to sing.
        meter: of all bars.
        tempo_bpm: quarter notes per minute.
        locked_bars: numbers of the bars whose notes stay, 0 the first.
    """
    if not len(part.notes):
        return part
    rows: list[tuple[int, int, int, int]] = []
    words: list[Word] = []
    closest_ticks = ticks_of(CLOSEST_SECONDS, tempo_bpm)
    breath_ticks = ticks_of(BREATH_SECONDS, tempo_bpm)
    stretches = _stretches(part, len(lyrics.lines))
    for (first, last), lines in zip(stretches, _shared(lyrics.lines, len(stretches)), strict=True):
        given = [syllable for line in lines for syllable in line.syllables]
        begins_ticks = rows[-1][0] + rows[-1][1] if rows else 0
        room_ticks = int(part.notes["onset_ticks"][first]) - begins_ticks - breath_ticks
        notes = part.notes[first:last]
        if len(given) > len(notes):
            notes = _with_pickup(notes, given, meter, room_ticks, locked_bars)
        fixed = _in_bars(notes, locked_bars, meter)
        syllables = _fitting(given, notes, fixed)
        stresses = [syllable.is_stressed for syllable in syllables]
        sung = with_syllables(
            _sung(notes, meter), stresses, len(notes), meter, closest_ticks, fixed
        )
        for note in sung:
            before = int(np.searchsorted(notes["onset_ticks"], note.onset_ticks, side="right")) - 1
            duration = max(1, note.end_ticks - note.onset_ticks)
            if before in fixed:
                duration = int(notes["duration_ticks"][before])
            velocity = int(notes["velocity"][before])
            rows.append((note.onset_ticks, duration, note.height, velocity))
            if note.syllable >= 0:
                syllable = syllables[note.syllable]
                words.append((note.onset_ticks, syllable.text + " " * syllable.ends_word))
    return Part.of(rows, part.length_ticks, part.harmony, lyrics=words, swing=part.swing)


def _with_pickup(
    notes: Notes,
    syllables: Sequence[Syllable],
    meter: Meter,
    room_ticks: int,
    locked_bars: Collection[int],
) -> Notes:
    """The notes of a stretch with one before its accent for each unstressed first syllable.

    Args:
        notes: of the stretch.
        syllables: that are sung on them.
        meter: of all bars.
        room_ticks: rest before the first note, less a breath.
        locked_bars: bars in which no note is added.
    """
    first_ticks = int(notes["onset_ticks"][0])
    leading = next((i for i, each in enumerate(syllables) if each.is_stressed), 0)
    count = min(leading, MOST_PICKUPS, max(0, room_ticks) // EIGHTH_TICKS)
    begins_ticks = first_ticks - count * EIGHTH_TICKS
    bars = range(begins_ticks // meter.bar_ticks, (first_ticks - 1) // meter.bar_ticks + 1)
    is_locked = any(bar in locked_bars for bar in bars)
    if not count or is_locked or weight_at(first_ticks, meter) < STRONG_WEIGHT:
        return notes
    added = np.repeat(notes[:1], count)
    added["onset_ticks"] = begins_ticks + np.arange(count) * EIGHTH_TICKS
    added["duration_ticks"] = EIGHTH_TICKS
    joined: Notes = np.concatenate([added, notes])
    return joined


def _in_bars(notes: Notes, bars: Collection[int], meter: Meter) -> frozenset[int]:
    """Places of the notes that sound in some bars."""
    first = notes["onset_ticks"] // meter.bar_ticks
    last = (notes["onset_ticks"] + notes["duration_ticks"] - 1) // meter.bar_ticks
    spans = zip(first.tolist(), last.tolist(), strict=True)
    return frozenset(
        index
        for index, (begin, end) in enumerate(spans)
        if any(begin <= bar <= end for bar in bars)
    )


def _fitting(syllables: Sequence[Syllable], notes: Notes, fixed: frozenset[int]) -> list[Syllable]:
    """The syllables, several as one where the notes can't be split for all of them."""
    free = np.delete(notes["duration_ticks"], sorted(fixed))
    count = len(fixed) + int(np.maximum(1, free // SHORTEST_TICKS).sum())
    if len(syllables) <= count:
        return list(syllables)
    edges = [index * len(syllables) // count for index in range(count + 1)]
    return [_as_one(syllables[start:end]) for start, end in pairwise(edges)]


def _as_one(syllables: Sequence[Syllable]) -> Syllable:
    """Syllables that are sung on one note."""
    text = "".join(each.text + " " * each.ends_word for each in syllables)
    is_stressed = any(each.is_stressed for each in syllables)
    return Syllable(text.rstrip(" "), is_stressed, syllables[-1].ends_word)


def _sung(notes: Notes, meter: Meter) -> list[SungNote]:
    """The notes of a stretch, their pitches as heights, none longer than to the next."""
    onsets = notes["onset_ticks"].tolist()
    limits = [*onsets[1:], int(notes["onset_ticks"][-1]) + int(notes["duration_ticks"][-1])]
    return [
        SungNote(onset, min(onset + duration, limit), pitch, weight_at(onset, meter), -1, False)
        for (onset, duration, pitch, _, _), limit in zip(notes.tolist(), limits, strict=True)
    ]


def _stretches(part: Part, lines: int) -> list[tuple[int, int]]:
    """First note and end of each line's notes; fewer stretches where there are too few notes."""
    onsets = part.notes["onset_ticks"].astype(float)
    ends = onsets + part.notes["duration_ticks"]
    rests = np.append(0.0, onsets[1:] - ends[:-1])
    line_ticks = part.length_ticks / lines
    starts = [0]
    for line in range(1, lines):
        distances = np.abs(onsets - line * line_ticks)
        near = np.flatnonzero(distances <= BREATH_SHARE * line_ticks)
        near = near[near > starts[-1]]
        if len(near):
            starts.append(int(max(near, key=lambda note: (rests[note], -distances[note]))))
    return list(zip(starts, [*starts[1:], len(onsets)], strict=True))


def _shared(lines: Sequence[Line], stretches: int) -> list[Sequence[Line]]:
    """The lines of each stretch, in order."""
    edges = [index * len(lines) // stretches for index in range(stretches + 1)]
    return [lines[start:end] for start, end in pairwise(edges)]
