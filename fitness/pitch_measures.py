"""Features of what pitches sound, drums left out. Units and ranges stand in each docstring.

All are 0 where nothing is pitched, unless they say otherwise.
"""

from __future__ import annotations

import numpy as np

from fitness.sweep import Booleans, fold_octaves
from fitness.view import View, entropy, mean, ratio

LEAP_SEMITONES = 5  # wider than a major third
MUD_BELOW_PITCH = 48  # two close notes under C3 beat
MUD_SEMITONES = 5
TRIAD_SIZE = 3

_PITCH_CLASS_BITS = 1 << np.arange(12)


def polyphony(view: View) -> float:
    """Different pitches that sound at once, mean over the time in which any does, from 1."""
    return _sounding_mean(view, view.sweep.polyphony)


def pitch_mean(view: View) -> float:
    """Mean MIDI pitch of the notes, 0 to 127."""
    return mean(view.pitches)


def pitch_sd(view: View) -> float:
    """Standard deviation of the notes' pitches in semitones, from 0."""
    return float(view.pitches.std()) if view.pitches.size else 0.0


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
    for beat in (_beat_pitch_classes(view) @ _PITCH_CLASS_BITS).tolist():
        together = heard | beat
        if together in {heard, beat} or together.bit_count() <= TRIAD_SIZE:
            heard = together
        else:
            heard = beat
            changes += 1
    return changes / view.bars


def dissonant_share(view: View) -> float:
    """Share of the pairs of sounding pitch classes a semitone or a tritone apart, 0 to 1."""
    classes, weights = view.sweep.pitch_classes, view.sweep.length_ticks
    sizes = classes.sum(axis=1)
    around = np.concatenate((classes[:, 1:], classes[:, :1]), axis=1)
    semitones = (classes & around).sum(axis=1)
    tritones = (classes[:, :6] & classes[:, 6:]).sum(axis=1)
    pairs = sizes * (sizes - 1) // 2
    return ratio((semitones + tritones) @ weights, pairs @ weights)


def major_third_share(view: View) -> float:
    """Of the thirds and tenths above the bass, the share that is major, 0 to 1; 0.5 for none."""
    sweep = view.sweep
    rows = np.arange(len(sweep.lowest))
    major = sweep.length_ticks[sweep.pitch_classes[rows, (sweep.lowest + 4) % 12]].sum()
    minor = sweep.length_ticks[sweep.pitch_classes[rows, (sweep.lowest + 3) % 12]].sum()
    return ratio(major, major + minor) if major + minor else 0.5


def mud_share(view: View) -> float:
    """Share of the sounding time with two notes under C3 closer than a fourth, 0 to 1."""
    low = view.sweep.sounding[:, :MUD_BELOW_PITCH]
    close = np.zeros(len(low), dtype=np.bool_)
    for semitones in range(1, MUD_SEMITONES):
        close |= (low[:, semitones:] & low[:, :-semitones]).any(axis=1)
    return _sounding_mean(view, close)


def _sounding_mean(view: View, values: np.typing.NDArray[np.int64] | Booleans) -> float:
    """Mean of values per slice, over the time in which anything sounds."""
    weights = view.sweep.length_ticks * (view.sweep.polyphony > 0)
    return ratio(values @ weights, weights.sum())


def _beat_pitch_classes(view: View) -> Booleans:
    """``(beat groups, 12)`` what sounds anywhere in each beat group."""
    sweep, meter = view.sweep, view.meter
    bars = np.arange(view.bars)[:, None] * meter.bar_ticks
    edges = (bars + np.array(meter.group_onsets_ticks)).ravel()
    first = np.searchsorted(sweep.onset_ticks + sweep.length_ticks, edges, side="right")
    last = np.searchsorted(sweep.onset_ticks, np.append(edges[1:], view.part.length_ticks))
    running = np.zeros((len(sweep.lowest) + 1, 128), dtype=np.int32)
    np.cumsum(sweep.sounding, axis=0, out=running[1:])
    return fold_octaves(running[np.maximum(first, last)] > running[first])
