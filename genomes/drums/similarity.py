"""Distance of drum parts: strokes by role, onsets, voices and swing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from genomes.drums.fills import played
from genomes.drums.genome import DrumGenome
from genomes.drums.patterns import REST, Pattern
from genomes.drums.rendering import swing_of
from genomes.drums.voices import VOICES
from genomes.grid import DIVISIONS, cells
from genomes.similarity import WORD_BITS, Words, jaccard_distances
from genomes.time import Meter

# Shares of a distance; they sum to 1.
STROKES_SHARE = 0.6  # what is struck where, by what a voice is for
RHYTHM_SHARE = 0.2  # where anything is struck
VOICES_SHARE = 0.15  # which voices are heard
FEEL_SHARE = 0.05  # how far it swings

_ROLES = tuple(dict.fromkeys(voice.role for voice in VOICES.values()))
_VOICE_BITS = {name: 1 << index for index, name in enumerate(VOICES)}
_WORD_BYTES = WORD_BITS // 8


def distances(rows: Sequence[DrumGenome], columns: Sequence[DrumGenome]) -> NDArray[np.float64]:
    """Distances of each row to each column, 0 to 1, shape ``(len(rows), len(columns))``.

    Bar by bar, strokes differ by the Jaccard distance of their onsets. How loud anything is
    counts for nothing.
    """
    first = _described(rows)
    second = first if columns is rows else _described(columns)
    strokes = jaccard_distances(first[0], second[0])
    rhythm = jaccard_distances(first[1], second[1])
    voices = jaccard_distances(first[2], second[2])
    feel = np.abs(first[3][:, None] - second[3][None, :])
    return np.asarray(
        STROKES_SHARE * strokes + RHYTHM_SHARE * rhythm + VOICES_SHARE * voices + FEEL_SHARE * feel
    )


_Described = tuple[Words, Words, Words, NDArray[np.float64]]


def _described(genomes: Sequence[DrumGenome]) -> _Described:
    """Bits of strokes by role, of any strokes, of voices; and the swing. A row per genome."""
    strokes, rhythms, voices = [], [], []
    for genome in genomes:
        bars = [
            _bar_bits(played(bar.pattern, bar.fill, bar.crash, genome.meter), genome.meter)
            for bar in genome.bars
        ]
        strokes.append(b"".join(bar[0] for bar in bars))
        rhythms.append(b"".join(bar[1] for bar in bars))
        heard = 0
        for bar in bars:
            heard |= bar[2]
        voices.append(heard.to_bytes(_WORD_BYTES, "little"))
    swings = np.array([swing_of(genome) for genome in genomes])
    bars_count = len(genomes[0].bars)
    shaped = [_shaped(each, bars_count) for each in (strokes, rhythms)]
    return shaped[0], shaped[1], _shaped(voices, 1), swings


def _shaped(rows: Sequence[bytes], bars: int) -> Words:
    return np.frombuffer(b"".join(rows), dtype=np.uint64).reshape(len(rows), bars, -1)


@lru_cache(maxsize=2**12)
def _bar_bits(pattern: Pattern, meter: Meter) -> tuple[bytes, bytes, int]:
    """Strokes by role, strokes of any, and voices, as bits of the onsets of both divisions."""
    numbers, length = _onset_numbers(meter)
    onsets = numbers[pattern.division]
    by_role = dict.fromkeys(_ROLES, 0)
    heard = 0
    for voice, line in pattern.lines:
        heard |= _VOICE_BITS[voice]
        for cell, letter in enumerate(line):
            if letter != REST:
                by_role[VOICES[voice].role] |= 1 << onsets[cell]
    struck = 0
    for bits in by_role.values():
        struck |= bits
    rows = b"".join(bits.to_bytes(length, "little") for bits in by_role.values())
    return rows, struck.to_bytes(length, "little"), heard


@cache
def _onset_numbers(meter: Meter) -> tuple[dict[str, tuple[int, ...]], int]:
    """For each division, each cell's number among those of both; bytes they take in whole words."""
    onsets = {d: [cell.onset_ticks for cell in cells(meter, d)] for d in DIVISIONS}
    every = sorted({onset for some in onsets.values() for onset in some})
    numbers = {onset: number for number, onset in enumerate(every)}
    return {d: tuple(numbers[o] for o in some) for d, some in onsets.items()}, -(
        -len(every) // WORD_BITS
    ) * _WORD_BYTES
