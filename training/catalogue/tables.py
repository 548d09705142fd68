"""What the simple generators choose from: rhythms for any meter, drums, registers, contours."""

from __future__ import annotations

import math
from collections.abc import Callable

from genomes.chords.comping import pulses
from genomes.time import TICKS_PER_QUARTER, Meter

SIXTEENTH_TICKS = TICKS_PER_QUARTER // 4

LOOP_BARS = (1, 2, 4, 8)
VELOCITIES = (44, 54, 64, 74, 84, 94, 104)

BASS_REGISTERS = (31, 36, 41)  # the lowest pitch of the octave that a line prefers
LOWEST_BASS, HIGHEST_BASS = 28, 60
BASS_TONES = ("root", "third", "fifth", "octave", "approach", "scale")

MELODY_REGISTERS = (53, 58, 63, 68, 73, 78)  # the middle of a line
LOWEST_MELODY, HIGHEST_MELODY = 45, 93

# General MIDI percussion.
DRUM_NOTES = {
    "kick": 36,
    "snare": 38,
    "rim": 37,
    "clap": 39,
    "closed_hat": 42,
    "pedal_hat": 44,
    "open_hat": 46,
    "low_tom": 45,
    "middle_tom": 47,
    "high_tom": 50,
    "floor_tom": 41,
    "crash": 49,
    "ride": 51,
    "ride_bell": 53,
    "shaker": 70,
    "tambourine": 54,
    "cowbell": 56,
    "congas": 63,
    "triangle": 81,
}
FILL_NOTES = (50, 47, 45, 41)  # from the high tom down


def _pulses(meter: Meter) -> list[int]:
    return [onset for onset, _ in pulses(meter)]


def _beats(meter: Meter) -> list[int]:
    return list(meter.group_onsets_ticks)


def _accents(meter: Meter) -> list[int]:
    pairs = zip(meter.group_onsets_ticks, meter.accents, strict=True)
    return [onset for onset, accent in pairs if accent >= 0.5]


def _backbeat(meter: Meter) -> list[int]:
    """Every second group; of three groups, the last."""
    beats = _beats(meter)
    return beats[2:] if len(beats) == 3 else beats[1::2]


def _half_time(meter: Meter) -> list[int]:
    beats = _beats(meter)
    return [beats[(len(beats) + 1) // 2]] if len(beats) > 1 else []


def _off_beats(meter: Meter) -> list[int]:
    on_beat = set(meter.group_onsets_ticks)
    return [onset for onset in _pulses(meter) if onset not in on_beat]


def _in_threes(meter: Meter) -> list[int]:
    """Every third pulse from the bar line, against the beat."""
    return _pulses(meter)[::3]


def _dotted(meter: Meter) -> list[int]:
    """Three sixteenths at a time."""
    return list(range(0, meter.bar_ticks, 3 * SIXTEENTH_TICKS))


def _gallop(meter: Meter) -> list[int]:
    """Each beat, and the last sixteenths before the next."""
    edges = [*meter.group_onsets_ticks, meter.bar_ticks]
    late = [edge - step * SIXTEENTH_TICKS for edge in edges[1:] for step in (2, 1)]
    return sorted({*edges[:-1], *late})


def _answer(meter: Meter) -> list[int]:
    """The downbeat, and the pulse after the middle of the bar."""
    onsets = _pulses(meter)
    return sorted({0, onsets[(len(onsets) + 1) // 2]})


def _sixteenths(meter: Meter) -> list[int]:
    return list(range(0, meter.bar_ticks, SIXTEENTH_TICKS))


# Where a bar of any meter is struck, in ticks from the bar line.
RHYTHMS: dict[str, Callable[[Meter], list[int]]] = {
    "none": lambda _: [],
    "bars": lambda _: [0],
    "halves": _accents,
    "beats": _beats,
    "eighths": _pulses,
    "sixteenths": _sixteenths,
    "off_beats": _off_beats,
    "backbeat": _backbeat,
    "half_time": _half_time,
    "threes": _in_threes,
    "dotted": _dotted,
    "gallop": _gallop,
    "answer": _answer,
}

# Height of a phrase, 0 to 1, over its course, 0 to 1.
CONTOURS: dict[str, Callable[[float], float]] = {
    "arch": lambda x: math.sin(math.pi * x),
    "valley": lambda x: 1 - math.sin(math.pi * x),
    "falling": lambda x: 1 - x,
    "rising": lambda x: x,
    "wave": lambda x: 0.5 + 0.5 * math.sin(4 * math.pi * x),
    "zigzag": lambda x: (8 * x) % 1,
    "level": lambda _: 0.5,
}
