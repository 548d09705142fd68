"""Tones: what a bass plays of the chord that sounds, and where on the neck it finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from genomes.keys import Key
from genomes.notes import ChordSpan
from genomes.time import TICKS_PER_QUARTER

LOWEST_PITCH, HIGHEST_PITCH = 24, 60

# Roots lie within this many semitones of the register, wide enough for two octaves of some, and
# not below the lowest string of a bass guitar.
REACH_SEMITONES = 8
LOWEST_ROOT = 28

# A change this near, and not farther, is led up to.
NEAR_TICKS = 2 * TICKS_PER_QUARTER

ROOT, BASS, THIRD, FIFTH, COLOUR = "root", "bass", "third", "fifth", "colour"
ABOVE, BELOW, TONIC, DOMINANT = "above", "below", "tonic", "dominant"
AHEAD = "ahead"

# Semitones above the root that a chord tone may lie, the first that the chord has is played;
# the root where it has none of them.
CHORD_TONES: dict[str, tuple[int, ...]] = {
    THIRD: (3, 4, 5, 2, 7),
    FIFTH: (7, 6, 8),
    COLOUR: (10, 11, 9, 2, 1, 5, 3, 4, 7),
}
# Neighbours of the root in the key: the side that they lie on.
NEIGHBOURS = {ABOVE: 1, BELOW: -1}
# Degrees of the key that stay where they are while the chords change.
PEDALS = {TONIC: 0, DOMINANT: 4}
# What leads to the next chord's root or bass: semitones from it, or a side in the key.
CHROMATIC_LEADS = {"half_below": -1, "half_above": 1, "fifth_above": 7, AHEAD: 0}
SCALE_LEADS = {"step_below": -1, "step_above": 1}
# What they play instead while the next change is far.
WHILE_FAR = {AHEAD: ROOT}
LEADS = (*CHROMATIC_LEADS, *SCALE_LEADS)

TONES = (ROOT, BASS, *CHORD_TONES, *NEIGHBOURS, *PEDALS, *LEADS)


@dataclass(frozen=True, slots=True)
class ChordPitches:
    """The pitch of every bass tone over one chord.

    Attributes:
        end_ticks: where the next chord begins.
        far: the pitch of every tone while the next change is far.
        to_root: the same when it is near, leading to the next chord's root.
        to_bass: the same when it is near, leading to the next chord's bass.
    """

    end_ticks: int
    far: dict[str, int]
    to_root: dict[str, int]
    to_bass: dict[str, int]

    def pitch(self, tone: str, octave: int, onset_ticks: int, following: str = ROOT) -> int:
        """The MIDI pitch of a tone that begins here, folded into the range.

        Args:
            tone: one of ``TONES``.
            octave: above where it lies nearest.
            onset_ticks: where it begins, while this chord holds.
            following: the tone of the next note, which a lead goes to if it is a root or bass.
        """
        if self.end_ticks - onset_ticks > NEAR_TICKS:
            return folded(self.far[tone] + 12 * octave)
        near = self.to_bass if following == BASS else self.to_root
        return folded(near[tone] + 12 * octave)


def folded(pitch: int) -> int:
    """The pitch moved by octaves into the bass's range."""
    while pitch < LOWEST_PITCH:
        pitch += 12
    while pitch > HIGHEST_PITCH:
        pitch -= 12
    return pitch


@lru_cache(maxsize=256)
def chord_pitches(
    harmony: tuple[ChordSpan, ...], key: Key, register: int, start_pitch: int
) -> tuple[ChordPitches, ...]:
    """The pitches of the tones over each chord; the last chord leads back to the first.

    Args:
        harmony: the chords of the section.
        key: of the song.
        register: MIDI pitch around which roots lie.
        start_pitch: MIDI pitch from which the first root is sought.
    """
    roots = _chain([span.root_pitch_class for span in harmony], register, start_pitch)
    basses = [
        _nearest(span.bass_pitch_class, root, register)
        for span, root in zip(harmony, roots, strict=True)
    ]
    tonic = key.tonic_pitch_class
    pedals = {
        name: _nearest((tonic + key.scale[degree]) % 12, register, register)
        for name, degree in PEDALS.items()
    }
    found = []
    for index, span in enumerate(harmony):
        following, root = (index + 1) % len(harmony), roots[index]
        here = {ROOT: root, BASS: basses[index], **_chord_tones(span, root)}
        here |= _neighbour_tones(root, key) | pedals
        instead = {tone: here[WHILE_FAR.get(tone, FIFTH)] for tone in LEADS}
        to_root, to_bass = (_leads(pitches[following], key) for pitches in (roots, basses))
        found.append(ChordPitches(span.end_ticks, here | instead, here | to_root, here | to_bass))
    return tuple(found)


def _leads(target: int, key: Key) -> dict[str, int]:
    leads = {tone: target + semitones for tone, semitones in CHROMATIC_LEADS.items()}
    return leads | {tone: _scale_step(target, side, key) for tone, side in SCALE_LEADS.items()}


def _chain(pitch_classes: Sequence[int], register: int, start_pitch: int) -> list[int]:
    """A pitch for each, as near to the one before as the register allows."""
    line: list[int] = []
    before = start_pitch
    for pitch_class in pitch_classes:
        before = _nearest(pitch_class, before, register)
        line.append(before)
    return line


def _nearest(pitch_class: int, before: int, register: int) -> int:
    lowest = max(LOWEST_ROOT, register - REACH_SEMITONES)
    highest = max(lowest + 11, register + REACH_SEMITONES)
    options = range(lowest + (pitch_class - lowest) % 12, highest + 1, 12)
    return min(options, key=lambda pitch: (abs(pitch - before), abs(pitch - register)))


def _chord_tones(span: ChordSpan, root: int) -> dict[str, int]:
    has = {(pitch_class - span.root_pitch_class) % 12 for pitch_class in span.pitch_classes}
    return {
        tone: root + next((interval for interval in wanted if interval in has), 0)
        for tone, wanted in CHORD_TONES.items()
    }


def _neighbour_tones(root: int, key: Key) -> dict[str, int]:
    return {tone: _scale_step(root, side, key) for tone, side in NEIGHBOURS.items()}


def _scale_step(pitch: int, side: int, key: Key) -> int:
    """The next pitch of the key on one side: at most three semitones away."""
    steps = (pitch + side * size for size in range(1, 4))
    return next(step for step in steps if step % 12 in key.scale_pitch_classes)
