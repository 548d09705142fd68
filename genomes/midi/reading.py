"""Reading MIDI files: anybody's bytes to notes."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain, count

import mido
import numpy as np

from genomes.notes import MAX_TICKS, NOTE_DTYPE, Notes, Part
from genomes.time import TICKS_PER_QUARTER, Meter, TempoMap, rescale_ticks

DRUM_CHANNEL = 9
MAX_FILE_BYTES = 16 * 2**20
# No event holds so many status-like bytes; as one endless number they would take hours to read.
ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{4096}")

_Row = tuple[int, int, int, int, bool]  # onset, duration, pitch, velocity, whether a drum
_Change = tuple[int, int]  # when, and microseconds per quarter


SUSTAIN_PEDAL = 64

# What is not read of a file, and how its messages are known.
LEFT_OUT: dict[str, Callable[[mido.Message], bool]] = {
    "words": lambda it: it.type == "lyrics" and bool(it.text.strip()),
    "pitch bends": lambda it: it.type == "pitchwheel" and it.pitch != 0,
    "sustain pedal": lambda it: (
        it.type == "control_change" and it.control == SUSTAIN_PEDAL and it.value > 0
    ),
}


class MidiError(ValueError):
    """These bytes are not a MIDI file that can be read; the message says why."""


class MidiRepair(UserWarning):
    """Something in a MIDI file was mended while reading, such as a note that never ends."""


@dataclass(frozen=True, slots=True)
class MidiScore:
    """What was read from a file, in the file's own ticks.

    Attributes:
        notes: ``(n,)`` of ``NOTE_DTYPE`` from all tracks, sorted.
        tempo_map: one map merged from all tracks.
        length_ticks: end of the last note.
        meter: the first time signature that is one; None if there is none.
        tracks: names of the tracks that have notes, ``"track 2"`` where one has none.
        channels: the channels that have notes, 1 to 16.
        has_tempo: whether any tempo is stated.
        left_out: what else was found and is not read, in words.
    """

    notes: Notes
    tempo_map: TempoMap
    length_ticks: int
    meter: Meter | None = None
    tracks: tuple[str, ...] = ()
    channels: tuple[int, ...] = ()
    has_tempo: bool = False
    left_out: tuple[str, ...] = ()

    def to_part(self, meter: Meter) -> Part:
        """The notes at our resolution, rounded up to whole bars of the meter."""
        notes = self.notes.copy()
        ends = self.notes["onset_ticks"] + self.notes["duration_ticks"]
        onsets_ticks = rescale_ticks(self.notes["onset_ticks"], self.tempo_map.ticks_per_quarter)
        ends_ticks = rescale_ticks(ends, self.tempo_map.ticks_per_quarter)
        notes["onset_ticks"] = onsets_ticks
        notes["duration_ticks"] = np.maximum(1, ends_ticks - onsets_ticks)
        last = int((notes["onset_ticks"] + notes["duration_ticks"]).max(initial=1))
        return Part.of(notes, -(-last // meter.bar_ticks) * meter.bar_ticks)


def read_midi(data: bytes) -> MidiScore:
    """Read a MIDI file of any type and resolution.

    Tempo changes of every track make one map. A note-on of velocity 0 is a note-off; overlapping
    notes of one pitch close latest first; a note that is never closed ends with its track. Channel
    10 is drums.

    Raises:
        MidiError: if the bytes are not a readable MIDI file.

    Warns:
        MidiRepair: if notes had to be closed, or a tempo of 0 left out.
    """
    file = parse(data)
    read = [read_track(track) for track in file.tracks]
    notes = [note for track_notes, _ in read for note in track_notes]
    return _score(file, notes, _tempo_map(file, read))


def read_tracks(data: bytes) -> list[tuple[str, MidiScore]]:
    """The tracks of a MIDI file that have notes, by their names; see ``read_midi``.

    A track without a name, or with one that came before, is called by its number, from 1, or the
    next that is free.
    """
    file = parse(data)
    read = [read_track(track) for track in file.tracks]
    tempo_map = _tempo_map(file, read)
    found: dict[str, MidiScore] = {}
    for number, (track, (notes, _)) in enumerate(zip(file.tracks, read, strict=True), start=1):
        if notes:
            own_name = " ".join(track.name.split())
            numbered = (f"track {free}" for free in count(number))
            names = chain([own_name] if own_name else [], numbered)
            name = next(each for each in names if each not in found)
            found[name] = _score(file, notes, tempo_map)
    return list(found.items())


def _tempo_map(file: mido.MidiFile, read: list[tuple[list[_Row], list[_Change]]]) -> TempoMap:
    """One map merged from all tracks."""
    changes = [change for _, track_changes in read for change in track_changes]
    tempos = [(tick, tempo) for tick, tempo in changes if tempo > 0]
    if len(tempos) < len(changes):
        warnings.warn("a tempo of 0 is left out", MidiRepair, stacklevel=3)
    return TempoMap.from_changes(tempos, file.ticks_per_beat)


def _score(file: mido.MidiFile, notes: list[_Row], tempo_map: TempoMap) -> MidiScore:
    array = np.sort(np.array(notes, dtype=NOTE_DTYPE), order=["onset_ticks", "is_drum", "pitch"])
    array.flags.writeable = False
    length_ticks = int((array["onset_ticks"] + array["duration_ticks"]).max(initial=0))
    sounding = [(index, track) for index, track in enumerate(file.tracks, 1) if _channels(track)]
    return MidiScore(
        array,
        tempo_map,
        length_ticks,
        _first_meter(file),
        tuple(track.name.strip() or f"track {index}" for index, track in sounding),
        tuple(sorted({channel for _, track in sounding for channel in _channels(track)})),
        has_tempo=_has_tempo(file),
        left_out=_left_out(file),
    )


def _has_tempo(file: mido.MidiFile) -> bool:
    messages = chain.from_iterable(file.tracks)
    return any(each.type == "set_tempo" and each.tempo > 0 for each in messages)


def _channels(track: mido.MidiTrack) -> set[int]:
    """The channels that a track has notes on, 1 to 16."""
    return {each.channel + 1 for each in track if each.type == "note_on" and each.velocity > 0}


def _left_out(file: mido.MidiFile) -> tuple[str, ...]:
    """What people would miss and is not read."""
    messages = [message for track in file.tracks for message in track]
    return tuple(
        name for name, is_meant in LEFT_OUT.items() if any(is_meant(each) for each in messages)
    )


def _first_meter(file: mido.MidiFile) -> Meter | None:
    for message in (message for track in file.tracks for message in track):
        if message.type == "time_signature":
            with contextlib.suppress(ValueError):
                return Meter(message.numerator, message.denominator)
    return None


def parse(data: bytes) -> mido.MidiFile:
    """The bytes as a file of tracks; raises MidiError if they are none, or too much of one."""
    if len(data) > MAX_FILE_BYTES:
        raise MidiError(f"{len(data)} bytes: expected at most {MAX_FILE_BYTES}")
    if ENDLESS_NUMBER.search(data):
        raise MidiError("not a readable MIDI file (an endless number)")
    try:
        file = mido.MidiFile(file=io.BytesIO(data), clip=True)
    except Exception as error:  # mido raises whatever its parser trips over on broken bytes
        raise MidiError(f"not a readable MIDI file ({error or type(error).__name__})") from error
    if file.ticks_per_beat <= 0:
        raise MidiError("SMPTE time division: expected ticks per quarter note")
    last = max((sum(message.time for message in track) for track in file.tracks), default=0)
    if max(last, last * TICKS_PER_QUARTER // file.ticks_per_beat) >= MAX_TICKS:
        raise MidiError(f"{last} ticks long: expected less than {MAX_TICKS}")
    return file


def read_track(track: mido.MidiTrack) -> tuple[list[_Row], list[_Change]]:
    """The notes and the tempo changes of one track, in the file's ticks; hung notes are closed."""
    notes: list[_Row] = []
    changes: list[_Change] = []
    sounding: dict[tuple[int, int], list[tuple[int, int]]] = {}
    tick = 0
    for message in track:
        tick += message.time
        if message.type == "set_tempo":
            changes.append((tick, message.tempo))
        elif message.type == "note_on" and message.velocity > 0:
            sounding.setdefault((message.channel, message.note), []).append(
                (tick, message.velocity)
            )
        elif message.type in {"note_on", "note_off"}:
            stack = sounding.get((message.channel, message.note))
            if stack:
                notes.append(_closed((message.channel, message.note), stack.pop(), tick))
    hung = [(key, note) for key, stack in sounding.items() for note in stack]
    if hung:
        warnings.warn(f"{len(hung)} notes never end; closed", MidiRepair, stacklevel=3)
    notes += [_closed(key, note, tick) for key, note in hung]
    return notes, changes


def _closed(key: tuple[int, int], opened: tuple[int, int], end_ticks: int) -> _Row:
    channel, pitch = key
    onset_ticks, velocity = opened
    return onset_ticks, max(1, end_ticks - onset_ticks), pitch, velocity, channel == DRUM_CHANNEL
