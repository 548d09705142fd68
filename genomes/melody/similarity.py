"""How different melodies are: in their contours, and in when their notes begin."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genomes.grid import cells
from genomes.melody.genes import LockedPitches, Material, Phrase
from genomes.melody.genome import MelodyGenome
from genomes.melody.phrases import tones_of
from genomes.similarity import Words, in_blocks, jaccard_distances, packed
from genomes.time import Meter

# Shares of a distance; they sum to 1.
CONTOUR_SHARE = 0.6
RHYTHM_SHARE = 0.4

# Melodies are compared at this many points of every bar.
SAMPLES_PER_BAR = 24
# Steps of the scale from which two notes are simply different.
FAR_STEPS = 4.0
SEMITONES_PER_STEP = 12 / 7


def distances(rows: Sequence[MelodyGenome], columns: Sequence[MelodyGenome]) -> NDArray[np.float64]:
    """Distances of each row to each column, 0 to 1, shape ``(len(rows), len(columns))``.

    Contours differ by how far apart they lie, each counted from its own mean: transposing is
    nothing. Rhythms differ by the share of onsets that they don't have in common.
    """
    first = _described(rows)
    second = first if columns is rows else _described(columns)
    contour = _contour_distances(first[0], second[0])
    return CONTOUR_SHARE * contour + RHYTHM_SHARE * jaccard_distances(first[1], second[1])


def _described(
    genomes: Sequence[MelodyGenome],
) -> tuple[NDArray[np.float32], Words]:
    contours, onsets = zip(*(_sampled(genome) for genome in genomes), strict=True)
    return np.array(contours, np.float32), packed(np.array(onsets)[:, None])


@in_blocks
def _contour_distances(
    first: NDArray[np.float32], second: NDArray[np.float32]
) -> NDArray[np.float64]:
    apart = np.abs(first[:, None, :] - second[None, :, :])
    np.minimum(apart, FAR_STEPS, out=apart)
    return np.asarray(apart.mean(axis=2, dtype=np.float64) / FAR_STEPS)


@lru_cache(maxsize=2**12)
def _sampled(genome: MelodyGenome) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Height above the mean at every sample, and whether a note begins there."""
    onsets, heights = [], []
    start = 0
    for phrase, material in genome.pieces():
        samples, steps = _phrase_samples(phrase, material, genome.meter)
        onsets += [start + sample for sample in samples]
        heights += steps
        start += phrase.bars * SAMPLES_PER_BAR
    begun = np.zeros(start, np.bool_)
    begun[onsets] = True
    stays = _line_heights(onsets, genome.line) if genome.line else np.array(heights, np.float32)
    held = np.searchsorted(np.array(onsets), np.arange(start), side="right") - 1
    contour = stays[np.maximum(held, 0)]
    return contour - contour.mean(), begun


@lru_cache(maxsize=2**12)
def _phrase_samples(phrase: Phrase, material: Material, meter: str) -> tuple[list[int], list[int]]:
    """Place of every tone from the phrase's first bar line, and its height above home."""
    cells_per_bar = len(cells(Meter.parse(meter), material.division))
    tones = tones_of(phrase, material, cells_per_bar)
    samples = [tone.cell * SAMPLES_PER_BAR // cells_per_bar for tone in tones]
    return samples, [tone.height + phrase.lift for tone in tones]


def _line_heights(onsets: Sequence[int], line: Sequence[LockedPitches]) -> NDArray[np.float32]:
    """The pitches that stay, on their notes, in steps."""
    edges = [segment.bar * SAMPLES_PER_BAR for segment in line[1:]]
    of_stretch = np.searchsorted(edges, onsets, side="right")
    made: list[float] = []
    for index, segment in enumerate(line):
        count = int((of_stretch == index).sum())
        pitches = segment.pitches or (made[-1:] or [0])
        made += [pitches[sample * len(pitches) // count] for sample in range(count)]
    return np.array(made, np.float32) / np.float32(SEMITONES_PER_STEP)
