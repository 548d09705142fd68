"""Comping: how a progression is played, as a table of patterns for any meter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from genomes.time import TICKS_PER_QUARTER, Meter

PULSE_TICKS = TICKS_PER_QUARTER // 2

# What a stroke plays: the whole chord, its bass, all above the bass, two of those, or the next
# note of a run.
ALL, BASS, UPPER, TWO, RUN = "all", "bass", "upper", "two", "run"


@dataclass(frozen=True, slots=True)
class Stroke:
    """One attack of a bar.

    Attributes:
        onset_ticks: from the bar line.
        voices: ``all``, ``bass``, ``upper`` or ``run``.
        accent: 0 (light) to 1 (downbeat).
    """

    onset_ticks: int
    voices: str
    accent: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way of playing.

    Attributes:
        strokes: the attacks of one bar of a meter.
        gate: share of the time to the next attack that a note sounds.
        run: for ``run`` strokes, the order: ``up``, ``down`` or ``wave``.
    """

    strokes: Callable[[Meter], tuple[Stroke, ...]]
    gate: float = 1.0
    run: str = "up"


def _groups(meter: Meter) -> list[tuple[int, float]]:
    return list(zip(meter.group_onsets_ticks, meter.accents, strict=True))


def pulses(meter: Meter) -> list[tuple[int, float]]:
    """Eighth notes (or the meter's unit where shorter), each with its accent."""
    accents = dict(_groups(meter))
    step = min(PULSE_TICKS, meter.unit_ticks)
    return [(onset, accents.get(onset, 0.0)) for onset in range(0, meter.bar_ticks, step)]


def _every(grid: Callable[[Meter], list[tuple[int, float]]], voices: str = ALL) -> _Strokes:
    return lambda meter: tuple(Stroke(onset, voices, accent) for onset, accent in grid(meter))


def _downbeat(meter: Meter) -> tuple[Stroke, ...]:
    del meter
    return (Stroke(0, ALL, 1.0),)


def _accented_groups(meter: Meter) -> tuple[Stroke, ...]:
    return tuple(Stroke(onset, ALL, accent) for onset, accent in _groups(meter) if accent >= 0.5)


def _bass_then_chord(meter: Meter) -> tuple[Stroke, ...]:
    """Bass on the accents, the chord on the groups between; two groups have one of each."""
    groups = _groups(meter)
    if len(groups) == 1:
        return _downbeat(meter)
    heavy = 0.5 if len(groups) > 2 else 1.0
    return tuple(
        Stroke(onset, BASS if accent >= heavy else UPPER, accent) for onset, accent in groups
    )


def _offbeats(meter: Meter) -> tuple[Stroke, ...]:
    """Bass on the downbeat, the chord between the beats."""
    on_beat = set(meter.group_onsets_ticks)
    between = [Stroke(onset, UPPER, 0.5) for onset, _ in pulses(meter) if onset not in on_beat]
    return (Stroke(0, BASS, 1.0), *between) if between else _downbeat(meter)


def _push(meter: Meter) -> tuple[Stroke, ...]:
    """The downbeat, then every second group early by a pulse."""
    step = min(PULSE_TICKS, meter.unit_ticks)
    early = [
        Stroke(onset - step, ALL, 0.5) for onset, _ in _groups(meter)[1::2] if onset - step > 0
    ]
    return (Stroke(0, ALL, 1.0), *early)


def _charleston(meter: Meter) -> tuple[Stroke, ...]:
    """The downbeat and the pulse after the second group."""
    step = min(PULSE_TICKS, meter.unit_ticks)
    second = meter.group_onsets_ticks[1:2] or (0,)
    answer = second[0] + step
    return (Stroke(0, ALL, 1.0), *(Stroke(a, ALL, 0.5) for a in (answer,) if a < meter.bar_ticks))


_Strokes = Callable[[Meter], tuple[Stroke, ...]]

PATTERNS: dict[str, Pattern] = {
    "held": Pattern(lambda _: ()),  # struck where the chord changes, and only there
    "bars": Pattern(_downbeat),
    "stabs": Pattern(_downbeat, gate=0.3),
    "halves": Pattern(_accented_groups),
    "beats": Pattern(_every(_groups), gate=0.95),
    "short_beats": Pattern(_every(_groups), gate=0.45),
    "eighths": Pattern(_every(pulses), gate=0.9),
    "short_eighths": Pattern(_every(pulses), gate=0.5),
    "bass_chord": Pattern(_bass_then_chord, gate=0.9),
    "offbeats": Pattern(_offbeats, gate=0.6),
    "push": Pattern(_push),
    "charleston": Pattern(_charleston, gate=0.8),
    "run_up": Pattern(_every(pulses, RUN), run="up"),
    "run_down": Pattern(_every(pulses, RUN), run="down"),
    "run_wave": Pattern(_every(pulses, RUN), run="wave"),
    "slow_run": Pattern(_every(_groups, RUN), run="up"),
}

# Patterns that anyone with a guitar can hold through a song.
PLAIN_PATTERNS = ("held", "bars", "halves", "beats", "eighths", "bass_chord", "run_up")


@cache
def by_strokes(meter: Meter) -> tuple[str, ...]:
    """Names of the patterns, from the fewest attacks of a bar to the most."""
    return tuple(sorted(PATTERNS, key=lambda name: len(PATTERNS[name].strokes(meter))))


@cache
def run_order(count: int, run: str) -> tuple[int, ...]:
    """Indices of chord notes in the order that a run plays them."""
    up = tuple(range(count))
    return {
        "up": up,
        "down": up[::-1],
        "wave": up + up[-2:0:-1],
        "skip": up[::2] + up[1::2],
    }[run]
