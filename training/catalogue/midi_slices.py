"""Cutting MIDI: a stretch of a song as a file of its own, in the tempo and meter of that place."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from genomes.midi import MidiSong, MidiTrack
from genomes.notes import Notes
from genomes.time import Meter, microseconds_per_quarter

T = TypeVar("T")


def with_defaults(song: MidiSong, tempo_bpm: float, meter: Meter) -> MidiSong:
    """The file, with the song's tempo and meter where it has none of its own."""
    tempos = song.tempo_changes or ((0, microseconds_per_quarter(tempo_bpm)),)
    meters = song.meters or ((0, meter),)
    return MidiSong(song.tracks, song.length_ticks, tempos, meters, song.ticks_per_quarter)


def cut(song: MidiSong, begin_seconds: float, end_seconds: float) -> MidiSong:
    """What sounds in a stretch.

    A note that is held into it begins with it, one that is held beyond ends with it; a drum is
    struck where it is struck and not again at the cut. The file is exactly as long as the stretch,
    to the nearest tick.
    """
    begin, end = (int(tick) for tick in song.tempo_map.ticks([begin_seconds, end_seconds]))
    tracks = tuple(
        MidiTrack(track.name, notes, track.program)
        for track in song.tracks
        if len(notes := _inside(track.notes, begin, end))
    )
    return MidiSong(
        tracks,
        end - begin,
        _from(song.tempo_map.changes, begin, end),
        _from(song.meters, begin, end),
        song.ticks_per_quarter,
    )


def _inside(notes: Notes, begin: int, end: int) -> Notes:
    onsets = notes["onset_ticks"].astype(np.int64)
    ends = np.minimum(onsets + notes["duration_ticks"], end)
    struck_before = notes["is_drum"] & (onsets < begin)
    inside = (ends > begin) & (onsets < end) & ~struck_before
    begins = np.maximum(onsets, begin)
    found: Notes = notes[inside].copy()
    found["onset_ticks"] = (begins - begin)[inside]
    found["duration_ticks"] = (ends - begins)[inside]
    return found


def _from(changes: tuple[tuple[int, T], ...], begin: int, end: int) -> tuple[tuple[int, T], ...]:
    """What holds at the beginning of a stretch, and what changes in it."""
    before = [value for tick, value in changes if tick <= begin]
    opening = [(0, before[-1])] if before else []
    return (*opening, *((tick - begin, value) for tick, value in changes if begin < tick < end))
