"""MIDI files as values: named tracks, tempo changes, meter changes and words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count

import mido
import numpy as np

from genomes.keys import Key
from genomes.midi.events import DRUM_CHANNEL
from genomes.midi.writing import NoteRow, longest_durations, to_track
from genomes.notes import NOTE_DTYPE, Notes, Part, Word
from genomes.time import TICKS_PER_QUARTER, Meter, MeterMap, TempoMap, rescale_ticks

CHANNELS = 16


@dataclass(frozen=True, slots=True, eq=False)
class MidiTrack:
    """A track with notes.

    Attributes:
        name: the track's name; empty if it has none.
        notes: ``(n,)`` of ``NOTE_DTYPE``, sorted; drums are those on channel 10.
        program: General MIDI program, 0 to 127.
        number: of the track in its file, the first 1; 0 if it is in none.
        channels: the channels that have notes, 1 to 16.
    """

    name: str
    notes: Notes
    program: int = 0
    number: int = 0
    channels: tuple[int, ...] = ()


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
        key: the first key signature; None if the file states none.
        words: ``(onset_ticks, text)`` of what is sung, in order; a text ends with a space where its
            word ends, with a line feed where its line ends.
        left_out: kinds of events that change the sound and are not read.
        remarks: what else was left out or forgiven, a sentence each.
        tracks_end_ticks: where the longest track ends, which may be after the last note.
    """

    tracks: tuple[MidiTrack, ...]
    length_ticks: int
    tempo_changes: tuple[tuple[int, int], ...]
    meters: tuple[tuple[int, Meter], ...]
    ticks_per_quarter: int
    key: Key | None = None
    words: tuple[Word, ...] = ()
    left_out: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    tracks_end_ticks: int = 0

    @property
    def sung_text(self) -> str:
        """The words as a text of lines; empty if the file has none."""
        return "".join(text for _, text in self.words)

    @property
    def tempo_map(self) -> TempoMap:
        """The tempo over the whole file."""
        return TempoMap.from_changes(self.tempo_changes, self.ticks_per_quarter)

    @property
    def meter_map(self) -> MeterMap:
        """The meter over the whole file, in our ticks; 4/4 until the first."""
        return MeterMap.from_changes(
            (int(rescale_ticks(tick, self.ticks_per_quarter)), meter) for tick, meter in self.meters
        )

    @property
    def notes(self) -> Notes:
        """The notes of all tracks, ``(n,)`` of ``NOTE_DTYPE``, sorted."""
        rows = b"".join(track.notes.tobytes() for track in self.tracks)
        notes: Notes = np.sort(
            np.frombuffer(rows, NOTE_DTYPE), order=["onset_ticks", "is_drum", "pitch"]
        )
        notes.flags.writeable = False
        return notes

    @property
    def channels(self) -> tuple[int, ...]:
        """The channels that have notes, 1 to 16."""
        return tuple(sorted({channel for track in self.tracks for channel in track.channels}))

    @property
    def named_tracks(self) -> tuple[tuple[str, MidiTrack], ...]:
        """The tracks by different names.

        One without a name, or with one that came before, is called by its number or the next that
        is free, such as ``"track 2"``.
        """
        found: dict[str, MidiTrack] = {}
        for track in self.tracks:
            numbered = (f"track {free}" for free in count(track.number))
            names = chain([track.name] if track.name else [], numbered)
            found[next(each for each in names if each not in found)] = track
        return tuple(found.items())

    def to_part(self, meter: Meter) -> Part:
        """All notes at our resolution, in whole bars of the meter; see ``part_of``."""
        return self.part_of(self.notes, meter)

    def part_of(self, notes: Notes, meter: Meter) -> Part:
        """Notes of the file at our resolution, in whole bars of the meter.

        A small overhang is cut at the last bar line; see ``MeterMap.last_bar_line``.
        """
        scaled = rescaled(notes, self.ticks_per_quarter)
        tracks_end_ticks = int(rescale_ticks(self.tracks_end_ticks, self.ticks_per_quarter))
        return Part.of(*in_whole_bars(scaled, meter, tracks_end_ticks))


def rescaled(notes: Notes, ticks_per_quarter: int) -> Notes:
    """Notes of another resolution at ours; none becomes shorter than a tick."""
    scaled = notes.copy()
    onsets = rescale_ticks(notes["onset_ticks"], ticks_per_quarter)
    ends = rescale_ticks(notes["onset_ticks"] + notes["duration_ticks"], ticks_per_quarter)
    scaled["onset_ticks"], scaled["duration_ticks"] = onsets, np.maximum(1, ends - onsets)
    return scaled


def in_whole_bars(notes: Notes, meter: Meter, tracks_end_ticks: int) -> tuple[Notes, int]:
    """Notes in whole bars, and their length; a small overhang is cut at the last bar line."""
    ends = notes["onset_ticks"] + notes["duration_ticks"]
    length_ticks = MeterMap.constant(meter).last_bar_line(
        int(notes["onset_ticks"].max(initial=0)), int(ends.max(initial=1)), tracks_end_ticks
    )
    found: Notes = notes.copy()
    found["duration_ticks"] = np.minimum(ends, length_ticks) - notes["onset_ticks"]
    return found, length_ticks


def overhang(notes: Notes, whole: Notes) -> Iterator[str]:
    """A line about the notes that were cut at the last bar line, where there are any."""
    over = notes["duration_ticks"] - whole["duration_ticks"]
    if over.any():
        cut, most = int((over > 0).sum()), int(over.max())
        yield (
            f"{cut} note{'s' * (cut > 1)} over the last bar line cut at it, "
            f"by up to {most} tick{'s' * (most > 1)} of {TICKS_PER_QUARTER} a quarter"
        )


def write_song(song: MidiSong) -> bytes:
    """A type 1 file: tempi and meters in a track of their own, every track as long as the song.

    Notes of one pitch that no single channel can hold, since the first ends after the second, are
    written on channels of their own.
    """
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
    """Note-offs come before note-ons at the same tick; of note-ons the longest note is first.

    Of one pitch the shortest is first: readers end its notes in the order in which they begin.
    """
    timed = []
    longest = longest_durations(notes.tolist())
    for channel, (onset, duration, pitch, velocity, _) in _on_channels(notes):
        at = {"note": pitch, "channel": channel}
        on = mido.Message("note_on", velocity=velocity, **at)
        off = mido.Message("note_off", velocity=0, **at)
        timed.append((onset, 1, -longest[onset, pitch], duration, on))
        timed.append((onset + duration, 0, 0, 0, off))
    ordered = sorted(timed, key=lambda event: event[:4])
    return [(tick, message) for tick, *_, message in ordered]


def _on_channels(notes: Notes) -> Iterator[tuple[int, NoteRow]]:
    """Each note with the first channel on which no later end of its pitch is to come.

    Pitched notes begin with channel 1; drums have but one channel.
    """
    ends: dict[tuple[int, int], int] = {}
    for row in notes.tolist():
        onset, duration, pitch, _, is_drum = row
        free = (
            channel
            for channel in range(CHANNELS)
            if channel != DRUM_CHANNEL and ends.get((channel, pitch), 0) <= onset + duration
        )
        channel = DRUM_CHANNEL if is_drum else next(free, 0)
        ends[channel, pitch] = onset + duration
        yield channel, row
