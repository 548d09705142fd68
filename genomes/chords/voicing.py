"""Voicings: from chord tones to pitches in register."""

from __future__ import annotations

from functools import cache, lru_cache

import msgspec

from genomes.chords.harmony import Chord, pitch_classes
from genomes.chords.written import has_own_bass

# Every chord note lies here: C2 to G6.
LOWEST_PITCH = 36
HIGHEST_PITCH = 91

# Centres of the upper voices that a progression can choose from.
REGISTERS = (54, 57, 60, 63, 66, 69, 72)

# How the voices above the bass are laid out.
SPREADS = ("close", "open", "wide", "shell", "full")


class Voicing(msgspec.Struct, frozen=True, cache_hash=True):
    """How a chord is laid out.

    Attributes:
        spread: one of ``SPREADS``: close position; open (second voice from the top an octave
            down); wide (every second voice an octave up); shell (what the bass doesn't have,
            without the fifth in chords of four notes); full (close, the lowest voice doubled on
            top).
        position: which chord tone the upper voices start from, 0 the root.
    """

    spread: str = "close"
    position: int = 0


@cache
def pitches(
    mode: str, tonic_pitch_class: int, chord: Chord, voicing: Voicing, register: int
) -> tuple[int, ...]:
    """MIDI pitches of a voiced chord, bass first, then upwards; all in register.

    Args:
        mode: the key's mode.
        tonic_pitch_class: the key's tonic.
        chord: what sounds.
        voicing: how it is laid out.
        register: MIDI pitch around which the upper voices start.
    """
    classes = [
        (tonic_pitch_class + semitones) % 12
        for semitones in pitch_classes(mode, chord.function, chord.extension)
    ]
    bass = _at_or_above(classes[chord.inversion], max(LOWEST_PITCH, register - 25))
    if has_own_bass(chord.function):
        classes = [each for each in classes if each != bass % 12]
        chosen = _shell(classes, None) if voicing.spread == "shell" else classes
    else:
        chosen = _shell(classes, chord.inversion) if voicing.spread == "shell" else classes
    upper = _upper_voices(chosen, voicing, register)
    while max(upper) > HIGHEST_PITCH:
        upper = [pitch - 12 for pitch in upper]
    lifted = {pitch if pitch >= bass else _at_or_above(pitch % 12, bass) for pitch in upper}
    return (bass, *sorted(lifted - {bass}))


def _at_or_above(pitch_class: int, lowest: int) -> int:
    return lowest + (pitch_class - lowest) % 12


def _shell(classes: list[int], inversion: int | None) -> list[int]:
    """All that is not in the bass; in fuller chords without the fifth, which says least."""
    left_out = {inversion, 2} if len(classes) > 3 else {inversion}
    return [pitch_class for index, pitch_class in enumerate(classes) if index not in left_out]


def _upper_voices(classes: list[int], voicing: Voicing, register: int) -> list[int]:
    position = voicing.position % len(classes)
    stack = _stacked(classes[position:] + classes[:position], register - 6)
    return _laid_out(stack, voicing.spread)


def _stacked(classes: list[int], lowest: int) -> list[int]:
    stack: list[int] = []
    for pitch_class in classes:
        stack.append(_at_or_above(pitch_class, stack[-1] + 1 if stack else lowest))
    return stack


def _laid_out(stack: list[int], spread: str) -> list[int]:
    if spread == "open" and len(stack) > 2:
        return [*stack[:-2], stack[-2] - 12, stack[-1]]
    if spread == "wide":
        return [pitch + 12 * (index % 2) for index, pitch in enumerate(stack)]
    if spread == "full":
        return [*stack, stack[0] + 12]
    return stack


@lru_cache(maxsize=2**14)
def movement_semitones(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    """How far voices move: mean distance of each note to the nearest of the other chord."""
    there = [min(abs(pitch - other) for other in second) for pitch in first]
    back = [min(abs(pitch - other) for other in first) for pitch in second]
    return (sum(there) + sum(back)) / (len(there) + len(back))
