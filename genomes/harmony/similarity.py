"""How different supporting parts are: in when they move, where they go, and what they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from genomes.harmony.genome import TEXTURES, TIED, VOICES, HarmonyGenome
from genomes.similarity import Words, jaccard_distances, packed
from genomes.time import Meter

# Shares of a distance; they sum to 1.
RHYTHM_SHARE = 0.5
TEXTURE_SHARE = 0.3
MOTION_SHARE = 0.2

# Time slots of a bar.
SLOTS = 16

_TEXTURE_INDEX = {name: index for index, name in enumerate(TEXTURES)}


def distances(
    rows: Sequence[HarmonyGenome], columns: Sequence[HarmonyGenome]
) -> NDArray[np.float64]:
    """Distances of each row to each column, 0 to 1, shape ``(len(rows), len(columns))``.

    Each share is the Jaccard distance of what two genomes hold: voices' onsets, textures bar by
    bar, and steps up, down or level from tone to tone. Register and dynamic count for nothing.
    """
    first = _described(rows)
    second = first if columns is rows else _described(columns)
    shares = (RHYTHM_SHARE, TEXTURE_SHARE, MOTION_SHARE)
    return sum(
        (
            share * jaccard_distances(a, b)
            for share, a, b in zip(shares, first, second, strict=True)
        ),
        np.zeros((len(rows), len(columns))),
    )


def _described(genomes: Sequence[HarmonyGenome]) -> tuple[Words, Words, Words]:
    """What each genome holds, as bits, a row each."""
    bars = max(len(genome.bars) for genome in genomes)
    sizes = [bars * SLOTS * VOICES, bars * len(TEXTURES), bars * SLOTS * 3]
    onsets, textures, motions = (
        np.zeros((len(genomes), 1, size), dtype=np.bool_) for size in sizes
    )
    for row, genome in enumerate(genomes):
        features = _features(genome)
        onsets[row, 0, features[0]] = True
        textures[row, 0, features[1]] = True
        motions[row, 0, features[2]] = True
    return packed(onsets), packed(textures), packed(motions)


@lru_cache(maxsize=2**12)
def _features(genome: HarmonyGenome) -> tuple[list[int], list[int], list[int]]:
    onsets: list[int] = []
    textures: list[int] = []
    motions: list[int] = []
    bar_ticks = Meter.parse(genome.meter).bar_ticks
    sung: dict[int, int] = {}
    for index, bar in enumerate(genome.bars):
        for layer in bar:
            textures.append(index * len(TEXTURES) + _TEXTURE_INDEX[layer.texture])
            for tone in layer.tones:
                slot = index * SLOTS + tone.onset_ticks * SLOTS // bar_ticks
                before = sung.get(tone.voice, tone.pitch)
                if tone.link != TIED or tone.pitch != before:
                    onsets.append(slot * VOICES + tone.voice)
                motions.append(slot * 3 + (tone.pitch > before) - (tone.pitch < before) + 1)
                sung[tone.voice] = tone.pitch
    return onsets, textures, motions
