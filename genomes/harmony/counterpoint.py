"""Counterpoint rules for two voices: parallels and clashes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

# Intervals, in semitones without their octaves, that two voices may not move in parallel.
PERFECT = (0, 7)
# A semitone, with or without octaves between: minor seconds and minor ninths.
SEMITONE = 1
PITCHES = 128

Pair = tuple[int, int]  # pitches of two voices at one common onset
Strikes = Mapping[int, int]  # a voice: when it is struck, in ticks, and its pitch then


def parallels(before: Pair, after: Pair) -> bool:
    """Whether two voices go in parallel perfect fifths, octaves or unisons.

    They do if both move and their interval is perfect and the same, octaves aside, before and
    after, in any direction.

    Args:
        before: their pitches where both were last struck together.
        after: their pitches where they are struck together next.
    """
    interval = abs(before[0] - before[1]) % 12
    return (
        interval in PERFECT
        and abs(after[0] - after[1]) % 12 == interval
        and before[0] != after[0]
        and before[1] != after[1]
    )


def parallel_onsets(first: Strikes, second: Strikes) -> list[int]:
    """The common onsets of two voices, in ticks, that end a pair of parallels."""
    common = sorted(first.keys() & second.keys())
    pairs = [(first[onset], second[onset]) for onset in common]
    moves = zip(common[1:], pairwise(pairs), strict=True)
    return [onset for onset, (before, after) in moves if parallels(before, after)]


def clash(first_pitch: int, second_pitch: int) -> bool:
    """Whether two pitches lie a semitone or a minor ninth apart."""
    return abs(first_pitch - second_pitch) % 12 == SEMITONE


# For each pitch, those that clash with it, as bits.
CLASHING: tuple[int, ...] = tuple(
    sum(1 << other for other in range(PITCHES) if clash(pitch, other)) for pitch in range(PITCHES)
)
