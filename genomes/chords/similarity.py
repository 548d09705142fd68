"""How different progressions are: in their chords, in when they change, in how they are played."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

from genomes.chords.figures import Comping
from genomes.chords.genome import Bar, Change, ChordGenome
from genomes.chords.harmony import pitch_classes
from genomes.similarity import in_blocks

# Shares of a distance; they sum to 1.
HARMONY_SHARE = 0.75
CHANGES_SHARE = 0.1
PLAYING_SHARE = 0.15


def distances(rows: Sequence[ChordGenome], columns: Sequence[ChordGenome]) -> NDArray[np.float64]:
    """Distances of each row to each column, 0 to 1, shape ``(len(rows), len(columns))``.

    Beat group by beat group, chords differ by the Jaccard distance of their pitch classes, taken
    at the transposition that brings the two progressions closest. Voicing, inversion, register
    and dynamic count for nothing.
    """
    first = _described(rows)
    second = first if columns is rows else _described(columns)
    harmony = _harmony_distances(first[0], second[0])
    changes = _mean_difference(first[1], second[1])
    playing = _mean_difference(first[2], second[2])
    return HARMONY_SHARE * harmony + CHANGES_SHARE * changes + PLAYING_SHARE * playing


_Described = tuple[NDArray[np.uint16], NDArray[np.int8], NDArray[np.int32]]


def _described(genomes: Sequence[ChordGenome]) -> _Described:
    """Pitch-class masks, changes and ways of playing per beat group; one row per genome."""
    masks, changes, playing = zip(*map(_grid, genomes), strict=True)
    return np.array(masks), np.array(changes), np.array(playing)


# Each way of playing has a number of its own, so that they can be compared; which, says nothing.
_ways: dict[str, int] = {}
_next_way = count()


def _way(name: str) -> int:
    return _ways.setdefault(name, next(_next_way))


def _playing(bar: Bar, how: Comping, groups: int) -> tuple[str, ...]:
    """The figure of each beat group, or the pattern of the bar; they never have the same name."""
    return how.figures or (bar.pattern,) * groups


@lru_cache(maxsize=2**12)
def _grid(genome: ChordGenome) -> _Described:
    """What sounds in each beat group, whether it begins there, and how the group is played."""
    masks: list[int] = []
    changed: list[int] = []
    ways: list[int] = []
    sounding = 0
    for bar, how in zip(genome.bars, genome.comping_by_bar(), strict=True):
        chords = {change.group: change for change in bar.changes}
        for group in range(genome.groups_per_bar):
            changed.append(int(group in chords))
            if group in chords:
                sounding = _mask(genome.mode, chords[group])
            masks.append(sounding)
        ways += map(_way, _playing(bar, how, genome.groups_per_bar))
    return np.array(masks, np.uint16), np.array(changed, np.int8), np.array(ways, np.int32)


def _mask(mode: str, chord: Change) -> int:
    return _class_mask(pitch_classes(mode, chord.function, chord.extension))


@cache
def _class_mask(classes: tuple[int, ...]) -> int:
    return sum(1 << pitch_class for pitch_class in set(classes))


def _harmony_distances(
    first: NDArray[np.uint16], second: NDArray[np.uint16]
) -> NDArray[np.float64]:
    # Many of a population share their harmony: each progression is compared once.
    first, rows = np.unique(first, axis=0, return_inverse=True)
    second, columns = np.unique(second, axis=0, return_inverse=True)
    return _different_harmony_distances(first, second)[np.ix_(rows.ravel(), columns.ravel())]


@in_blocks
def _different_harmony_distances(
    first: NDArray[np.uint16], second: NDArray[np.uint16]
) -> NDArray[np.float64]:
    # Few chords occur often: each pair is compared once, and looked up wherever it meets.
    ours, rows = np.unique(first, return_inverse=True)
    theirs, columns = np.unique(second, return_inverse=True)
    pairs = rows.reshape(first.shape)[:, None, :] * len(theirs) + columns.reshape(second.shape)
    best = np.ones((len(first), len(second)))
    for semitones in range(12):
        turned = ((theirs << semitones) | (theirs >> (12 - semitones))) & 0xFFF
        common = np.bitwise_count(ours[:, None] & turned).astype(np.float64)
        alike = common / np.bitwise_count(ours[:, None] | turned)
        best = np.minimum(best, 1.0 - alike.ravel()[pairs].mean(axis=2))
    return best


@in_blocks
def _mean_difference(
    first: NDArray[np.integer], second: NDArray[np.integer]
) -> NDArray[np.float64]:
    return np.asarray((first[:, None, :] != second[None, :, :]).mean(axis=2))
