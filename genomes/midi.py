"""Standard MIDI files: parts to bytes for a DAW, and any file's bytes to notes."""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import mido
import numpy as np

from genomes.keys import Key
from genomes.notes import MAX_TICKS, NOTE_DTYPE, Notes, Part
from genomes.time import (
    TICKS_PER_QUARTER,
    Meter,
    TempoMap,
    microseconds_per_quarter,
    rescale_ticks,
)

DRUM_CHANNEL = 9
MAX_FILE_BYTES = 16 * 2**20
# No event holds so many status-like bytes; as one endless number they would take hours to read.
ENDLESS_NUMBER = re.compile(rb"[\x80-\xff]{4096}")

# Major key names that a key signature event can hold, from 7 flats to 7 sharps; and their minors.
SIGNATURE_NAMES = (
    "Cb",
    "Gb",
    "Db",
    "Ab",
    "Eb",
    "Bb",
    "F",
    "C",
    "G",
    "D",
    "A",
    "E",
    "B",
    "F#",
    "C#",
)
MINOR_SIGNATURE_NAMES = (
    *("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am"),
    *("Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m"),
)


class MidiError(ValueError):
    """These bytes are not a MIDI file that can be read; the message says why."""


class MidiRepair(UserWarning):
    """Something in a MIDI file was mended while reading, such as a note that never ends."""


@dataclass(frozen=True, slots=True)
class Track:
    """One instrument of a file.

    Attributes:
        name: the track's name, which a DAW shows on its region.
        part: the notes.
        program: General MIDI program, 0 to 127.
        channel: 0 to 15; 9 is the drums.
    """

    name: str
    part: Part
    program: int = 0
    channel: int = 0


@dataclass(frozen=True, slots=True)
class Conductor:
    """What a file says besides notes.

    Attributes:
        title: name of the first track.
        key: key signature (the nearest that MIDI can write).
        meter: time signature.
        tempo_bpm: quarter notes per minute.
        markers: ``(onset_ticks, text)``.
        texts: text events at tick 0, such as where the notes come from.
    """

    title: str
    key: Key
    meter: Meter
    tempo_bpm: float
    markers: tuple[tuple[int, str], ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MidiScore:
    """What was read from a file, in the file's own ticks.

    Attributes:
        notes: ``(n,)`` of ``NOTE_DTYPE`` from all tracks, sorted.
        tempo_map: one map merged from all tracks.
        length_ticks: end of the last note.
        meter: the first time signature that is one; None if there is none.
    """

    notes: Notes
    tempo_map: TempoMap
    length_ticks: int
    meter: Meter | None = None

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


def write_midi(tracks: Sequence[Track], conductor: Conductor) -> bytes:
    """A type 1 file: a conductor track, then one named track per instrument.

    Every track ends with its part, so an imported region is whole bars long.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, charset="utf-8")
    length_ticks = max((track.part.length_ticks for track in tracks), default=0)
    file.tracks.append(_conductor_track(conductor, length_ticks))
    file.tracks.extend(_instrument_track(track) for track in tracks)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _conductor_track(conductor: Conductor, length_ticks: int) -> mido.MidiTrack:
    opening = [
        mido.MetaMessage("track_name", name=conductor.title),
        mido.MetaMessage("set_tempo", tempo=microseconds_per_quarter(conductor.tempo_bpm)),
        mido.MetaMessage(
            "time_signature",
            numerator=conductor.meter.numerator,
            denominator=conductor.meter.denominator,
        ),
        mido.MetaMessage("key_signature", key=signature_name(conductor.key)),
        *(mido.MetaMessage("text", text=text) for text in conductor.texts),
    ]
    timed = [(0, message) for message in opening]
    markers = sorted(conductor.markers, key=lambda marker: marker[0])
    timed += [(tick, mido.MetaMessage("marker", text=text)) for tick, text in markers]
    return _to_track(timed, length_ticks)


def _instrument_track(track: Track) -> mido.MidiTrack:
    program = mido.Message("program_change", program=track.program, channel=track.channel)
    timed = [(0, mido.MetaMessage("track_name", name=track.name)), (0, program)]
    timed += sorted(_note_messages(track), key=lambda item: (item[0], item[1].type == "note_on"))
    return _to_track(timed, track.part.length_ticks)


def _note_messages(track: Track) -> Iterator[tuple[int, mido.Message]]:
    """On and off of each note; of notes struck together the longer first, as readers nest them."""
    rows = sorted(track.part.notes.tolist(), key=lambda row: (row[0], -row[1]))
    for onset, duration, pitch, velocity, _ in rows:
        at = {"note": pitch, "channel": track.channel}
        yield onset, mido.Message("note_on", velocity=velocity, **at)
        yield onset + duration, mido.Message("note_off", velocity=0, **at)


def _to_track(timed: list[tuple[int, mido.Message]], length_ticks: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    previous_ticks = 0
    for tick, message in timed:
        track.append(message.copy(time=tick - previous_ticks))
        previous_ticks = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, length_ticks - previous_ticks)))
    return track


def signature_name(key: Key) -> str:
    """The key signature as mido writes it: minor keys as minor, modes by the major of the same."""
    names = MINOR_SIGNATURE_NAMES if key.mode.endswith("minor") else SIGNATURE_NAMES
    return names[key.signature_fifths + 7]


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
    file = _parse(data)
    notes: list[tuple[int, int, int, int, bool]] = []
    changes: list[tuple[int, int]] = []
    for track in file.tracks:
        track_notes, track_changes = _read_track(track)
        notes += track_notes
        changes += track_changes
    tempos = [(tick, tempo) for tick, tempo in changes if tempo > 0]
    if len(tempos) < len(changes):
        warnings.warn("a tempo of 0 is left out", MidiRepair, stacklevel=2)
    array = np.sort(np.array(notes, dtype=NOTE_DTYPE), order=["onset_ticks", "is_drum", "pitch"])
    array.flags.writeable = False
    length_ticks = int((array["onset_ticks"] + array["duration_ticks"]).max(initial=0))
    tempo_map = TempoMap.from_changes(tempos, file.ticks_per_beat)
    return MidiScore(array, tempo_map, length_ticks, _first_meter(file))


def _first_meter(file: mido.MidiFile) -> Meter | None:
    for message in (message for track in file.tracks for message in track):
        if message.type == "time_signature":
            with contextlib.suppress(ValueError):
                return Meter(message.numerator, message.denominator)
    return None


def _parse(data: bytes) -> mido.MidiFile:
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


def _read_track(
    track: mido.MidiTrack,
) -> tuple[list[tuple[int, int, int, int, bool]], list[tuple[int, int]]]:
    notes: list[tuple[int, int, int, int, bool]] = []
    changes: list[tuple[int, int]] = []
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


def _closed(
    key: tuple[int, int], opened: tuple[int, int], end_ticks: int
) -> tuple[int, int, int, int, bool]:
    channel, pitch = key
    onset_ticks, velocity = opened
    return onset_ticks, max(1, end_ticks - onset_ticks), pitch, velocity, channel == DRUM_CHANNEL
