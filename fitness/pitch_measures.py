"""Features of what pitches sound, drums left out, one value a part.

Units and ranges stand in each docstring. All are 0 where nothing is pitched, unless they say
otherwise.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fitness.part_batch import Floats, PartBatch, entropies, ratios
from fitness.sonorities import Booleans, Integers

LEAP_SEMITONES = 5  # wider than a major third
MUD_BELOW_PITCH = 48  # two close notes under C3 beat
MUD_SEMITONES = 5
TRIAD_SIZE = 3


def polyphony(batch: PartBatch) -> Floats:
    """Different pitches that sound at once, mean over the time in which any does, from 1."""
    return _sounding_means(batch, batch.sonorities.polyphony)


def pitch_mean(batch: PartBatch) -> Floats:
    """Mean MIDI pitch of the notes, 0 to 127."""
    return batch.means(batch.pitches, batch.pitched_owners)


def pitch_sd(batch: PartBatch) -> Floats:
    """Standard deviation of the notes' pitches in semitones, from 0."""
    return batch.deviations(batch.pitches, batch.pitched_owners)


def pitch_range(batch: PartBatch) -> Floats:
    """Semitones from the lowest to the highest note, from 0."""
    sounds = batch.tallies(batch.pitches, batch.pitched_owners) > 0
    highest = sounds.shape[1] - 1 - sounds[:, ::-1].argmax(axis=1)
    return np.asarray((highest - sounds.argmax(axis=1)) * sounds.any(axis=1))


def bass_pitch(batch: PartBatch) -> Floats:
    """Lowest sounding MIDI pitch, mean over the time in which any sounds, 0 to 127."""
    return _sounding_means(batch, batch.sonorities.lowest)


def bass_interval(batch: PartBatch) -> Floats:
    """Mean semitones between successive notes of the bass line, repeats left out, from 0."""
    return batch.means(*batch.bass_moves)


def top_interval(batch: PartBatch) -> Floats:
    """Mean semitones between successive notes of the top line, repeats left out, from 0."""
    return batch.means(*batch.top_moves)


def step_share(batch: PartBatch) -> Floats:
    """Share of the top line's moves that are one or two semitones, 0 to 1."""
    sizes, owners = batch.top_moves
    return batch.means(sizes <= 2, owners)


def leap_share(batch: PartBatch) -> Floats:
    """Share of the top line's moves that are wider than a major third, 0 to 1."""
    sizes, owners = batch.top_moves
    return batch.means(sizes >= LEAP_SEMITONES, owners)


def pitch_class_entropy(batch: PartBatch) -> Floats:
    """Entropy of the notes' pitch classes in bits, 0 to log2(12) = 3.58."""
    return entropies(batch.tallies(batch.pitches % 12, batch.pitched_owners))


def harmony_changes_per_bar(batch: PartBatch) -> Floats:
    """Harmonic rhythm: changes of harmony per bar, from 0, looked for at every beat group.

    What a beat group adds is still the same harmony where it lies within what was heard since the
    last change, contains all of it, or makes up three pitch classes with it (a broken triad).
    """
    beats = _beat_pitch_classes(batch)
    groups = len(batch.meter.group_onsets_ticks)
    edges = [*(batch.first_bars * groups).tolist(), len(beats)]
    changes = [_changes(beats[start:stop]) for start, stop in pairwise(edges)]
    return np.array(changes) / batch.bars


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


def dissonant_share(batch: PartBatch) -> Floats:
    """Share of the pairs of sounding pitch classes a semitone or a tritone apart, 0 to 1."""
    classes = batch.pitch_classes
    semitones = (classes & np.roll(classes, 1, axis=1)).sum(axis=1)
    tritones = (classes[:, :6] & classes[:, 6:]).sum(axis=1)
    sizes = classes.sum(axis=1)
    ticks, owners = batch.sonorities.length_ticks, batch.slice_owners
    dissonances = batch.sums(ticks * (semitones + tritones), owners)
    return ratios(dissonances, batch.sums(ticks * (sizes * (sizes - 1) // 2), owners))


def major_third_share(batch: PartBatch) -> Floats:
    """Of the thirds and tenths above the bass, the share that is major, 0 to 1; 0.5 for none."""
    slices, bass = np.arange(len(batch.pitch_classes)), batch.sonorities.lowest
    minor, major = (
        batch.sums(
            batch.sonorities.length_ticks * batch.pitch_classes[slices, (bass + semitones) % 12],
            batch.slice_owners,
        )
        for semitones in (3, 4)
    )
    return np.where(major + minor > 0, ratios(major, major + minor), 0.5)


def mud_share(batch: PartBatch) -> Floats:
    """Share of the sounding time with two notes under C3 closer than a fourth, 0 to 1."""
    low = batch.sonorities.sounding[:, :MUD_BELOW_PITCH]
    muddy = np.zeros(len(low), dtype=np.bool_)
    for semitones in range(1, MUD_SEMITONES):
        muddy |= (low[:, semitones:] & low[:, :-semitones]).any(axis=1)
    return _sounding_means(batch, muddy)


def _sounding_means(batch: PartBatch, values: Integers | Booleans) -> Floats:
    """Mean of values per slice, over the time in which anything sounds."""
    ticks, owners = batch.sounding_ticks, batch.slice_owners
    return ratios(batch.sums(values * ticks, owners), batch.sums(ticks, owners))


def _beat_pitch_classes(batch: PartBatch) -> list[int]:
    """What sounds anywhere in each beat group of all bars: pitch classes as bits."""
    bar_ticks = batch.meter.bar_ticks
    bar_lines = np.arange(int(batch.bars.sum()) + 1) * bar_ticks
    begins = (bar_lines[:-1, None] + np.array(batch.meter.group_onsets_ticks)).ravel()
    ends = np.append(begins[1:], bar_lines[-1])
    onsets = batch.sonorities.onset_ticks
    first = np.searchsorted(onsets + batch.sonorities.length_ticks, begins, side="right")
    last = np.searchsorted(onsets, ends)
    bits = np.append(batch.pitch_classes @ (1 << np.arange(12)), 0)
    # Every other of these runs is a beat group's; reduceat takes one value of an empty run.
    heard = np.bitwise_or.reduceat(bits, np.stack((first, last), axis=1).ravel())[::2]
    return [int(bits) for bits in np.where(first < last, heard, 0)]
