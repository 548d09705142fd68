"""Tracks of a segment heard together, as the scorer would hear them in one file.

A mix is painted from its notes. It isn't the louder of its tracks' rolls cell by cell: where two
tracks strike one pitch, the second strike ends the first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitness.heard import Heard
from genomes.notes import Notes, Part, mixed
from genomes.time import TICKS_PER_QUARTER, TempoMap

MICROSECONDS = 1e6


def together(heard: Sequence[Heard]) -> Heard:
    """Several slices of one segment as one, in the meter and tempo of the first."""
    first = heard[0]
    if len(heard) == 1:
        return first
    parts = [in_tempo(one, first.tempo_map) for one in heard]
    length_ticks = max(part.length_ticks for part in parts)
    bar_ticks = first.meter.bar_ticks
    whole = mixed([Part(part.notes, length_ticks) for part in parts])
    bars = Part(whole.notes, -(-length_ticks // bar_ticks) * bar_ticks)
    return Heard(bars, first.tempo_map, first.meter)


def in_tempo(heard: Heard, tempo_map: TempoMap) -> Part:
    """The same music at the same seconds, its ticks counted in another tempo."""
    part = heard.part
    if heard.tempo_map == tempo_map:
        return part
    onsets = part.notes["onset_ticks"].astype(np.int64)
    edges = np.stack((onsets, onsets + part.notes["duration_ticks"]))
    onsets, ends = ticks_at(heard.tempo_map.seconds(edges), tempo_map)
    notes: Notes = part.notes.copy()
    notes["onset_ticks"] = onsets
    notes["duration_ticks"] = np.maximum(1, ends - onsets)
    longest = int((notes["onset_ticks"] + notes["duration_ticks"]).max(initial=1))
    length_ticks = ticks_at(heard.tempo_map.seconds([part.length_ticks]), tempo_map)[0]
    return Part.of(notes, max(longest, int(length_ticks)))


def ticks_at(seconds: NDArray[np.float64], tempo_map: TempoMap) -> NDArray[np.int64]:
    """The nearest tick to each second: ``tempo_map.seconds`` the other way round."""
    changes_ticks = np.array([tick for tick, _ in tempo_map.changes])
    seconds_per_tick = np.array([us for _, us in tempo_map.changes]) / (
        MICROSECONDS * tempo_map.ticks_per_quarter
    )
    begins = tempo_map.seconds(changes_ticks)
    place = np.searchsorted(begins, seconds, side="right") - 1
    exact = changes_ticks[place] + (seconds - begins[place]) / seconds_per_tick[place]
    return np.asarray(np.rint(exact), dtype=np.int64)


def faster(heard: Heard, factor: float) -> Heard:
    """The same notes, played this many times as fast."""
    changes = tuple((tick, max(1, round(us / factor))) for tick, us in heard.tempo_map.changes)
    return Heard(heard.part, TempoMap(changes, TICKS_PER_QUARTER), heard.meter)
