"""Features of what pitches sound, drums left out. Units and ranges stand in each docstring.

All are 0 where nothing is pitched, unless they say otherwise.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np

from fitness.sweep import Integers, pitches_of
from fitness.view import View, entropy, mean, ratio, sd

LEAP_SEMITONES = 5  # wider than a major third
MUD_BELOW_PITCH = 48  # two close notes under C3 beat
MUD_SEMITONES = 5
TRIAD_SIZE = 3

# A search comes back to the same few thousand chords: what is asked of one is kept.
KEPT_CHORDS = 2**14


def polyphony(view: View) -> float:
    """Different pitches that sound at once, mean over the time in which any does, from 1."""
    return _sounding_mean(view, view.sweep.polyphony)


def pitch_mean(view: View) -> float:
    """Mean MIDI pitch of the notes, 0 to 127."""
    return mean(view.pitches)


def pitch_sd(view: View) -> float:
    """Standard deviation of the notes' pitches in semitones, from 0."""
    return sd(view.pitches)


def pitch_range(view: View) -> float:
    """Semitones from the lowest to the highest note, from 0."""
    return float(np.ptp(view.pitches)) if view.pitches.size else 0.0


def bass_pitch(view: View) -> float:
    """Lowest sounding MIDI pitch, mean over the time in which any sounds, 0 to 127."""
    return _sounding_mean(view, view.sweep.lowest)


def bass_interval(view: View) -> float:
    """Mean semitones between successive notes of the bass line, repeats left out, from 0."""
    return mean(view.bass_moves)


def top_interval(view: View) -> float:
    """Mean semitones between successive notes of the top line, repeats left out, from 0."""
    return mean(view.top_moves)


def step_share(view: View) -> float:
    """Share of the top line's moves that are one or two semitones, 0 to 1."""
    return mean(view.top_moves <= 2)


def leap_share(view: View) -> float:
    """Share of the top line's moves that are wider than a major third, 0 to 1."""
    return mean(view.top_moves >= LEAP_SEMITONES)


def pitch_class_entropy(view: View) -> float:
    """Entropy of the notes' pitch classes in bits, 0 to log2(12) = 3.58."""
    return entropy(np.bincount(view.pitches % 12))


def harmony_changes_per_bar(view: View) -> float:
    """Harmonic rhythm: changes of harmony per bar, from 0, looked for at every beat group.

    What a beat group adds is still the same harmony where it lies within what was heard since the
    last change, contains all of it, or makes up three pitch classes with it (a broken triad).
    """
    changes = 0
    heard = 0  # pitch classes as bits
    for beat in _beat_pitch_classes(view):
        together = heard | beat
        if together in {heard, beat} or together.bit_count() <= TRIAD_SIZE:
            heard = together
        else:
            heard = beat
            changes += 1
    return changes / view.bars


def dissonant_share(view: View) -> float:
    """Share of the pairs of sounding pitch classes a semitone or a tritone apart, 0 to 1."""
    counts = np.array([_dissonances(mask) for mask in view.sweep.masks], dtype=np.int64)
    return ratio(*view.sweep.length_ticks @ counts.reshape(-1, 2))


@lru_cache(maxsize=KEPT_CHORDS)
def _dissonances(pitches: int) -> tuple[int, int]:
    """Dissonant pairs of pitch classes, and all pairs, of pitches as bits."""
    classes = _pitch_classes(pitches)
    size = classes.bit_count()
    semitones = (classes & (classes << 1 | classes >> 11)).bit_count()
    tritones = (classes & classes >> 6).bit_count()
    return semitones + tritones, size * (size - 1) // 2


def major_third_share(view: View) -> float:
    """Of the thirds and tenths above the bass, the share that is major, 0 to 1; 0.5 for none."""
    thirds = np.array([_thirds(mask) for mask in view.sweep.masks], dtype=np.int64)
    major, minor = (view.sweep.length_ticks @ thirds.reshape(-1, 2)).tolist()
    return ratio(major, major + minor) if major + minor else 0.5


@lru_cache(maxsize=KEPT_CHORDS)
def _thirds(pitches: int) -> tuple[int, int]:
    """Whether pitches as bits have a major, and a minor, third or tenth above the lowest."""
    bass = pitches_of(pitches)[0] if pitches else 0
    classes = _pitch_classes(pitches)
    return classes >> (bass + 4) % 12 & 1, classes >> (bass + 3) % 12 & 1


def mud_share(view: View) -> float:
    """Share of the sounding time with two notes under C3 closer than a fourth, 0 to 1."""
    muddy = [_is_muddy(mask) for mask in view.sweep.masks]
    return _sounding_mean(view, np.array(muddy, dtype=np.int64))


@lru_cache(maxsize=KEPT_CHORDS)
def _is_muddy(pitches: int) -> bool:
    low = pitches & ((1 << MUD_BELOW_PITCH) - 1)
    return any(low & low >> semitones for semitones in range(1, MUD_SEMITONES))


def _sounding_mean(view: View, values: Integers) -> float:
    """Mean of values per slice, over the time in which anything sounds."""
    return ratio(values @ view.sounding_ticks, view.sounding_ticks.sum())


def _beat_pitch_classes(view: View) -> list[int]:
    """What sounds anywhere in each beat group: pitch classes as bits."""
    groups, bar_ticks = view.meter.group_onsets_ticks, view.meter.bar_ticks
    onsets = [bar * bar_ticks + group for bar in range(view.bars) for group in groups]
    spans = pairwise((*onsets, view.part.length_ticks))
    return [_pitch_classes(view.sweep.heard(begin, end)) for begin, end in spans]


@lru_cache(maxsize=KEPT_CHORDS)
def _pitch_classes(pitches: int) -> int:
    """Pitches as bits to pitch classes as bits, the lowest for C."""
    return sum(1 << pitch_class for pitch_class in {pitch % 12 for pitch in pitches_of(pitches)})
