"""Splicing: bars out of a part, and a part with some bars of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from genomes.notes import NOTE_DTYPE, ChordSpan, Notes, Part


def cut(part: Part, onset_ticks: int, length_ticks: int) -> Part:
    """The notes of a range of time, as a part without harmony; one held into it begins with it."""
    onsets = part.notes["onset_ticks"]
    ends = np.minimum(onsets + part.notes["duration_ticks"], onset_ticks + length_ticks)
    begins = np.maximum(onsets, onset_ticks)
    notes = part.notes[inside := ends > begins].copy()
    notes["onset_ticks"] = (begins - onset_ticks)[inside]
    notes["duration_ticks"] = (ends - begins)[inside]
    return Part.of(notes, length_ticks)


def spliced(part: Part, source: Part, bars: Sequence[int], bar_ticks: int) -> Part:
    """A part with some bars of another of the same length.

    Notes and chords belong to the bar they begin in, and are cut where a stretch of the other
    part's bars begins or ends.

    Args:
        part: what is heard outside those bars.
        source: what is heard in them.
        bars: their numbers, 0 the first.
        bar_ticks: length of every bar.

    Raises:
        ValueError: if the parts are not of one length.
    """
    if part.length_ticks != source.length_ticks:
        raise ValueError(f"parts of {part.length_ticks} and {source.length_ticks} ticks")
    taken = np.zeros(part.length_ticks // bar_ticks, dtype=np.bool_)
    taken[list(bars)] = True
    edges = [*((np.flatnonzero(np.diff(taken)) + 1) * bar_ticks).tolist(), part.length_ticks]

    def from_source(onset_ticks: int) -> bool:
        return bool(taken[onset_ticks // bar_ticks])

    def from_part(onset_ticks: int) -> bool:
        return not from_source(onset_ticks)

    chosen = ((source, from_source), (part, from_part))
    notes = [_notes(each.notes, chooses, edges) for each, chooses in chosen]
    harmony = _harmony(part, source, from_source, edges)
    words = sorted(word for each, chooses in chosen for word in each.lyrics if chooses(word[0]))
    joined = np.frombuffer(b"".join(each.tobytes() for each in notes), dtype=NOTE_DTYPE)
    whole = Part.of(joined, part.length_ticks, harmony)
    return replace(whole, lyrics=tuple(words), swing=part.swing)


def _notes(notes: Notes, chooses: Callable[[int], bool], edges: Sequence[int]) -> Notes:
    """The chosen notes, none of which rings over an edge."""
    kept = notes[np.array([chooses(onset) for onset in notes["onset_ticks"].tolist()], dtype=bool)]
    cut: Notes = kept.copy()
    room = _next_edges(kept["onset_ticks"], edges) - kept["onset_ticks"]
    cut["duration_ticks"] = np.minimum(kept["duration_ticks"], room)
    return cut


def _next_edges(onsets_ticks: NDArray[np.int32], edges: Sequence[int]) -> NDArray[np.int64]:
    ordered = np.array(edges, dtype=np.int64)
    return ordered[np.searchsorted(ordered, onsets_ticks, side="right")]


def _harmony(
    part: Part, source: Part, from_source: Callable[[int], bool], edges: Sequence[int]
) -> list[ChordSpan]:
    """The chords that sound; cut at edges and begun again at each, so that they still tile."""
    if not part.harmony:
        return []
    found: list[ChordSpan] = []
    for start, end in zip([0, *edges[:-1]], edges, strict=True):
        spans = (source if from_source(start) else part).harmony
        for span in spans:
            onset, stop = max(start, span.onset_ticks), min(end, span.end_ticks)
            if onset < stop:
                found.append(replace(span, onset_ticks=onset, duration_ticks=stop - onset))
    return found
