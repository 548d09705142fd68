"""The rock files: bass, drums and the rest on our own ticks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from genomes.midi import MidiTrack, read_midi, rescaled
from genomes.notes import Notes, Part
from genomes.time import COMMON_TIME, Meter, rescale_ticks

BASS_PROGRAMS = range(32, 40)  # of General MIDI


@dataclass(frozen=True, slots=True)
class RockSong:
    """One file, cut to whole bars of its first meter.

    Attributes:
        name: of the file, without suffix.
        meter: the one that it says first; 4/4 where it says none.
        tempo_bpm: the first that it says.
        bass: all tracks of a bass program together; None where there is none.
        drums: all tracks on the drum channel together; None where there is none.
        others: everything else with a pitch, together; None where there is nothing.
    """

    name: str
    meter: Meter
    tempo_bpm: float
    bass: Part | None
    drums: Part | None
    others: Part | None


def read_rock_song(path: Path) -> RockSong:
    """One MIDI file.

    Raises:
        MidiError: if it can't be read.
    """
    song = read_midi(path.read_bytes())
    meter = song.meters[0][1] if song.meters else COMMON_TIME
    length = int(rescale_ticks(song.length_ticks, song.ticks_per_quarter))
    length_ticks = -(-length // meter.bar_ticks) * meter.bar_ticks
    groups: dict[str, list[Notes]] = {"bass": [], "drums": [], "others": []}
    for track in song.tracks:
        groups[_role(track)].append(rescaled(track.notes, song.ticks_per_quarter))
    parts = {
        role: Part.of(np.concatenate(found), length_ticks) if found else None
        for role, found in groups.items()
    }
    microseconds = song.tempo_changes[0][1] if song.tempo_changes else 500_000
    return RockSong(path.stem, meter, 60e6 / microseconds, **parts)


def _role(track: MidiTrack) -> str:
    if track.notes["is_drum"].all():
        return "drums"
    return "bass" if track.program in BASS_PROGRAMS else "others"
