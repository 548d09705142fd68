"""Rules of the chord stage: how one chord leads to the next, and whether it suits the key.

Those about voicing are in ``fitness.theory.chord_voicing``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from statistics import median

from fitness.theory import chord_voicing, melody, progressions
from fitness.theory.chord_voicing import chords_of
from fitness.theory.common import Rule, accent, mean, within
from genomes.chords.functions import functions, tonic
from genomes.context import Context
from genomes.keys import Key
from genomes.notes import ChordSpan, Part

CALM = 0.8  # a chord that needs no resolution: better than tension left hanging, less than release
RELEASED, CHAINED, UNRESOLVED = 1.0, 0.5, 0.0
TRITONE_STEPS = (1, -1, -2)  # a leading tone rises a semitone, a seventh falls
TRITONE_HELD = 0.25
FALLING_STEPS = (-1, -2)
COLOUR_HELD = 0.75  # a seventh that stays as a common tone is colour, and common in songs
SEVENTHS = {10, 11}
FOURTH, THIRDS = 5, {3, 4}

# A chord's root and its pitch classes, root first.
Tones = tuple[int, tuple[int, ...]]

PLAIN_TARGET = 0.8  # mostly triads and sevenths, with something rarer between them
PLAIN_FLOOR = 0.3
ALL_PLAIN = 0.7

# How plain a chord is to play and to hear, by its semitones above the root.
PLAINNESS: dict[frozenset[int], float] = {
    frozenset(intervals): plainness
    for plainness, qualities in {
        1.0: ((0, 4, 7), (0, 3, 7), (0, 7)),
        0.8: ((0, 2, 7), (0, 5, 7), (0, 4, 7, 10), (0, 3, 7, 10), (0, 4, 7, 11)),
        0.7: ((0, 2, 4, 7), (0, 2, 3, 7), (0, 4, 7, 9), (0, 3, 7, 9)),
        0.4: ((0, 3, 6), (0, 4, 8), (0, 3, 6, 10), (0, 3, 6, 9), (0, 3, 7, 11)),
    }.items()
    for intervals in qualities
}
FOUR_NOTES, MORE_NOTES = 0.4, 0.2  # anything else, by how many notes it has
INVERTED = 0.9  # a chord over another of its notes is a little harder to find

# Share of the time that songs spend on their tonic chord; how far outside is half as good.
HOME_FROM, HOME_TO = 0.15, 0.5
HOME_MARGIN = 0.15
BEGINS_SHARE, STAYS_SHARE, CLOSES_SHARE = 0.35, 0.35, 0.3
# How well a section closes on its tonic, by the semitones from the tonic to the root before it:
# after the dominant best, then after what else leads home; another root, or no other, less.
CADENCES = {7: 1.0, 5: 0.8, 10: 0.8, 2: 0.8, 11: 0.8, 1: 0.8}
OTHER_CADENCE = 0.5
# How well it ends open, by the semitones from the tonic to its last root; otherwise not at all.
OPEN_ENDINGS = {5: 0.8, 7: 0.8, 10: 0.8}


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


def resolution(part: Part, context: Context) -> float:
    """Dissonance resolves: tritones, sevenths and suspended fourths move on by step.

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
        goes = RELEASED if reached & at_rest else CHAINED if reached & there else UNRESOLVED
        released.append(held if pitch_class in there else goes)
    return mean(released, of_nothing=CALM)


def _tense_notes(
    root_pitch_class: int, pitch_classes: tuple[int, ...]
) -> dict[int, tuple[tuple[int, ...], float]]:
    """Dissonant notes: the steps by which each resolves, and the score of holding it instead."""
    tense: dict[int, tuple[tuple[int, ...], float]] = {}
    intervals = {(pitch_class - root_pitch_class) % 12 for pitch_class in pitch_classes}
    for pitch_class in pitch_classes:
        interval = (pitch_class - root_pitch_class) % 12
        if (pitch_class + 6) % 12 in pitch_classes:
            tense[pitch_class] = TRITONE_STEPS, TRITONE_HELD
        elif interval in SEVENTHS or (interval == FOURTH and not intervals & THIRDS):
            tense[pitch_class] = FALLING_STEPS, COLOUR_HELD
    return tense


def plain_ground(part: Part, context: Context) -> float:
    """Mostly plain chords, with a few others between them.

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


def function_of(chord: ChordSpan, key: Key) -> str | None:
    """The function of the key that a chord is, by its root and triad; None if it is none.

    A chord without a third counts as the first function on its root that has its fifth.
    """
    root = (chord.root_pitch_class - key.tonic_pitch_class) % 12
    return _function_on(key.mode, root, chord.root_pitch_class, chord.pitch_classes)


@cache
def _function_on(
    mode: str, root_semitones: int, root_pitch_class: int, pitch_classes: tuple[int, ...]
) -> str | None:
    above = {(pitch_class - root_pitch_class) % 12 for pitch_class in pitch_classes}
    on_root = [f for f in functions(mode).values() if f.root_semitones == root_semitones]
    for wanted in ((0, 1), (1,)):
        for function in on_root:
            if all(function.triad[index] in above for index in wanted):
                return function.token
    return None


def home(part: Part, context: Context) -> float:
    """A section begins at home, is there for a good part of the time, and closes or leads back.

    ``BEGINS_SHARE`` for a first chord on the tonic (.67 of songs), ``STAYS_SHARE`` for the tonic
    chord's share of the time (1 at 15 to 50 %, a half 15 % points outside), ``CLOSES_SHARE`` for
    how it ends: see ``CADENCES`` and ``OPEN_ENDINGS``.
    """
    begins = chords_of(part)[0].root_pitch_class == context.key.tonic_pitch_class
    stays, closes = _stays_home(part, context), _closes(part, context.key)
    return BEGINS_SHARE * begins + STAYS_SHARE * stays + CLOSES_SHARE * closes


def _closes(part: Part, key: Key) -> float:
    roots = [(chord.root_pitch_class - key.tonic_pitch_class) % 12 for chord in chords_of(part)]
    if roots[-1]:
        return OPEN_ENDINGS.get(roots[-1], 0.0)
    before = next((root for root in reversed(roots) if root), 0)
    return CADENCES.get(before, OTHER_CADENCE)


def _stays_home(part: Part, context: Context) -> float:
    held_ticks = sum(
        chord.duration_ticks
        for chord in chords_of(part)
        if function_of(chord, context.key) == tonic(context.key.mode)
    )
    share = held_ticks / part.length_ticks
    return within(share, HOME_FROM, HOME_TO, HOME_MARGIN)


def under_melody(part: Part, context: Context) -> float:
    """The melody that the chords are for fits them, as a melody is judged over given chords.

    The mean of two rules of melodies (strong beats have notes of the chord, and other notes lead
    on by step) and of the share of its time in which the melody is on a note of the chord.

    Raises:
        ValueError: if the context has no melody.
    """
    tune = context.part("melody")
    if tune is None:
        raise ValueError("the context has no melody")
    over = replace(context, parts=(("chords", part),))
    rules = melody.strong_beats(tune, over) + melody.dissonance(tune, over)
    return (rules + melody.consonance(tune, over)) / 3


# Rules of chords that are made for a melody, besides the others.
UNDER_MELODY: dict[str, Rule] = {"under_melody": under_melody}

RULES: dict[str, Rule] = {
    "plain_ground": plain_ground,
    "steady_changes": steady_changes,
    "resolution": resolution,
    "space": chord_voicing.space,
    "clean_sound": chord_voicing.clean_sound,
    "progression": progressions.progression,
    "home": home,
    "key": progressions.key,
    "loops": progressions.loops,
    "root_position": progressions.root_position,
}
