"""The scale of a chord: the notes of the scale as they are sung while it sounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from genomes.keys import Key
from genomes.notes import ChordSpan

DEGREES = 7
SCALE_STEPS = 11 * DEGREES

# Semitones above a chord's root -> degrees above the root's, as chords are spelt.
DEGREES_ABOVE_ROOT = (0, 1, 1, 2, 2, 3, 4, 4, 4, 5, 6, 6)
DIMINISHED_SEVENTH = frozenset({0, 3, 6, 9})
# Chord tones by which a root outside the scale is spelt, and their degrees above it.
ROOT_FINDERS = ((3, 2), (4, 2), (7, 4), (6, 4))


@dataclass(frozen=True, slots=True)
class ChordScale:
    """The scale over one chord; seven steps to the octave, the first a tonic.

    Attributes:
        pitches: MIDI pitch of every step.
        is_chord: for each of the seven degrees, whether it is a note of the chord.
        chord_classes: pitch classes of the chord, root first.
        classes: pitch classes of all steps.
    """

    pitches: tuple[int, ...]
    is_chord: tuple[bool, ...]
    chord_classes: tuple[int, ...]
    classes: frozenset[int]

    def nearest(self, pitch: int) -> int:
        """The step nearest to a pitch, the lower of two."""
        return min(range(SCALE_STEPS), key=lambda scale_step: abs(self.pitches[scale_step] - pitch))


def chord_scale_of(key: Key, chord: ChordSpan) -> ChordScale:
    """The scale of a chord in a key."""
    return _chord_scale(
        key.tonic_pitch_class, key.scale, chord.root_pitch_class, tuple(chord.pitch_classes)
    )


@cache
def _chord_scale(
    tonic: int, scale: tuple[int, ...], root_class: int, chord_classes: tuple[int, ...]
) -> ChordScale:
    """Notes of the chord take the places of the degrees that they alter."""
    steps = list(scale)
    on_degree = {(tonic + step) % 12: degree for degree, step in enumerate(scale)}
    root_degree = _root_degree(on_degree, root_class, chord_classes)
    for pitch_class in chord_classes:
        if pitch_class not in on_degree:
            degree = (root_degree + _degrees_above(root_class, pitch_class, chord_classes)) % 7
            semitones = (pitch_class - tonic - scale[degree] + 6) % 12 - 6
            steps[degree] = scale[degree] + semitones
    pitches = tuple(
        tonic + 12 * octave + steps[degree] for octave in range(11) for degree in range(DEGREES)
    )
    classes = tuple((tonic + step) % 12 for step in steps)
    is_chord = tuple(pitch_class in chord_classes for pitch_class in classes)
    return ChordScale(pitches, is_chord, chord_classes, frozenset(classes))


def _root_degree(on_degree: dict[int, int], root_class: int, chord_classes: tuple[int, ...]) -> int:
    """The degree that the root is spelt on: the scale's, or that of the thirds above it."""
    if root_class in on_degree:
        return on_degree[root_class]
    for semitones, degrees in ROOT_FINDERS:
        pitch_class = (root_class + semitones) % 12
        if pitch_class in chord_classes and pitch_class in on_degree:
            return (on_degree[pitch_class] - degrees) % DEGREES
    return on_degree.get((root_class + 1) % 12, 0)


def _degrees_above(root_class: int, pitch_class: int, chord_classes: tuple[int, ...]) -> int:
    interval = (pitch_class - root_class) % 12
    intervals = {(other - root_class) % 12 for other in chord_classes}
    if interval == 9 and intervals >= DIMINISHED_SEVENTH:
        return 6
    return DEGREES_ABOVE_ROOT[interval]
