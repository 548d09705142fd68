"""Features of when and how loudly notes sound, one value a part.

Units and ranges stand in each docstring.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from fitness.part_batch import Floats, PartBatch, entropies, ratios
from genomes.time import TICKS_PER_QUARTER

BEAT_TOLERANCE_TICKS = TICKS_PER_QUARTER // 16  # a played note is still on its beat


def onsets_per_quarter(batch: PartBatch) -> Floats:
    """Different onset times per quarter note, from 0."""
    return ratios(batch.counts(batch.onset_owners) * TICKS_PER_QUARTER, batch.lengths_ticks)


def onsets_per_second(batch: PartBatch) -> Floats:
    """Different onset times per second, from 0."""
    return ratios(batch.counts(batch.onset_owners), batch.tempo_map.seconds(batch.lengths_ticks))


def notes_per_onset(batch: PartBatch) -> Floats:
    """Notes that begin together, mean, from 1; 0 without notes."""
    return ratios(batch.counts(batch.owners), batch.counts(batch.onset_owners))


def silence_share(batch: PartBatch) -> Floats:
    """Share of the time in which nothing sounds, drums included, 0 to 1."""
    onsets = batch.note_onsets_ticks
    heard_until = np.maximum.accumulate(onsets + batch.notes["duration_ticks"])
    before = np.concatenate(([0], heard_until))[: len(onsets)]
    gaps = np.maximum(0, onsets - np.maximum(before, batch.starts_ticks[batch.owners]))
    ends = batch.starts_ticks + batch.lengths_ticks
    last_notes = np.searchsorted(onsets, ends) - 1
    heard_last = np.concatenate((heard_until, [0]))[last_notes]  # 0 where none came before
    rest = ends - np.maximum(heard_last, batch.starts_ticks)
    return ratios(batch.sums(gaps, batch.owners) + rest, batch.lengths_ticks)


def drum_share(batch: PartBatch) -> Floats:
    """Share of the notes that are drums, 0 to 1."""
    return batch.means(batch.notes["is_drum"], batch.owners)


def duration_mean(batch: PartBatch) -> Floats:
    """Mean length of a note in quarters, from 0."""
    return batch.means(batch.notes["duration_ticks"], batch.owners) / TICKS_PER_QUARTER


def duration_entropy(batch: PartBatch) -> Floats:
    """Entropy of the notes' lengths in bits, from 0.

    Lengths are rounded to half-octaves of a quarter, so that dotted notes are a class of their
    own and a played note counts as the one that it stands for.
    """
    quarters = batch.notes["duration_ticks"] / TICKS_PER_QUARTER
    classes = np.rint(2 * np.log2(quarters)).astype(np.int64)
    return entropies(batch.tallies(classes - classes.min(initial=0), batch.owners))


def off_beat_share(batch: PartBatch) -> Floats:
    """Share of the onset times that lie on no beat group of the meter, 0 to 1."""
    beats = np.array((*batch.meter.group_onsets_ticks, batch.meter.bar_ticks))
    in_bar = batch.onsets_ticks % batch.meter.bar_ticks
    distance = np.abs(in_bar[:, None] - beats).min(axis=1, initial=batch.meter.bar_ticks)
    return batch.means(distance > BEAT_TOLERANCE_TICKS, batch.onset_owners)


def downbeat_share(batch: PartBatch) -> Floats:
    """Share of the bars that begin with an onset, 0 to 1."""
    return batch.means(batch.onset_grid[:, 0], batch.bar_owners)


def groove_consistency(batch: PartBatch) -> Floats:
    """How alike the onset patterns of neighbouring bars are, 0 to 1; 1 for a single bar.

    One minus the Hamming distance of their patterns on a grid of sixteenths, mean over the
    pairs: the grooving pattern similarity of Wu and Yang, "The Jazz Transformer on the Front
    Line" (2020), on neighbours only, as in Dong et al., "MusPy" (2020).
    """
    grid, owners = batch.onset_grid, batch.bar_owners
    differing = (grid[1:] != grid[:-1]).sum(axis=1) * (owners[1:] == owners[:-1])
    return 1.0 - ratios(batch.sums(differing, owners[1:]), (batch.bars - 1) * grid.shape[1])


def repeated_bar_share(batch: PartBatch) -> Floats:
    """Share of the bars with notes that repeat an earlier bar exactly, 0 to 1."""
    notes, onsets, bar_ticks = batch.notes, batch.note_onsets_ticks, batch.meter.bar_ticks
    bar_lines = np.arange(int(batch.bars.sum()) + 1) * bar_ticks
    edges = np.searchsorted(onsets, bar_lines).tolist()
    rows = np.stack((onsets % bar_ticks, notes["duration_ticks"], notes["pitch"]), axis=1)
    bars = [rows[start:stop].tobytes() for start, stop in pairwise(edges)]
    spans = zip(batch.first_bars.tolist(), batch.bars.tolist(), strict=True)
    sounding = [[bar for bar in bars[first : first + count] if bar] for first, count in spans]
    repeated = np.array([len(some) - len(set(some)) for some in sounding])
    return ratios(repeated, np.array([len(some) for some in sounding]))


def velocity_mean(batch: PartBatch) -> Floats:
    """Mean MIDI velocity, 1 to 127; 0 without notes."""
    return batch.means(batch.notes["velocity"], batch.owners)


def velocity_sd(batch: PartBatch) -> Floats:
    """Standard deviation of the velocities, from 0."""
    return batch.deviations(batch.notes["velocity"], batch.owners)
