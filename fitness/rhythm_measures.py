"""Features of when and how loudly notes sound, one value a part.

Units and ranges stand in each docstring.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fitness.view import Floats, View, entropies, ratios
from genomes.time import TICKS_PER_QUARTER

BEAT_TOLERANCE_TICKS = TICKS_PER_QUARTER // 16  # a played note is still on its beat


def onsets_per_quarter(view: View) -> Floats:
    """Different onset times per quarter note, from 0."""
    return ratios(view.counts(view.onset_owners) * TICKS_PER_QUARTER, view.lengths_ticks)


def onsets_per_second(view: View) -> Floats:
    """Different onset times per second, from 0."""
    return ratios(view.counts(view.onset_owners), view.tempo_map.seconds(view.lengths_ticks))


def notes_per_onset(view: View) -> Floats:
    """Notes that begin together, mean, from 1; 0 without notes."""
    return ratios(view.counts(view.owners), view.counts(view.onset_owners))


def silence_share(view: View) -> Floats:
    """Share of the time in which nothing sounds, drums included, 0 to 1."""
    onsets = view.note_onsets_ticks
    heard_until = np.maximum.accumulate(onsets + view.notes["duration_ticks"])
    before = np.concatenate(([0], heard_until))[: len(onsets)]
    gaps = np.maximum(0, onsets - np.maximum(before, view.starts_ticks[view.owners]))
    ends = view.starts_ticks + view.lengths_ticks
    last_notes = np.searchsorted(onsets, ends) - 1
    heard_last = np.concatenate((heard_until, [0]))[last_notes]  # 0 where none came before
    rest = ends - np.maximum(heard_last, view.starts_ticks)
    return ratios(view.sums(gaps, view.owners) + rest, view.lengths_ticks)


def drum_share(view: View) -> Floats:
    """Share of the notes that are drums, 0 to 1."""
    return view.means(view.notes["is_drum"], view.owners)


def duration_mean(view: View) -> Floats:
    """Mean length of a note in quarters, from 0."""
    return view.means(view.notes["duration_ticks"], view.owners) / TICKS_PER_QUARTER


def duration_entropy(view: View) -> Floats:
    """Entropy of the notes' lengths in bits, from 0.

    Lengths are rounded to half-octaves of a quarter, so that dotted notes are a class of their
    own and a played note counts as the one that it stands for.
    """
    quarters = view.notes["duration_ticks"] / TICKS_PER_QUARTER
    classes = np.rint(2 * np.log2(quarters)).astype(np.int64)
    return entropies(view.tallies(classes - classes.min(initial=0), view.owners))


def off_beat_share(view: View) -> Floats:
    """Share of the onset times that lie on no beat group of the meter, 0 to 1."""
    beats = np.array((*view.meter.group_onsets_ticks, view.meter.bar_ticks))
    in_bar = view.onsets_ticks % view.meter.bar_ticks
    distance = np.abs(in_bar[:, None] - beats).min(axis=1, initial=view.meter.bar_ticks)
    return view.means(distance > BEAT_TOLERANCE_TICKS, view.onset_owners)


def downbeat_share(view: View) -> Floats:
    """Share of the bars that begin with an onset, 0 to 1."""
    return view.means(view.onset_grid[:, 0], view.bar_owners)


def groove_consistency(view: View) -> Floats:
    """How alike the onset patterns of neighbouring bars are, 0 to 1; 1 for a single bar.

    One minus the Hamming distance of their patterns on a grid of sixteenths, mean over the
    pairs: the grooving pattern similarity of Wu and Yang, "The Jazz Transformer on the Front
    Line" (2020), on neighbours only, as in Dong et al., "MusPy" (2020).
    """
    grid, owners = view.onset_grid, view.bar_owners
    differing = (grid[1:] != grid[:-1]).sum(axis=1) * (owners[1:] == owners[:-1])
    return 1.0 - ratios(view.sums(differing, owners[1:]), (view.bars - 1) * grid.shape[1])


def repeated_bar_share(view: View) -> Floats:
    """Share of the bars with notes that repeat an earlier bar exactly, 0 to 1."""
    notes, onsets, bar_ticks = view.notes, view.note_onsets_ticks, view.meter.bar_ticks
    bar_lines = np.arange(int(view.bars.sum()) + 1) * bar_ticks
    edges = np.searchsorted(onsets, bar_lines).tolist()
    rows = np.stack((onsets % bar_ticks, notes["duration_ticks"], notes["pitch"]), axis=1)
    bars = [rows[start:stop].tobytes() for start, stop in pairwise(edges)]
    spans = zip(view.first_bars.tolist(), view.bars.tolist(), strict=True)
    sounding = [[bar for bar in bars[first : first + count] if bar] for first, count in spans]
    repeated = np.array([len(some) - len(set(some)) for some in sounding])
    return ratios(repeated, np.array([len(some) for some in sounding]))


def velocity_mean(view: View) -> Floats:
    """Mean MIDI velocity, 1 to 127; 0 without notes."""
    return view.means(view.notes["velocity"], view.owners)


def velocity_sd(view: View) -> Floats:
    """Standard deviation of the velocities, from 0."""
    return view.deviations(view.notes["velocity"], view.owners)
