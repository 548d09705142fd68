"""MIDI files as values: named tracks, tempo changes and meter changes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import mido
import numpy as np

from genomes.midi import reading
from genomes.midi.reading import DRUM_CHANNEL
from genomes.midi.writing import to_track
from genomes.notes import NOTE_DTYPE, Notes
from genomes.time import Meter, TempoMap


@dataclass(frozen=True, slots=True, eq=False)
class MidiTrack:
    """A track with notes.

    Attributes:
        name: the track's name; empty if it has none.
        notes: ``(n,)`` of ``NOTE_DTYPE``, sorted; drums are those on channel 10.
        program: General MIDI program, 0 to 127.
    """

    name: str
    notes: Notes
    program: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class MidiSong:
    """The music of a file; times are in the file's ticks.

    Attributes:
        tracks: the tracks that have notes.
        length_ticks: end of the last note; in a song to be written, where its tracks end.
        tempo_changes: ``(onset_ticks, microseconds_per_quarter)`` of all tracks, in order; empty
            if the file states no tempo.
        meters: ``(onset_ticks, meter)`` of all tracks, in order; empty if the file states none.
        ticks_per_quarter: the file's resolution.
    """

    tracks: tuple[MidiTrack, ...]
    length_ticks: int
    tempo_changes: tuple[tuple[int, int], ...]
    meters: tuple[tuple[int, Meter], ...]
    ticks_per_quarter: int

    @property
    def tempo_map(self) -> TempoMap:
        """The tempo over the whole file."""
        return TempoMap.from_changes(self.tempo_changes, self.ticks_per_quarter)


def read_song(data: bytes) -> MidiSong:
    """Read a MIDI file of any type, track by track; see ``read_midi``.

    Raises:
        MidiError: if the bytes are not a readable MIDI file.

    Warns:
        MidiRepair: if notes had to be closed.
    """
    file = reading.parse(data)
    tracks, tempos, meters = [], [], []
    for track in file.tracks:
        rows, changes = reading.read_track(track)
        tempos += [(tick, tempo) for tick, tempo in changes if tempo > 0]
        meters += list(_meters(track))
        if rows:
            notes = np.sort(np.array(rows, NOTE_DTYPE), order=["onset_ticks", "is_drum", "pitch"])
            notes.flags.writeable = False
            tracks.append(MidiTrack(" ".join(track.name.split()), notes, _program(track)))
    ends = [int((t.notes["onset_ticks"] + t.notes["duration_ticks"]).max()) for t in tracks]
    return MidiSong(
        tuple(tracks),
        max(ends, default=0),
        tuple(sorted(dict(sorted(tempos, key=lambda change: change[0])).items())),
        tuple(sorted(dict(meters).items())),
        file.ticks_per_beat,
    )


def _meters(track: mido.MidiTrack) -> Iterator[tuple[int, Meter]]:
    tick = 0
    for message in track:
        tick += message.time
        if message.type == "time_signature":
            try:
                meter = Meter(message.numerator, message.denominator)
            except ValueError:
                continue
            yield tick, meter


def _program(track: mido.MidiTrack) -> int:
    """The program of the first program change, or 0."""
    programs = (message.program for message in track if message.type == "program_change")
    return next(programs, 0)


def write_song(song: MidiSong) -> bytes:
    """A type 1 file: tempi and meters in a track of their own, every track as long as the song."""
    file = mido.MidiFile(type=1, ticks_per_beat=song.ticks_per_quarter, charset="utf-8")
    changes = [(tick, mido.MetaMessage("set_tempo", tempo=us)) for tick, us in song.tempo_changes]
    for tick, meter in song.meters:
        numbers = {"numerator": meter.numerator, "denominator": meter.denominator}
        changes.append((tick, mido.MetaMessage("time_signature", **numbers)))
    file.tracks.append(to_track(sorted(changes, key=lambda item: item[0]), song.length_ticks))
    for track in song.tracks:
        opening = [(0, mido.MetaMessage("track_name", name=track.name))]
        if not track.notes["is_drum"].all():
            opening.append((0, mido.Message("program_change", program=track.program)))
        file.tracks.append(to_track([*opening, *_note_messages(track.notes)], song.length_ticks))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _note_messages(notes: Notes) -> list[tuple[int, mido.Message]]:
    """Note-offs come before note-ons at the same tick; of note-ons the longest note is first."""
    events = []
    for onset, duration, pitch, velocity, is_drum in notes.tolist():
        at = {"note": pitch, "channel": DRUM_CHANNEL if is_drum else 0}
        on = mido.Message("note_on", velocity=velocity, **at)
        off = mido.Message("note_off", velocity=0, **at)
        events.append((onset, 1, -duration, on))
        events.append((onset + duration, 0, 0, off))
    ordered = sorted(events, key=lambda event: event[:3])
    return [(tick, message) for tick, _, _, message in ordered]
