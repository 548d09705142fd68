"""Reading MIDI files: anybody's bytes to notes, tempi, meters and words."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

import numpy as np

from genomes.keys import Key
from genomes.midi import events
from genomes.midi.events import DRUM_CHANNEL, EventFile, EventTrack, Remarks, parse_events, place
from genomes.midi.songs import MidiSong, MidiTrack
from genomes.midi.texts import decode_text, is_karaoke, sung_words
from genomes.midi.writing import MINOR_SIGNATURE_NAMES, SIGNATURE_NAMES
from genomes.notes import NOTE_DTYPE, Word
from genomes.time import COMMON_TIME, Meter, microseconds_per_quarter

T = TypeVar("T")

# Raised when the same bytes would be read differently.
MIDI_READER_VERSION = "2"

DATA_ENTRY, SUSTAIN_PEDAL, OTHER_LOW, OTHER_HIGH, RPN_LOW, RPN_HIGH = 6, 64, 98, 99, 100, 101
BENDS, PEDAL = "pitch bends", "sustain pedal"
# What moves the pitch of a whole channel by cents or semitones, by its registered parameter number,
# or of all channels, by the second identity of a device control message (MIDI 1.0 Detailed
# Specification, CA-25). The most significant of its data bytes is 64 where nothing is moved.
TUNED_CHANNEL = {(0, 1): "fine tuning (RPN 1)", (0, 2): "transposition (RPN 2)"}
TUNED_DEVICE = {3: "fine tuning (master tuning)", 4: "transposition (master tuning)"}
NOT_TUNED = 64
BEND_CENTRE = bytes((0, 64))
UNIVERSAL_REAL_TIME, DEVICE_CONTROL = 0x7F, 0x04
HOURS = 24
MAX_SHARPS = 7
MAX_SHOWN_POWER = 16

Change = tuple[int, T]  # when, in ticks from the start of the file, and what holds from there


def read_midi(data: bytes) -> MidiSong:
    """Read a MIDI file of any type and resolution.

    Notes of one channel and pitch of a track end in the order in which they begin; a note-on of
    velocity 0 is a note-off, and a note that is never ended ends with its track. Tempi, meters and
    keys of every track hold for all, the last at a tick wins. Channel 10 is drums. The sequences of
    a file of type 2 are read one after the other, each from 120 bpm in 4/4.

    Raises:
        MidiError: if the bytes are not a readable MIDI file; says what is wrong and where.
    """
    file = parse_events(data)
    starts = [0] * len(file.tracks)
    if file.kind == events.ONE_AFTER_THE_OTHER and len(file.tracks) > 1:
        starts = list(accumulate((it.length_ticks for it in file.tracks[:-1]), initial=0))
        file.remarks.add(f"its {len(starts)} sequences (type 2) are read one after the other")
    read = [_Track(number, file.remarks) for number in range(1, len(starts) + 1)]
    for each, track, start in zip(read, file.tracks, starts, strict=True):
        each.take(track, start)
    return _song(file, read, sorted({0, *starts} - {0}))


def _song(file: EventFile, read: Sequence[_Track], starts: Sequence[int]) -> MidiSong:
    """What the tracks say together; at later starts tempo and meter begin anew."""
    tracks = tuple(track for each in read for track in each.with_notes())
    ends = [int((it.notes["onset_ticks"] + it.notes["duration_ticks"]).max()) for it in tracks]
    words, others = _words(read)
    if others:
        file.remarks.add(f"the words of {others} other tracks are left out")
    keys = _by_time([change for each in read for change in each.keys], [], None)
    tempo_us = microseconds_per_quarter(120)
    return MidiSong(
        tracks,
        max(ends, default=0),
        _by_time([change for each in read for change in each.tempos], starts, tempo_us),
        _by_time([change for each in read for change in each.meters], starts, COMMON_TIME),
        file.ticks_per_quarter,
        key=keys[0][1] if keys else None,
        words=words,
        left_out=tuple(sorted({name for each in read for name in each.left_out})),
        remarks=file.remarks.sentences(),
        tracks_end_ticks=file.length_ticks,
    )


def _by_time(
    stated: Sequence[Change[T]], starts: Sequence[int], at_start: T
) -> tuple[Change[T], ...]:
    """The changes in order, the last at a tick; empty where none is stated."""
    changes = [*((start, at_start) for start in starts), *stated] if stated else []
    return tuple(dict(sorted(changes, key=lambda change: change[0])).items())


def _words(read: Sequence[_Track]) -> tuple[tuple[Word, ...], int]:
    """The words of the track that has most, and how many other tracks have some.

    They are lyric events, or the text events of a file with the signs of karaoke.
    """
    sung = [words for each in read if (words := sung_words(each.lyrics))]
    if not sung and any(is_karaoke(each.texts) for each in read):
        sung = [words for each in read if (words := sung_words(each.texts))]
    return max(sung, key=len, default=()), max(0, len(sung) - 1)


@dataclass(slots=True)
class _Track:
    """Reads one track, event by event; onsets are from the start of the file."""

    number: int
    remarks: Remarks
    name: str = ""
    program: int | None = None
    channels: set[int] = field(default_factory=set)
    notes: list[tuple[int, int, int, int, bool]] = field(default_factory=list)
    tempos: list[Change[int]] = field(default_factory=list)
    meters: list[Change[Meter]] = field(default_factory=list)
    keys: list[Change[Key]] = field(default_factory=list)
    lyrics: list[Word] = field(default_factory=list)
    texts: list[Word] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    _sounding: dict[tuple[int, int], deque[tuple[int, int]]] = field(default_factory=dict)
    _parameters: dict[int, tuple[int, int]] = field(default_factory=dict)

    def take(self, track: EventTrack, start: int) -> None:
        """All events of the track, which begins at a tick; notes that never end are closed."""
        for onset, status, data in track.events:
            kind = status & 0xF0 if status < events.SYSEX else status
            if handle := HANDLERS.get(kind):
                handle(self, start + onset, status & 0x0F, data)
        end = start + track.length_ticks
        hung = [(*note, *key) for key, notes in self._sounding.items() for note in notes]
        for onset, velocity, channel, pitch in sorted(hung):
            self._add(onset, end, channel, pitch, velocity)
            where = place(self.number, onset)
            self.remarks.add("a note that never ends is closed where its track ends", where)

    def with_notes(self) -> Iterator[MidiTrack]:
        """The track; nothing where it has no notes."""
        if self.notes:
            notes = np.array(self.notes, NOTE_DTYPE)
            notes = np.sort(notes, order=["onset_ticks", "is_drum", "pitch"])
            notes.flags.writeable = False
            channels = tuple(sorted(self.channels))
            yield MidiTrack(self.name, notes, self.program or 0, self.number, channels)

    def _add(self, onset: int, end: int, channel: int, pitch: int, velocity: int) -> None:
        self.channels.add(channel + 1)
        duration = max(1, end - onset)
        self.notes.append((onset, duration, pitch, velocity, channel == DRUM_CHANNEL))

    def _note_on(self, onset: int, channel: int, data: bytes) -> None:
        pitch, velocity = data
        if velocity:
            self._sounding.setdefault((channel, pitch), deque()).append((onset, velocity))
        else:
            self._note_off(onset, channel, data)

    def _note_off(self, onset: int, channel: int, data: bytes) -> None:
        if sounding := self._sounding.get((channel, data[0])):
            begun, velocity = sounding.popleft()
            self._add(begun, onset, channel, data[0], velocity)

    def _control(self, _onset: int, channel: int, data: bytes) -> None:
        control, value = data
        low, high = self._parameters.get(channel, (events.MAX_DATA, events.MAX_DATA))
        if control == SUSTAIN_PEDAL and value:
            self.left_out.add(PEDAL)
        elif control == RPN_LOW:
            self._parameters[channel] = (value, high)
        elif control == RPN_HIGH:
            self._parameters[channel] = (low, value)
        elif control in {OTHER_LOW, OTHER_HIGH}:  # a parameter of the maker's, no registered one
            self._parameters.pop(channel, None)
        elif control == DATA_ENTRY and value != NOT_TUNED and (high, low) in TUNED_CHANNEL:
            self.left_out.add(TUNED_CHANNEL[high, low])

    def _bend(self, _onset: int, _channel: int, data: bytes) -> None:
        if data != BEND_CENTRE:
            self.left_out.add(BENDS)

    def _program(self, _onset: int, _channel: int, data: bytes) -> None:
        if self.program is None:
            self.program = data[0]

    def _system_exclusive(self, _onset: int, _channel: int, data: bytes) -> None:
        if len(data) >= 6 and data[0] == UNIVERSAL_REAL_TIME and data[2] == DEVICE_CONTROL:
            name = TUNED_DEVICE.get(data[3])
            if name and (data[5] != NOT_TUNED or data[4]):
                self.left_out.add(name)

    def _meta(self, onset: int, _channel: int, data: bytes) -> None:
        kind, held = data[0], data[1:]
        name, needed = events.META_BYTES.get(kind, ("", 0))
        problem = ""
        if len(held) < needed:
            problem = f"{name} of {len(held)} bytes"
        elif kind in READ_META:
            try:
                READ_META[kind](self, onset, held)
            except ValueError as error:
                problem = str(error)
        if problem:
            self.remarks.add(f"left out: {problem}", place(self.number, onset))

    def _tempo(self, onset: int, held: bytes) -> None:
        tempo = int.from_bytes(held[:3], "big")
        if not tempo:
            raise ValueError("a tempo of 0")
        self.tempos.append((onset, tempo))

    def _meter(self, onset: int, held: bytes) -> None:
        numerator, power = held[:2]
        denominator = f"2^{power}" if power > MAX_SHOWN_POWER else 2**power
        try:
            self.meters.append((onset, Meter.parse(f"{numerator}/{denominator}")))
        except ValueError:
            raise ValueError(f"a meter of {numerator}/{denominator}") from None

    def _key(self, onset: int, held: bytes) -> None:
        sharps, mode = int.from_bytes(held[:1], "big", signed=True), held[1]
        names = {0: SIGNATURE_NAMES, 1: MINOR_SIGNATURE_NAMES}.get(mode)
        if names is None or abs(sharps) > MAX_SHARPS:
            raise ValueError(f"a key of {sharps} sharps in mode {mode}")
        tonic, mode_name = names[sharps + MAX_SHARPS].rstrip("m"), ("major", "minor")[mode]
        self.keys.append((onset, Key.parse(f"{tonic} {mode_name}")))

    def _smpte_offset(self, _onset: int, held: bytes) -> None:
        """Where a video begins, which is not read; bits 5 and 6 are its frame rate."""
        if held[0] & 0x80 or held[0] & 0x1F >= HOURS:
            raise ValueError(f"an SMPTE offset of hour byte {held[0]}")

    def _named(self, _onset: int, held: bytes) -> None:
        self.name = self.name or " ".join(decode_text(held).split())

    def _lyric(self, onset: int, held: bytes) -> None:
        self.lyrics.append((onset, decode_text(held)))

    def _text(self, onset: int, held: bytes) -> None:
        self.texts.append((onset, decode_text(held)))


HANDLERS: dict[int, Callable[[_Track, int, int, bytes], None]] = {
    events.NOTE_ON: _Track._note_on,
    events.NOTE_OFF: _Track._note_off,
    events.CONTROL_CHANGE: _Track._control,
    events.PITCH_BEND: _Track._bend,
    events.PROGRAM_CHANGE: _Track._program,
    events.SYSEX: _Track._system_exclusive,
    events.META: _Track._meta,
}
READ_META: dict[int, Callable[[_Track, int, bytes], None]] = {
    events.TEXT: _Track._text,
    events.TRACK_NAME: _Track._named,
    events.LYRIC: _Track._lyric,
    events.TEMPO: _Track._tempo,
    events.SMPTE_OFFSET: _Track._smpte_offset,
    events.TIME_SIGNATURE: _Track._meter,
    events.KEY_SIGNATURE: _Track._key,
}
