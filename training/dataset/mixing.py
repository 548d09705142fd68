"""Tracks of a segment heard together, as the scorer would hear them in one file.

A mix is painted from its notes. It isn't the louder of its tracks' rolls cell by cell: where two
tracks strike one pitch, the second strike ends the first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from fitness.excerpts import Excerpt
from genomes.notes import Notes, Part, mixed
from genomes.time import TICKS_PER_QUARTER, TempoMap


def mix_of(heard: Sequence[Excerpt]) -> Excerpt:
    """Several slices of one segment as one, in the meter and tempo of the first."""
    first = heard[0]
    if len(heard) == 1:
        return first
    parts = [at_tempo(one, first.tempo_map) for one in heard]
    length_ticks = max(part.length_ticks for part in parts)
    bar_ticks = first.meter.bar_ticks
    whole = mixed([Part(part.notes, length_ticks) for part in parts])
    bars = Part(whole.notes, -(-length_ticks // bar_ticks) * bar_ticks)
    return Excerpt(bars, first.tempo_map, first.meter)


def at_tempo(heard: Excerpt, tempo_map: TempoMap) -> Part:
    """The same music at the same seconds, its ticks counted in another tempo."""
    part = heard.part
    if heard.tempo_map == tempo_map:
        return part
    onsets = part.notes["onset_ticks"].astype(np.int64)
    edges = np.stack((onsets, onsets + part.notes["duration_ticks"]))
    onsets, ends = tempo_map.ticks(heard.tempo_map.seconds(edges))
    notes: Notes = part.notes.copy()
    notes["onset_ticks"] = onsets
    notes["duration_ticks"] = np.maximum(1, ends - onsets)
    longest = int((notes["onset_ticks"] + notes["duration_ticks"]).max(initial=1))
    length_ticks = tempo_map.ticks(heard.tempo_map.seconds([part.length_ticks]))[0]
    return Part.of(notes, max(longest, int(length_ticks)))


def faster(heard: Excerpt, factor: float) -> Excerpt:
    """The same notes, played this many times as fast."""
    changes = tuple((tick, max(1, round(us / factor))) for tick, us in heard.tempo_map.changes)
    return Excerpt(heard.part, TempoMap(changes, TICKS_PER_QUARTER), heard.meter)
