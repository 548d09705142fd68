"""Features of harmony, heard from the notes alone: kinds of chords and how their roots move.

A chord is heard in every half bar, see ``fitness.heard_chords``. None of the features depends on
the key: degrees count from the root that is heard longest. All are shares from 0 to 1 unless they
say otherwise, and 0 where nothing is pitched.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from fitness.heard_chords import DIMINISHED, MAJOR, MINOR, SUSPENDED, Booleans
from fitness.part_batch import Floats, PartBatch, ratios
from genomes.keys import SCALES

_SCALE = np.isin(np.arange(12), SCALES["major"])
_SCALES = np.stack([np.roll(_SCALE, tonic) for tonic in range(12)], axis=1)


def major_chord_share(batch: PartBatch) -> Floats:
    """Of the chords, those with a major third and a fifth."""
    return _share(batch, batch.chords.kinds == MAJOR)


def minor_chord_share(batch: PartBatch) -> Floats:
    """Of the chords, those with a minor third and a fifth."""
    return _share(batch, batch.chords.kinds == MINOR)


def diminished_chord_share(batch: PartBatch) -> Floats:
    """Of the chords, those with a minor third and a diminished fifth."""
    return _share(batch, batch.chords.kinds == DIMINISHED)


def suspended_chord_share(batch: PartBatch) -> Floats:
    """Of the chords, those with a second or a fourth in place of the third."""
    return _share(batch, batch.chords.kinds == SUSPENDED)


def minor_seventh_share(batch: PartBatch) -> Floats:
    """Of the chords, those in which the minor seventh above the root sounds."""
    return _share(batch, batch.chords.above[:, 10])


def major_seventh_share(batch: PartBatch) -> Floats:
    """Of the chords, those in which the major seventh above the root sounds."""
    return _share(batch, batch.chords.above[:, 11])


def added_ninth_share(batch: PartBatch) -> Floats:
    """Of the chords, those in which the second above the root sounds beside a third."""
    above = batch.chords.above
    return _share(batch, above[:, 2] & (above[:, 3] | above[:, 4]))


def added_sixth_share(batch: PartBatch) -> Floats:
    """Of the chords, those in which the major sixth above the root sounds beside a fifth."""
    above = batch.chords.above
    return _share(batch, above[:, 9] & above[:, 7])


def root_falls_fifth_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those down a fifth or up a fourth."""
    return _moves(batch, 5)


def root_rises_fifth_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those up a fifth or down a fourth."""
    return _moves(batch, 7)


def root_semitone_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those by a semitone."""
    return _moves(batch, 1, 11)


def root_rises_tone_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those up a whole tone."""
    return _moves(batch, 2)


def root_falls_tone_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those down a whole tone."""
    return _moves(batch, 10)


def root_minor_third_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those by a minor third."""
    return _moves(batch, 3, 9)


def root_major_third_share(batch: PartBatch) -> Floats:
    """Of the moves of the root, those by a major third."""
    return _moves(batch, 4, 8)


def home_share(batch: PartBatch) -> Floats:
    """Of the chords, those on the commonest root."""
    return _degree(batch, 0)


def flat_second_share(batch: PartBatch) -> Floats:
    """Of the chords, those a semitone above the commonest root."""
    return _degree(batch, 1)


def fourth_degree_share(batch: PartBatch) -> Floats:
    """Of the chords, those a fourth above the commonest root."""
    return _degree(batch, 5)


def fifth_degree_share(batch: PartBatch) -> Floats:
    """Of the chords, those a fifth above the commonest root."""
    return _degree(batch, 7)


def flat_seventh_share(batch: PartBatch) -> Floats:
    """Of the chords, those a whole tone below the commonest root."""
    return _degree(batch, 10)


def root_count(batch: PartBatch) -> Floats:
    """How many different roots are heard, 0 to 12."""
    return np.asarray((batch.root_tallies > 0).sum(axis=1), dtype=np.float64)


def foreign_share(batch: PartBatch) -> Floats:
    """Share of the sounding time of pitch classes outside the best-fitting major scale."""
    chords, sums = batch.chords, np.zeros((len(batch.parts), 12))
    np.add.at(sums, chords.owners, chords.ticks)
    whole = sums.sum(axis=1)
    return ratios(whole - (sums @ _SCALES).max(axis=1), whole)


def _share(batch: PartBatch, is_such: Booleans) -> Floats:
    return batch.means(is_such, batch.chords.owners)


def _moves(batch: PartBatch, *semitones: int) -> Floats:
    """Share of the moves from a chord to one on another root that are up by these semitones."""
    rises, owners = batch.root_moves
    return batch.means(np.isin(rises, semitones), owners)


def _degree(batch: PartBatch, semitones: int) -> Floats:
    """Share of the chords on the root so many semitones above the commonest one."""
    tallies = batch.root_tallies
    return ratios(tallies[:, semitones], tallies.sum(axis=1))


MEASURES: tuple[Callable[[PartBatch], Floats], ...] = (
    major_chord_share,
    minor_chord_share,
    diminished_chord_share,
    suspended_chord_share,
    minor_seventh_share,
    major_seventh_share,
    added_ninth_share,
    added_sixth_share,
    root_falls_fifth_share,
    root_rises_fifth_share,
    root_semitone_share,
    root_rises_tone_share,
    root_falls_tone_share,
    root_minor_third_share,
    root_major_third_share,
    home_share,
    flat_second_share,
    fourth_degree_share,
    fifth_degree_share,
    flat_seventh_share,
    root_count,
    foreign_share,
)
