"""Rewording: other words sung to a melody that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from genomes.lyrics import Line, Lyrics
from genomes.melody.syllables import with_syllables
from genomes.melody.timing import CLOSEST_SECONDS, SungNote, ticks_of, weight_at
from genomes.notes import Notes, Part, Word
from genomes.time import Meter

# A line begins after the longest rest within this share of a line's length of its even share.
BREATH_SHARE = 0.4


def reworded(part: Part, lyrics: Lyrics, meter: Meter, tempo_bpm: float) -> Part:
    """A melody sung to other words: its pitches and phrases stay.

    Each line takes an even share of the melody, from the breath nearest to it. Where a line has
    more syllables than notes, long notes are struck again on their pitch; where it has fewer,
    notes without a syllable are left to the one before.

    Args:
        part: the melody, with or without words.
        lyrics: the words to sing.
        meter: of all bars.
        tempo_bpm: quarter notes per minute.
    """
    if not len(part.notes):
        return part
    rows: list[tuple[int, int, int, int]] = []
    words: list[Word] = []
    closest_ticks = ticks_of(CLOSEST_SECONDS, tempo_bpm)
    stretches = _stretches(part, len(lyrics.lines))
    for (first, last), lines in zip(stretches, _shared(lyrics.lines, len(stretches)), strict=True):
        notes = part.notes[first:last]
        syllables = [syllable for line in lines for syllable in line.syllables]
        stresses = [syllable.is_stressed for syllable in syllables]
        sung = with_syllables(_sung(notes, meter), stresses, len(notes), meter, closest_ticks)
        for note in sung:
            duration = max(1, note.end_ticks - note.onset_ticks)
            before = np.searchsorted(notes["onset_ticks"], note.onset_ticks, side="right") - 1
            velocity = int(notes["velocity"][before])
            rows.append((note.onset_ticks, duration, note.height, velocity))
            if note.syllable >= 0:
                syllable = syllables[note.syllable]
                words.append((note.onset_ticks, syllable.text + " " * syllable.ends_word))
    return Part.of(rows, part.length_ticks, part.harmony, lyrics=words, swing=part.swing)


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
