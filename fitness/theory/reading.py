"""A chord part as the rules read it: its chords in order, as voiced, and its bars."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from fitness.sonorities import Sonorities, pitches_of
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
    sonorities = Sonorities.of(part)
    heard = [
        sonorities.pitches_between(chord.onset_ticks, chord.end_ticks) for chord in chords_of(part)
    ]
    return [pitches_of(pitches) for pitches in heard if pitches]


def bar_content(part: Part, context: Context, bar_onset_ticks: int) -> list[int]:
    """What sounds in a bar: for each beat group, its pitches as bits."""
    sonorities = Sonorities.of(part)
    return [
        sonorities.pitches_between(bar_onset_ticks + begin, bar_onset_ticks + end)
        for begin, end in _group_spans(context.meter)
    ]


@cache
def _group_spans(meter: Meter) -> tuple[tuple[int, int], ...]:
    return tuple(pairwise((*meter.group_onsets_ticks, meter.bar_ticks)))


def accent(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of a place: 1 on a downbeat, 0 between the beat groups."""
    return _accents(meter).get(onset_ticks % meter.bar_ticks, 0.0)


@cache
def _accents(meter: Meter) -> dict[int, float]:
    return dict(zip(meter.group_onsets_ticks, meter.accents, strict=True))


def mean(values: list[float], *, of_nothing: float) -> float:
    """The mean of judgements; ``of_nothing`` where there was nothing to judge."""
    return sum(values) / len(values) if values else of_nothing
