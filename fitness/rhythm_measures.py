"""Features of when and how loudly notes sound. Units and ranges stand in each docstring."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fitness.view import View, entropy, mean, ratio, sd
from genomes.time import TICKS_PER_QUARTER

BEAT_TOLERANCE_TICKS = TICKS_PER_QUARTER // 16  # a played note is still on its beat


def onsets_per_quarter(view: View) -> float:
    """Different onset times per quarter note, from 0."""
    return ratio(len(view.onsets_ticks) * TICKS_PER_QUARTER, view.part.length_ticks)


def onsets_per_second(view: View) -> float:
    """Different onset times per second, from 0."""
    return ratio(len(view.onsets_ticks), view.tempo_map.seconds(view.part.length_ticks))


def notes_per_onset(view: View) -> float:
    """Notes that begin together, mean, from 1; 0 without notes."""
    return ratio(len(view.part.notes), len(view.onsets_ticks))


def silence_share(view: View) -> float:
    """Share of the time in which nothing sounds, drums included, 0 to 1."""
    onsets = view.part.notes["onset_ticks"].astype(np.int64)
    ends = np.maximum.accumulate(onsets + view.part.notes["duration_ticks"])
    heard_until = np.concatenate(([0], ends))
    next_onsets = np.concatenate((onsets, [view.part.length_ticks]))
    return ratio(np.maximum(0, next_onsets - heard_until).sum(), view.part.length_ticks)


def drum_share(view: View) -> float:
    """Share of the notes that are drums, 0 to 1."""
    return mean(view.part.notes["is_drum"])


def duration_mean(view: View) -> float:
    """Mean length of a note in quarters, from 0."""
    return mean(view.part.notes["duration_ticks"]) / TICKS_PER_QUARTER


def duration_entropy(view: View) -> float:
    """Entropy of the notes' lengths in bits, from 0.

    Lengths are rounded to half-octaves of a quarter, so that dotted notes are a class of their
    own and a played note counts as the one that it stands for.
    """
    quarters = view.part.notes["duration_ticks"] / TICKS_PER_QUARTER
    classes = np.rint(2 * np.log2(quarters)).astype(np.int64)
    return entropy(np.bincount(classes - classes.min(initial=0)))


def off_beat_share(view: View) -> float:
    """Share of the onset times that lie on no beat group of the meter, 0 to 1."""
    beats = np.array((*view.meter.group_onsets_ticks, view.meter.bar_ticks))
    in_bar = view.onsets_ticks % view.meter.bar_ticks
    distance = np.abs(in_bar[:, None] - beats).min(axis=1, initial=view.meter.bar_ticks)
    return mean(distance > BEAT_TOLERANCE_TICKS)


def downbeat_share(view: View) -> float:
    """Share of the bars that begin with an onset, 0 to 1."""
    return mean(view.onset_grid[:, 0])


def groove_consistency(view: View) -> float:
    """How alike the onset patterns of neighbouring bars are, 0 to 1; 1 for a single bar.

    One minus the Hamming distance of their patterns on a grid of sixteenths, mean over the
    pairs: the grooving pattern similarity of Wu and Yang, "The Jazz Transformer on the Front
    Line" (2020), on neighbours only, as in Dong et al., "MusPy" (2020).
    """
    return 1.0 - mean(view.onset_grid[1:] != view.onset_grid[:-1])


def repeated_bar_share(view: View) -> float:
    """Share of the bars with notes that repeat an earlier bar exactly, 0 to 1."""
    notes, bar_ticks = view.part.notes, view.meter.bar_ticks
    edges = np.searchsorted(notes["onset_ticks"], np.arange(view.bars + 1) * bar_ticks).tolist()
    rows = np.stack(
        (notes["onset_ticks"] % bar_ticks, notes["duration_ticks"], notes["pitch"]), axis=1
    )
    bars = [rows[start:stop].tobytes() for start, stop in pairwise(edges) if stop > start]
    return ratio(len(bars) - len(set(bars)), len(bars))


def velocity_mean(view: View) -> float:
    """Mean MIDI velocity, 1 to 127; 0 without notes."""
    return mean(view.part.notes["velocity"])


def velocity_sd(view: View) -> float:
    """Standard deviation of the velocities, from 0."""
    return sd(view.part.notes["velocity"])
