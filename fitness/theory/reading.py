"""A chord part as the rules read it: its chords in order, as voiced, and its bars."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fitness.sweep import Sweep
from genomes.context import Context
from genomes.notes import ChordSpan, Part
from genomes.time import Meter

Voicing = tuple[int, ...]


def chords_of(part: Part) -> tuple[ChordSpan, ...]:
    """The chords of a part; raises ValueError where it says nothing about them."""
    if not part.harmony:
        raise ValueError("the part carries no harmony: chord rules need to know its chords")
    return part.harmony


def seams(part: Part) -> list[tuple[ChordSpan, ChordSpan]]:
    """Each chord with the one after it; the last leads back to the first, as in a loop."""
    chords = chords_of(part)
    return [*pairwise(chords), (chords[-1], chords[0])]


def root_motion(first: ChordSpan, second: ChordSpan) -> int:
    """Semitones up from root to root, 0 to 11."""
    return (second.root_pitch_class - first.root_pitch_class) % 12


def same_chord(first: ChordSpan, second: ChordSpan) -> bool:
    """Whether two chords have the same root and the same notes, in any inversion."""
    return root_motion(first, second) == 0 and set(first.pitch_classes) == set(second.pitch_classes)


def voicings(part: Part) -> list[Voicing]:
    """Pitches that sound while each chord holds, lowest first; chords nobody plays are left out."""
    sweep = Sweep.of(part)
    ends = sweep.onset_ticks + sweep.length_ticks
    found = []
    for chord in chords_of(part):
        inside = (ends > chord.onset_ticks) & (sweep.onset_ticks < chord.end_ticks)
        pitches = np.flatnonzero(sweep.sounding[inside].any(axis=0))
        if len(pitches):
            found.append(tuple(pitches.tolist()))
    return found


def bar_contents(part: Part, context: Context) -> list[frozenset[tuple[int, int]]]:
    """What sounds in each bar: pairs of a beat group's index and a pitch."""
    sweep, meter = Sweep.of(part), context.meter
    ends = sweep.onset_ticks + sweep.length_ticks
    bars = []
    for bar_onset in range(0, part.length_ticks, meter.bar_ticks):
        content = set()
        for group, (begin, end) in enumerate(_group_spans(meter)):
            inside = (ends > bar_onset + begin) & (sweep.onset_ticks < bar_onset + end)
            sounding = np.flatnonzero(sweep.sounding[inside].any(axis=0)).tolist()
            content |= {(group, pitch) for pitch in sounding}
        bars.append(frozenset(content))
    return bars


def _group_spans(meter: Meter) -> list[tuple[int, int]]:
    return list(pairwise((*meter.group_onsets_ticks, meter.bar_ticks)))


def accent(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of a place: 1 on a downbeat, 0 between the beat groups."""
    in_bar = onset_ticks % meter.bar_ticks
    return dict(zip(meter.group_onsets_ticks, meter.accents, strict=True)).get(in_bar, 0.0)


def mean(values: list[float], *, of_nothing: float) -> float:
    """The mean of judgements; ``of_nothing`` where there was nothing to judge."""
    return sum(values) / len(values) if values else of_nothing
