"""What ends a phrase and what begins one: fills and crashes, laid over a bar's pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from genomes.drums.patterns import REST, Pattern, cell_count, legal
from genomes.drums.positions import Positions, layout
from genomes.drums.voices import HAND, VOICES
from genomes.time import Meter


@dataclass(frozen=True, slots=True)
class Fill:
    """What replaces the hands' strokes at the end of a bar.

    Attributes:
        groups: how many of the last beat groups it fills; never more than half the bar.
        steps: which cells of them are struck: ``cells``, ``pulses``, ``beats``, ``pair`` (the
            last two cells), ``end`` (the last pulse) or ``none``.
        voices: what is struck, shared out over the strokes in this order.
        levels: how loudly, shared out likewise.
        feet: whether the feet play on.
    """

    groups: int
    steps: str
    voices: tuple[str, ...] = ()
    levels: str = ""
    feet: bool = True


TOMS = ("high_tom", "mid_tom", "low_tom", "floor_tom")

FILLS: dict[str, Fill] = {
    "drop": Fill(1, "none", feet=False),
    "breath": Fill(2, "none", feet=False),
    "drag": Fill(1, "pair", ("snare",), "gg"),
    "pickup": Fill(1, "end", ("snare",), "x"),
    "ghosts": Fill(1, "cells", ("snare",), "g"),
    "snare_pulses": Fill(1, "pulses", ("snare",), "xX"),
    "snare_run": Fill(1, "cells", ("snare",), "gxX"),
    "flams": Fill(1, "beats", ("snare",), "f"),
    "tom_flams": Fill(2, "beats", ("high_tom", "floor_tom"), "f"),
    "tom_walk": Fill(2, "pulses", ("high_tom", "mid_tom", "floor_tom"), "xX"),
    "tom_run": Fill(1, "cells", TOMS, "xX"),
    "long_tom_run": Fill(2, "cells", ("snare", *TOMS), "xxX"),
    "floor": Fill(1, "pulses", ("floor_tom",), "x"),
    "rumble": Fill(2, "cells", ("deep_tom", "floor_tom"), "gxX"),
    "snare_and_kick": Fill(1, "cells", ("snare", "kick", "snare", "kick"), "xX"),
    "open": Fill(1, "end", ("open_hat",), "X"),
    "bell": Fill(1, "end", ("ride_bell",), "x"),
    "rims": Fill(1, "pulses", ("rim",), "gx"),
    "claps": Fill(1, "pulses", ("clap",), "xX"),
    "congas": Fill(1, "cells", ("high_conga", "low_conga"), "xX"),
    "blocks": Fill(1, "pulses", ("high_block", "low_block"), "x"),
}
NO_FILL = ""

# What may be struck on the first downbeat of a phrase.
CRASHES = ("crash", "splash", "china")
NO_CRASH = ""


@lru_cache(maxsize=2**12)
def played(pattern: Pattern, fill: str, crash: str, meter: Meter) -> Pattern:
    """What is really struck in a bar: its pattern, its fill, and the crash on its downbeat."""
    if not fill and not crash:
        return pattern
    count = cell_count(meter, pattern.division)
    lines = dict(pattern.lines)
    if fill:
        lines = _filled(lines, FILLS[fill], meter, pattern.division, count)
    if crash:
        lines[crash] = "X" + lines.get(crash, REST * count)[1:]
    return legal(pattern.division, lines, first=crash)


def _filled(
    lines: dict[str, str], fill: Fill, meter: Meter, division: str, count: int
) -> dict[str, str]:
    span = fill_span(fill, meter, division)
    strokes = _strokes(fill, span, meter, division)
    start = strokes[0] if strokes else span[0]
    left = {
        voice: line if fill.feet and VOICES[voice].limb != HAND else line[:start].ljust(count, REST)
        for voice, line in lines.items()
    }
    for index, cell in enumerate(strokes):
        voice = fill.voices[index * len(fill.voices) // len(strokes)]
        level = fill.levels[index * len(fill.levels) // len(strokes)]
        line = left.get(voice, REST * count)
        left[voice] = line[:cell] + level + line[cell + 1 :]
    return left


def fill_span(fill: Fill, meter: Meter, division: str) -> Positions:
    """The cells that a fill may take: whole beat groups, or half of a bar that is one group."""
    groups = layout(meter, division).groups
    if len(groups) == 1:
        return groups[0][len(groups[0]) // 2 :]
    taken = min(fill.groups, len(groups) // 2)
    return tuple(cell for group in groups[-taken:] for cell in group)


def _strokes(fill: Fill, span: Positions, meter: Meter, division: str) -> Positions:
    bar = layout(meter, division)
    pulses = tuple(cell for cell in span if cell in bar.pulses) or span[:1]
    return {
        "cells": span,
        "pulses": pulses,
        "beats": tuple(cell for cell in span if cell in bar.starts) or span[:1],
        "pair": span[-2:],
        "end": pulses[-1:],
        "none": (),
    }[fill.steps]
