"""Features of what pitches sound, drums left out, one value a part.

Units and ranges stand in each docstring. All are 0 where nothing is pitched, unless they say
otherwise.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fitness.sweep import Booleans, Integers
from fitness.view import Floats, View, entropies, ratios

LEAP_SEMITONES = 5  # wider than a major third
MUD_BELOW_PITCH = 48  # two close notes under C3 beat
MUD_SEMITONES = 5
TRIAD_SIZE = 3


def polyphony(view: View) -> Floats:
    """Different pitches that sound at once, mean over the time in which any does, from 1."""
    return _sounding_means(view, view.sweep.polyphony)


def pitch_mean(view: View) -> Floats:
    """Mean MIDI pitch of the notes, 0 to 127."""
    return view.means(view.pitches, view.pitched_owners)


def pitch_sd(view: View) -> Floats:
    """Standard deviation of the notes' pitches in semitones, from 0."""
    return view.deviations(view.pitches, view.pitched_owners)


def pitch_range(view: View) -> Floats:
    """Semitones from the lowest to the highest note, from 0."""
    sounds = view.tallies(view.pitches, view.pitched_owners) > 0
    highest = sounds.shape[1] - 1 - sounds[:, ::-1].argmax(axis=1)
    return np.asarray((highest - sounds.argmax(axis=1)) * sounds.any(axis=1))


def bass_pitch(view: View) -> Floats:
    """Lowest sounding MIDI pitch, mean over the time in which any sounds, 0 to 127."""
    return _sounding_means(view, view.sweep.lowest)


def bass_interval(view: View) -> Floats:
    """Mean semitones between successive notes of the bass line, repeats left out, from 0."""
    return view.means(*view.bass_moves)


def top_interval(view: View) -> Floats:
    """Mean semitones between successive notes of the top line, repeats left out, from 0."""
    return view.means(*view.top_moves)


def step_share(view: View) -> Floats:
    """Share of the top line's moves that are one or two semitones, 0 to 1."""
    sizes, owners = view.top_moves
    return view.means(sizes <= 2, owners)


def leap_share(view: View) -> Floats:
    """Share of the top line's moves that are wider than a major third, 0 to 1."""
    sizes, owners = view.top_moves
    return view.means(sizes >= LEAP_SEMITONES, owners)


def pitch_class_entropy(view: View) -> Floats:
    """Entropy of the notes' pitch classes in bits, 0 to log2(12) = 3.58."""
    return entropies(view.tallies(view.pitches % 12, view.pitched_owners))


def harmony_changes_per_bar(view: View) -> Floats:
    """Harmonic rhythm: changes of harmony per bar, from 0, looked for at every beat group.

    What a beat group adds is still the same harmony where it lies within what was heard since the
    last change, contains all of it, or makes up three pitch classes with it (a broken triad).
    """
    beats = _beat_pitch_classes(view)
    groups = len(view.meter.group_onsets_ticks)
    edges = [*(view.first_bars * groups).tolist(), len(beats)]
    changes = [_changes(beats[start:stop]) for start, stop in pairwise(edges)]
    return np.array(changes) / view.bars


def _changes(beats: list[int]) -> int:
    changes = 0
    heard = 0  # pitch classes as bits
    for beat in beats:
        together = heard | beat
        if together in {heard, beat} or together.bit_count() <= TRIAD_SIZE:
            heard = together
        else:
            heard = beat
            changes += 1
    return changes


def dissonant_share(view: View) -> Floats:
    """Share of the pairs of sounding pitch classes a semitone or a tritone apart, 0 to 1."""
    classes = view.pitch_classes
    semitones = (classes & np.roll(classes, 1, axis=1)).sum(axis=1)
    tritones = (classes[:, :6] & classes[:, 6:]).sum(axis=1)
    sizes = classes.sum(axis=1)
    ticks, owners = view.sweep.length_ticks, view.slice_owners
    dissonances = view.sums(ticks * (semitones + tritones), owners)
    return ratios(dissonances, view.sums(ticks * (sizes * (sizes - 1) // 2), owners))


def major_third_share(view: View) -> Floats:
    """Of the thirds and tenths above the bass, the share that is major, 0 to 1; 0.5 for none."""
    slices, bass = np.arange(len(view.pitch_classes)), view.sweep.lowest
    minor, major = (
        view.sums(
            view.sweep.length_ticks * view.pitch_classes[slices, (bass + semitones) % 12],
            view.slice_owners,
        )
        for semitones in (3, 4)
    )
    return np.where(major + minor > 0, ratios(major, major + minor), 0.5)


def mud_share(view: View) -> Floats:
    """Share of the sounding time with two notes under C3 closer than a fourth, 0 to 1."""
    low = view.sweep.sounding[:, :MUD_BELOW_PITCH]
    muddy = np.zeros(len(low), dtype=np.bool_)
    for semitones in range(1, MUD_SEMITONES):
        muddy |= (low[:, semitones:] & low[:, :-semitones]).any(axis=1)
    return _sounding_means(view, muddy)


def _sounding_means(view: View, values: Integers | Booleans) -> Floats:
    """Mean of values per slice, over the time in which anything sounds."""
    ticks, owners = view.sounding_ticks, view.slice_owners
    return ratios(view.sums(values * ticks, owners), view.sums(ticks, owners))


def _beat_pitch_classes(view: View) -> list[int]:
    """What sounds anywhere in each beat group of all bars: pitch classes as bits."""
    bar_ticks = view.meter.bar_ticks
    bar_lines = np.arange(int(view.bars.sum()) + 1) * bar_ticks
    begins = (bar_lines[:-1, None] + np.array(view.meter.group_onsets_ticks)).ravel()
    ends = np.append(begins[1:], bar_lines[-1])
    onsets = view.sweep.onset_ticks
    first = np.searchsorted(onsets + view.sweep.length_ticks, begins, side="right")
    last = np.searchsorted(onsets, ends)
    bits = np.append(view.pitch_classes @ (1 << np.arange(12)), 0)
    # Every other of these runs is a beat group's; reduceat takes one value of an empty run.
    heard = np.bitwise_or.reduceat(bits, np.stack((first, last), axis=1).ravel())[::2]
    return [int(bits) for bits in np.where(first < last, heard, 0)]
