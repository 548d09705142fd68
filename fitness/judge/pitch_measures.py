"""What pitches of a part sound together and after each other: none of it changes when transposed.

Each function takes a view and returns one number for each of its names, in the table below.
Drums are left out.
"""

from __future__ import annotations

import numpy as np

from fitness.judge.rhythm_measures import Floats, Integers, mean, shares
from fitness.part_batch import PartBatch
from fitness.sonorities import PITCHES, Booleans

MOST_STRUCK = 6
INTERVAL_CLASSES = range(1, 7)
# Intervals over the bass in semitones. Major thirds over all thirds are the model's to read.
OVER_BASS = {"second": (1, 2), "fourth": (5,), "tritone": (6,), "fifth": (7,), "sixth": (8, 9)}
OVER_BASS |= {"minor_seventh": (10,), "major_seventh": (11,), "third": (3, 4)}
TOP_MOVES = {"stays": (0, 0), "third": (3, 4), "fourth_or_fifth": (5, 7), "wider": (8, 127)}
BAR_LAGS = (1, 2, 4)
GAP_QUANTILES = {"low_tail": (10, 50), "high_tail": (50, 90)}


def struck_together(view: PartBatch) -> Floats:
    """Share of the onsets that strike 1, 2, … 6 or more pitches."""
    sizes = np.minimum(_strike_sizes(view), MOST_STRUCK)
    return shares(np.bincount(sizes, minlength=MOST_STRUCK + 1)[1:])


def chord_shape(view: PartBatch) -> Floats:
    """Of chords struck together, in octaves: ambitus, and the gaps at the bottom and the top."""
    strikes = view.sonorities.struck[view.sonorities.struck.sum(axis=1) > 1]
    rows = [np.flatnonzero(strike) for strike in strikes]
    if not rows:
        return np.zeros(3)
    widths = [(row[-1] - row[0], row[1] - row[0], row[-1] - row[-2]) for row in rows]
    return np.asarray(np.mean(widths, axis=0) / 12)


def pitch_classes(sounding: Booleans) -> Booleans:
    """Pitches ``(s, 128)`` as pitch classes ``(s, 12)``."""
    padded = np.zeros((len(sounding), 132), dtype=np.bool_)
    padded[:, :PITCHES] = sounding
    return np.asarray(padded.reshape(len(sounding), 11, 12).any(axis=1))


def interval_classes(view: PartBatch) -> Floats:
    """Share of each interval class among the pairs of pitch classes that sound at once."""
    classes, weights = pitch_classes(view.sonorities.sounding), view.sonorities.length_ticks
    found = []
    for interval in INTERVAL_CLASSES:
        pairs = (classes & np.roll(classes, interval, axis=1)).sum(axis=1)
        found.append(pairs @ weights / (2 if interval == 6 else 1))
    return shares(np.array(found))


def over_bass(view: PartBatch) -> Floats:
    """Share of the sounding time in which each interval stands over the lowest note."""
    sonorities = view.sonorities
    heard = sonorities.length_ticks * (sonorities.polyphony > 0)
    classes = pitch_classes(sonorities.sounding)
    rows = np.arange(len(sonorities.lowest))[:, None]
    found = []
    for semitones in OVER_BASS.values():
        stands = classes[rows, (sonorities.lowest[:, None] + semitones) % 12].any(axis=1)
        found.append(stands @ heard / max(1, heard.sum()))
    return np.array(found)


def bass_moves(view: PartBatch) -> Floats:
    """Share of the bass line's moves of each interval class, and of those that repeat a note."""
    steps = np.abs(np.diff(view.sonorities.bass_line[1])) % 12
    classes = np.minimum(steps, 12 - steps)
    return shares(np.bincount(classes, minlength=7))


def top_moves(view: PartBatch) -> Floats:
    """Share of the top line's moves of some sizes, and of the moving ones those that rise."""
    steps = np.diff(view.sonorities.top_line[1])
    sizes = np.abs(steps)
    found = [mean((sizes >= low) & (sizes <= high)) for low, high in TOP_MOVES.values()]
    return np.array([*found, mean(steps[steps != 0] > 0)])


def runs_of_notes(view: PartBatch) -> Floats:
    """Of moves from one single note to the next: those that rise, those that turn."""
    single = view.sonorities.struck.sum(axis=1) == 1
    pitches = view.sonorities.struck.argmax(axis=1)
    steps = np.sign(np.diff(pitches))[single[1:] & single[:-1]]
    return np.array([mean(steps > 0), mean(steps[1:] * steps[:-1] < 0)])


def common_tones(view: PartBatch) -> Floats:
    """Pitch classes that bars share, of all that either has: mean over pairs 1, 2 and 4 apart."""
    bars = _bar_pitch_classes(view)
    found = []
    for lag in BAR_LAGS:
        both = (bars[lag:] & bars[:-lag]).sum(axis=1)
        either = (bars[lag:] | bars[:-lag]).sum(axis=1)
        found.append(mean(both / np.maximum(1, either)))
    return np.array(found)


def variety(view: PartBatch) -> Floats:
    """Pitch classes in a bar, pitch classes of the bass line, bass lines that stay on one."""
    bass = shares(np.bincount(view.sonorities.bass_line[1] % 12, minlength=12))
    classes = float((bass > 0).sum())
    return np.array([mean(_bar_pitch_classes(view).sum(axis=1)), classes, bass.max()])


def register_tails(view: PartBatch) -> Floats:
    """Semitones from the median pitch to the 10th and the 90th percentile."""
    if not view.pitches.size:
        return np.zeros(len(GAP_QUANTILES))
    return np.array([np.diff(np.percentile(view.pitches, q))[0] for q in GAP_QUANTILES.values()])


def voices_come_and_go(view: PartBatch) -> Floats:
    """Deviation of the number of sounding pitches, and its mean change from slice to slice."""
    sounding = view.sonorities.polyphony
    deviation = float(sounding.std()) if sounding.size else 0.0
    return np.array([deviation, mean(np.abs(np.diff(sounding)))])


def _strike_sizes(view: PartBatch) -> Integers:
    sizes = view.sonorities.struck.sum(axis=1)
    return np.asarray(sizes[sizes > 0])


def _bar_pitch_classes(view: PartBatch) -> Booleans:
    """``(bars, 12)`` which pitch classes begin in each bar."""
    found = np.zeros((len(view.onset_grid), 12), dtype=np.bool_)
    bars = view.notes["onset_ticks"][view.is_pitched].astype(np.int64) // view.meter.bar_ticks
    found[np.minimum(bars, len(found) - 1), view.pitches % 12] = True
    return found


GROUPS = (
    (struck_together, tuple(f"struck_{n + 1}" for n in range(MOST_STRUCK))),
    (chord_shape, ("chord_ambitus", "gap_over_bass", "gap_under_top")),
    (interval_classes, tuple(f"interval_class_{n}" for n in INTERVAL_CLASSES)),
    (over_bass, tuple(f"{interval}_over_bass" for interval in OVER_BASS)),
    (bass_moves, tuple(f"bass_move_{n}" for n in range(7))),
    (top_moves, (*(f"top_{move}" for move in TOP_MOVES), "top_rises")),
    (runs_of_notes, ("runs_rise", "runs_turn")),
    (common_tones, tuple(f"common_tones_after_{lag}" for lag in BAR_LAGS)),
    (variety, ("pitch_classes_per_bar", "bass_pitch_classes", "bass_stays")),
    (register_tails, tuple(GAP_QUANTILES)),
    (voices_come_and_go, ("voices_deviation", "voices_change")),
)
