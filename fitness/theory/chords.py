"""Rules of the chord stage that ask how one chord leads to the next."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from statistics import median

from fitness.theory import chord_sound, tonality
from fitness.theory.reading import accent, chords_of, mean, root_motion, same_chord, seams
from fitness.theory.tables import (
    FOUR_NOTES,
    INVERTED,
    MORE_NOTES,
    PLAINNESS,
    ROOT_MOTION_STRENGTH,
)
from genomes.context import Context
from genomes.notes import ChordSpan, Part

CALM = 0.8  # a chord that needs no resolution: better than tension left hanging, less than release
RELEASED, CHAINED, HANGING = 1.0, 0.5, 0.0
TRITONE_STEPS = (1, -1, -2)  # a leading tone rises a semitone, a seventh falls
TRITONE_HELD = 0.25
FALLING_STEPS = (-1, -2)
COLOUR_HELD = 0.75  # a seventh that stays as a common tone is colour, and common in songs
SEVENTHS = {10, 11}
FOURTH, THIRDS = 5, {3, 4}

# A chord's root and its pitch classes, root first.
Tones = tuple[int, tuple[int, ...]]

ARRIVED = 0.9  # closing on the tonic, where turning back to it would be worth 1

PLAIN_TARGET = 0.8  # mostly triads and sevenths, with something rarer between them
PLAIN_FLOOR = 0.3
ALL_PLAIN = 0.7


def resolution(part: Part, context: Context) -> float:
    """Tension is let go: tritones, sevenths and suspended fourths move on by step.

    Per chord, the mean of its tense notes: 1 where the next chord takes one by step to a note at
    rest, half where that note is tense itself, little where one is left hanging. A chord without
    tense notes counts as calm. The last chord resolves into the first.
    """
    del context
    return mean([_release(*map(_tones, seam)) for seam in seams(part)], of_nothing=CALM)


def _tones(chord: ChordSpan) -> Tones:
    return chord.root_pitch_class, chord.pitch_classes


@cache
def _release(chord: Tones, following: Tones) -> float:
    there = set(following[1])
    at_rest = there - set(_tense_notes(*following))
    released = []
    for pitch_class, (steps, held) in _tense_notes(*chord).items():
        reached = {(pitch_class + step) % 12 for step in steps}
        goes = RELEASED if reached & at_rest else CHAINED if reached & there else HANGING
        released.append(held if pitch_class in there else goes)
    return mean(released, of_nothing=CALM)


def _tense_notes(
    root_pitch_class: int, pitch_classes: tuple[int, ...]
) -> dict[int, tuple[tuple[int, ...], float]]:
    """Notes that want to move: by which steps, and the worth of holding them instead."""
    tense: dict[int, tuple[tuple[int, ...], float]] = {}
    intervals = {(pitch_class - root_pitch_class) % 12 for pitch_class in pitch_classes}
    for pitch_class in pitch_classes:
        interval = (pitch_class - root_pitch_class) % 12
        if (pitch_class + 6) % 12 in pitch_classes:
            tense[pitch_class] = TRITONE_STEPS, TRITONE_HELD
        elif interval in SEVENTHS or (interval == FOURTH and not intervals & THIRDS):
            tense[pitch_class] = FALLING_STEPS, COLOUR_HELD
    return tense


def turnaround(part: Part, context: Context) -> float:
    """The end closes or leads back: the last root's pull to the first, or arrival on the tonic."""
    chords = chords_of(part)
    back = ROOT_MOTION_STRENGTH[root_motion(chords[-1], chords[0])]
    if len(chords) == 1 or chords[-1].root_pitch_class != context.key.tonic_pitch_class:
        return back
    return max(back, ARRIVED * ROOT_MOTION_STRENGTH[root_motion(chords[-2], chords[-1])])


def plain_ground(part: Part, context: Context) -> float:
    """Playable harmony beside the exotic: mostly plain chords, and something between them.

    The mean plainness of the chords, in time, against a target: less gives less down to 0,
    and nothing but plain triads gives a little less than the balance.
    """
    del context
    chords = chords_of(part)
    whole = sum(chord.duration_ticks for chord in chords)
    plain = sum(_plainness(chord) * chord.duration_ticks for chord in chords) / whole
    if plain <= PLAIN_TARGET:
        return max(0.0, (plain - PLAIN_FLOOR) / (PLAIN_TARGET - PLAIN_FLOOR))
    return 1 - (1 - ALL_PLAIN) * (plain - PLAIN_TARGET) / (1 - PLAIN_TARGET)


def _plainness(chord: ChordSpan) -> float:
    inverted = chord.bass_pitch_class != chord.root_pitch_class
    return _quality_plainness(*_tones(chord)) * (INVERTED if inverted else 1.0)


@cache
def _quality_plainness(root_pitch_class: int, pitch_classes: tuple[int, ...]) -> float:
    intervals = frozenset((pc - root_pitch_class) % 12 for pc in pitch_classes)
    rare = FOUR_NOTES if len(intervals) <= 4 else MORE_NOTES
    return PLAINNESS.get(intervals, rare)


def steady_changes(part: Part, context: Context) -> float:
    """Chords change on strong beats and hold about equally long.

    Half is the metrical weight of each change, half how near each chord's length is to the
    median length. A chord that comes again is no change.
    """
    chords = _changes(part)
    typical = median(length for _, length in chords)
    evenness = [min(length, typical) / max(length, typical) for _, length in chords]
    weights = [accent(onset, context.meter) for onset, _ in chords]
    return (mean(evenness, of_nothing=1.0) + mean(weights, of_nothing=1.0)) / 2


def _changes(part: Part) -> list[tuple[int, int]]:
    """Onset and length in ticks of each different chord, repeats joined to the one before."""
    onsets = [0]
    chords = chords_of(part)
    for first, second in pairwise(chords):
        if not same_chord(first, second):
            onsets.append(second.onset_ticks)
    ends = [*onsets[1:], part.length_ticks]
    return [(onset, end - onset) for onset, end in zip(onsets, ends, strict=True)]


RULES: dict[str, Callable[[Part, Context], float]] = {
    "resolution": resolution,
    "turnaround": turnaround,
    "plain_ground": plain_ground,
    "steady_changes": steady_changes,
    "last_bar": chord_sound.last_bar,
    "bass_line": chord_sound.bass_line,
    "top_line": chord_sound.top_line,
    "clean_sound": chord_sound.clean_sound,
    "space": chord_sound.space,
    "home": tonality.home,
    "idiom": tonality.idiom,
}
