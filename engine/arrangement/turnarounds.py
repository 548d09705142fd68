"""Turnarounds: the last beats of a section lead into the chord that the next one begins with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.arrangement.passes import (
    Pass,
    Row,
    cut_short,
    ends_ticks,
    nearest,
    with_notes,
    with_rows,
)
from genomes import ChordSpan, Key, Meter, Part
from genomes.chords.functions import functions, on_degree
from genomes.chords.harmony import Chord
from genomes.chords.rendering import chord_span
from genomes.notes import Notes

# Semitones from the next root up to that of a chord that leads to it already: the dominant,
# the subdominant, the chords on either side, and the subtonic.
LEADING_ROOTS_SEMITONES = frozenset({7, 5, 1, 11, 10})

# The chord that leads home, where it isn't the dominant: degrees of the modes whose own dominant
# has no leading tone and that a raised one would turn into minor or major.
LEADING_DEGREES = {"dorian": 7, "mixolydian": 7, "phrygian": 2, "locrian": 5}

# Lowest share of a beat that a note of the melody must last to be moved into the chord.
PASSING_SHARE = 0.5


def leading_chord(key: Key, target_root: int) -> Chord | None:
    """The chord that leads to a root in a key; None if the key has none.

    Args:
        key: key of the song.
        target_root: pitch class of the chord to lead to.
    """
    semitones = (target_root - key.tonic_pitch_class) % 12
    known = functions(key.mode)
    if semitones == 0:
        degree = LEADING_DEGREES.get(key.mode)
        return Chord(on_degree(key.mode, degree) if degree else "V")
    dominant = (semitones + 7) % 12
    applied = [
        Chord(token, "7")
        for token, function in known.items()
        if function.root_semitones == dominant
        and function.triad == (4, 7)
        and function.source in {"applied", "diatonic"}
    ]
    return applied[0] if applied else None


def with_turnaround(section: Pass, target_root: int) -> Pass:
    """A pass whose last beats lead to a root.

    Nothing changes if there are no chords, the last chord leads there already, the last bar of
    the chords is locked, or the key has no chord that leads there.
    """
    chords = section.parts.get("chords")
    if chords is None or not chords.harmony or not len(chords.notes):
        return section
    start = section.last_bar_ticks + turn_ticks(section.meter)
    last = chords.harmony[-1]
    lead = leading_chord(section.key, target_root)
    if (
        lead is None
        or (last.root_pitch_class - target_root) % 12 in LEADING_ROOTS_SEMITONES
        or any(section.is_locked(stage, start) for stage in section.parts)
    ):
        return section
    span = chord_span(lead, section.key, start, section.length_ticks - start)
    for stage, part in section.parts.items():
        if stage != "drums":
            section = section.with_part(stage, _led(stage, part, span, section.meter))
    return section


def turn_ticks(meter: Meter) -> int:
    """The beat group from which a bar leads to the next, in ticks from the bar's onset."""
    onsets = meter.group_onsets_ticks
    if len(onsets) == 1:
        return meter.numerator // 2 * meter.unit_ticks
    return onsets[-(-len(onsets) // 2)]


def _led(stage: str, part: Part, span: ChordSpan, meter: Meter) -> Part:
    if stage == "chords":
        changed = _chords(part, span)
    elif stage == "bass":
        changed = _bass(part, span)
    else:
        changed = _line(part, span, meter)
    if not part.harmony:
        return changed
    return replace(changed, harmony=(*_before(part.harmony, span.onset_ticks), span))


def _before(harmony: Sequence[ChordSpan], at_ticks: int) -> list[ChordSpan]:
    """The chords before a tick, the last of them cut short."""
    return [
        replace(each, duration_ticks=min(each.end_ticks, at_ticks) - each.onset_ticks)
        for each in harmony
        if each.onset_ticks < at_ticks
    ]


def _chords(part: Part, span: ChordSpan) -> Part:
    """The chord's strokes keep their rhythm and size; what was held is struck again."""
    notes, start = part.notes, span.onset_ticks
    later = notes["onset_ticks"] >= start
    held = notes[~later & (ends_ticks(notes) > start)]
    strokes: dict[int, list[Row]] = {}
    for onset, duration, pitch, velocity, _ in notes[later].tolist():
        strokes.setdefault(onset, []).append((onset, duration, pitch, velocity))
    if start not in strokes:
        end = min(strokes, default=part.length_ticks)
        sounding = held if len(held) else notes[notes["onset_ticks"] == notes["onset_ticks"][-1]]
        strokes[start] = [
            (start, end - start, pitch, velocity) for _, _, pitch, velocity, _ in sounding.tolist()
        ]
    rows = [row for stroke in strokes.values() for row in _revoiced(stroke, span)]
    return with_rows(part, cut_short(notes[~later], start), rows)


def _revoiced(stroke: Sequence[Row], span: ChordSpan) -> list[Row]:
    """The notes of a stroke in another chord, each where it is nearest, no pitch twice."""
    found: dict[int, Row] = {}
    lowest = min(row[2] for row in stroke)
    for onset, duration, pitch, velocity in stroke:
        is_bass = pitch == lowest and len(stroke) > 2
        classes = [span.root_pitch_class] if is_bass else span.pitch_classes
        moved = nearest(pitch, classes)
        found.setdefault(moved, (onset, duration, moved, velocity))
    return list(found.values())


def _bass(part: Part, span: ChordSpan) -> Part:
    """The bass plays the root first, then root and fifth."""
    start, notes = span.onset_ticks, part.notes.copy()
    later = notes["onset_ticks"] >= start
    root = span.root_pitch_class
    for index in np.flatnonzero(later).tolist():
        is_first = index == 0 or not later[index - 1]
        classes = [root] if is_first else [root, (root + 7) % 12]
        notes["pitch"][index] = nearest(int(notes["pitch"][index]), classes)
    return with_notes(part, _without_clashing_ends(notes, span))


def _line(part: Part, span: ChordSpan, meter: Meter) -> Part:
    """Notes of some length move to the nearest note of the chord; passing notes stay."""
    start, notes = span.onset_ticks, part.notes.copy()
    long_ticks = PASSING_SHARE * meter.bar_ticks / len(meter.groups)
    moved = (notes["onset_ticks"] >= start) & (notes["duration_ticks"] >= long_ticks)
    for index in np.flatnonzero(moved).tolist():
        notes["pitch"][index] = nearest(int(notes["pitch"][index]), span.pitch_classes)
    return with_notes(part, _without_clashing_ends(notes, span))


def _without_clashing_ends(notes: Notes, span: ChordSpan) -> Notes:
    """The notes, those held over the chord's onset that aren't part of it cut there."""
    inside = np.isin(notes["pitch"] % 12, span.pitch_classes)
    cut: Notes = np.where(inside, notes, cut_short(notes, span.onset_ticks))
    return cut
