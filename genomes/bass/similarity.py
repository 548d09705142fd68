"""How different bass lines are: in when they play, in what they play, and in how short."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genomes.bass.genome import GATES, OCTAVES, RING, BassGenome
from genomes.bass.tones import TONES
from genomes.similarity import Words, jaccard_distances, packed

# Shares of a distance; they sum to 1.
RHYTHM_SHARE = 0.45
TONES_SHARE = 0.45
GATE_SHARE = 0.1

REST = 0
_TONE_CODES = {
    (tone, octave): 1 + index * len(OCTAVES) + start
    for index, tone in enumerate(TONES)
    for start, octave in enumerate(OCTAVES)
}
_GATE_SPAN = max(GATES.values()) - min(GATES.values())


def distances(rows: Sequence[BassGenome], columns: Sequence[BassGenome]) -> NDArray[np.float64]:
    """Distances of each row to each column, 0 to 1, shape ``(len(rows), len(columns))``.

    Rhythms differ by the Jaccard distance of their onsets; tones by the share of cells in which
    another one sounds, or none. Register, dynamic and levels count for nothing.
    """
    first = _described(rows)
    second = first if columns is rows else _described(columns)
    rhythm = jaccard_distances(first[0], second[0])
    tones = np.stack([(second[1] != row).mean(axis=1) for row in first[1]])
    gates = np.abs(first[2][:, None] - second[2]) / _GATE_SPAN
    return RHYTHM_SHARE * rhythm + TONES_SHARE * tones + GATE_SHARE * gates


_Described = tuple[Words, NDArray[np.uint8], NDArray[np.float64]]


def _described(genomes: Sequence[BassGenome]) -> _Described:
    """Onsets and sounding tones per cell, and the gate; one row per genome."""
    onsets, sounding = zip(*map(_by_cell, genomes), strict=True)
    gates = np.array([GATES[genome.gate] for genome in genomes])
    return packed(np.array(onsets)[:, None]), np.array(sounding), gates


@lru_cache(maxsize=2**12)
def _by_cell(genome: BassGenome) -> tuple[NDArray[np.bool_], NDArray[np.uint8]]:
    """Whether a pluck begins in each cell, and the tone that sounds there."""
    cells = len(genome.bars) * genome.cells_per_bar
    onsets = np.zeros(cells, dtype=np.bool_)
    sounding = np.full(cells, REST, dtype=np.uint8)
    plucks = genome.plucks()
    starts = [bar * genome.cells_per_bar + pluck.cell for bar, pluck in plucks]
    onsets[starts] = True
    for start, end, (_, pluck) in zip(starts, [*starts[1:], cells], plucks, strict=True):
        stop = end if pluck.length == RING else min(end, start + pluck.length)
        sounding[start:stop] = _TONE_CODES[pluck.tone, pluck.octave]
    return onsets, sounding
