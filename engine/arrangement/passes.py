"""A pass: one time through a section, the parts that play in it, and how their notes change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from genomes import Key, Meter, Part
from genomes.notes import Notes
from genomes.splicing import spliced

Row = tuple[int, int, int, int]  # onset and duration in ticks, pitch, velocity

LOWEST_PITCH, HIGHEST_PITCH = 0, 127


@dataclass(frozen=True, slots=True)
class Pass:
    """One time through a section.

    Attributes:
        parts: by stage, all of the same length.
        key: key of the song.
        meter: the meter of all bars.
        energy: loudness of the section, 0 (quietest) to 1 (loudest).
        lift: the energy less that which its parts were composed with.
        locked: by stage, the bars that a person locked, 0 the first; they are never changed.
    """

    parts: Mapping[str, Part]
    key: Key
    meter: Meter
    energy: float
    lift: float = 0.0
    locked: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def length_ticks(self) -> int:
        """Its length."""
        return next(iter(self.parts.values())).length_ticks

    @property
    def last_bar_ticks(self) -> int:
        """Onset of its last bar."""
        return self.length_ticks - self.meter.bar_ticks

    def with_part(self, stage: str, part: Part) -> Pass:
        """A copy with another part of a stage, in which locked bars are as they were."""
        bars = sorted(self.locked.get(stage, ()))
        if bars:
            part = spliced(part, self.parts[stage], bars, self.meter.bar_ticks)
        return replace(self, parts={**self.parts, stage: part})

    def is_locked(self, stage: str, onset_ticks: int) -> bool:
        """Whether the bar of a stage that contains a tick is locked."""
        return onset_ticks // self.meter.bar_ticks in self.locked.get(stage, ())


def with_notes(part: Part, notes: Notes) -> Part:
    """A part with other notes, of one pitch never two at once; its chords, words and swing stay."""
    notes = _one_at_a_time(notes)
    return Part.of(notes, part.length_ticks, part.harmony, lyrics=part.lyrics, swing=part.swing)


def _one_at_a_time(notes: Notes) -> Notes:
    """The notes, each cut where its pitch is struck again; of those struck together the longest."""
    longest_first = notes[np.argsort(-notes["duration_ticks"], kind="stable")]
    _, kept = np.unique(longest_first[["pitch", "onset_ticks"]], return_index=True)
    ordered: Notes = longest_first[kept]
    is_same = ordered["pitch"][1:] == ordered["pitch"][:-1]
    room = np.where(is_same, np.diff(ordered["onset_ticks"]), np.iinfo(np.int32).max)
    ordered["duration_ticks"][:-1] = np.minimum(ordered["duration_ticks"][:-1], room)
    return ordered


def with_rows(part: Part, notes: Notes, rows: Iterable[Row], *, is_drum: bool = False) -> Part:
    """A part whose notes are these notes and these rows."""
    added = np.array([(*row, is_drum) for row in rows], dtype=notes.dtype)
    return with_notes(part, np.concatenate([notes, added]))


def ends_ticks(notes: Notes) -> NDArray[np.int64]:
    """Where each note ends, ``(n,)``."""
    ends: NDArray[np.int64] = notes["onset_ticks"].astype(np.int64) + notes["duration_ticks"]
    return ends


def cut_short(notes: Notes, at_ticks: int) -> Notes:
    """A copy in which no note that began before a tick sounds after it."""
    short: Notes = notes.copy()
    is_before = notes["onset_ticks"] < at_ticks
    ends = np.minimum(ends_ticks(notes), np.where(is_before, at_ticks, np.iinfo(np.int64).max))
    short["duration_ticks"] = ends - notes["onset_ticks"]
    return short


def nearest(pitch: int, pitch_classes: Iterable[int]) -> int:
    """The pitch nearest to another among those of some pitch classes, the lower of two."""
    distances = {(each - pitch + 6) % 12 - 6 for each in pitch_classes}
    found = pitch + min(distances, key=lambda distance: (abs(distance), distance))
    return found + 12 if found < LOWEST_PITCH else found - 12 if found > HIGHEST_PITCH else found


def excerpt(part: Part, first_bar: int, last_bar: int, bar_ticks: int) -> Part:
    """Some bars of a part.

    Args:
        part: the part.
        first_bar: number of the first bar, from 1.
        last_bar: number of the last bar, which belongs to the excerpt.
        bar_ticks: length of a bar.
    """
    start, end = (first_bar - 1) * bar_ticks, last_bar * bar_ticks
    onsets = part.notes["onset_ticks"]
    notes = part.notes[(onsets >= start) & (onsets < end)].copy()
    notes["duration_ticks"] = np.minimum(ends_ticks(notes), end) - notes["onset_ticks"]
    notes["onset_ticks"] -= start
    harmony = [
        replace(
            span,
            onset_ticks=max(start, span.onset_ticks) - start,
            duration_ticks=min(end, span.end_ticks) - max(start, span.onset_ticks),
        )
        for span in part.harmony
        if span.onset_ticks < end and span.end_ticks > start
    ]
    lyrics = [(onset - start, text) for onset, text in part.lyrics if start <= onset < end]
    return Part.of(notes, end - start, harmony, lyrics=lyrics, swing=part.swing)
