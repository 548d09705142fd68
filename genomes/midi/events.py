"""The events of MIDI files: bytes to tracks of events with times, forgiving what can be forgiven.

The format is that of the Standard MIDI Files specification, RP-001. Files of other programs don't
always keep to it, so that an event or a chunk that can't be read is left out with a remark. Only
bytes that tell nothing of where the next event begins, or that end before their music does, refuse
the file.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from genomes.notes import MAX_TICKS
from genomes.time import TICKS_PER_QUARTER

MAX_FILE_BYTES = 16 * 2**20
HEADER_BYTES = 6
DRUM_CHANNEL = 9
MAX_NUMBER_BYTES = 4  # of a variable-length quantity
MAX_EVENTS, MAX_TRACKS = 1_000_000, 0xFFFF  # many times what any song has
MAX_REMARKS = 20  # that differ; what else is odd is counted
STATUS, MAX_DATA = 0x80, 0x7F  # bytes from the one on begin an event, up to the other are data

ONE_TRACK, TOGETHER, ONE_AFTER_THE_OTHER = 0, 1, 2  # the types of files

NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE, PITCH_BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
SYSEX, SYSEX_MORE, META = 0xF0, 0xF7, 0xFF
TEXT, TRACK_NAME, LYRIC, END_OF_TRACK, TEMPO, SMPTE_OFFSET, TIME_SIGNATURE, KEY_SIGNATURE = (
    *(0x01, 0x03, 0x05, 0x2F, 0x51, 0x54, 0x58, 0x59),
)
# Meta events of a fixed length: their name and the bytes that they need.
META_BYTES: dict[int, tuple[str, int]] = {
    0x20: ("a channel prefix", 1),
    0x21: ("a port", 1),
    TEMPO: ("a tempo", 3),
    SMPTE_OFFSET: ("an SMPTE offset", 5),
    TIME_SIGNATURE: ("a meter", 4),
    KEY_SIGNATURE: ("a key signature", 2),
}
# System messages have no place in a file; those that have data are skipped with them.
SYSTEM_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}


class MidiError(ValueError):
    """These bytes are not a MIDI file that can be read; the message says why and where."""


class Event(NamedTuple):
    """One event of a track.

    Attributes:
        onset_ticks: from the start of its track.
        status: the status byte: 0x80 to 0xEF with its channel, 0xF0 or 0xF7 system exclusive, 0xFF
            meta.
        data: the data bytes; of a meta event its type, then what it holds.
    """

    onset_ticks: int
    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class EventTrack:
    """The events of one track.

    Attributes:
        events: in order.
        length_ticks: where the track ends.
    """

    events: tuple[Event, ...]
    length_ticks: int


@dataclass(frozen=True, slots=True)
class EventFile:
    """A file as a sequence of events.

    Attributes:
        kind: 0 one track, 1 tracks that sound together, 2 sequences of their own.
        ticks_per_quarter: its resolution, at least 1.
        tracks: in the order of the file.
        remarks: what was left out or forgiven.
    """

    kind: int
    ticks_per_quarter: int
    tracks: tuple[EventTrack, ...]
    remarks: Remarks

    @property
    def length_ticks(self) -> int:
        """Where the longest track ends; the last of sequences that follow each other."""
        lengths = [track.length_ticks for track in self.tracks]
        return sum(lengths) if self.kind == ONE_AFTER_THE_OTHER else max(lengths, default=0)


@dataclass(slots=True)
class Remarks:
    """Collects what a person should know of a file, each kind of thing once."""

    _first: dict[str, str] = field(default_factory=dict)  # what, and where it is first
    _times: Counter[str] = field(default_factory=Counter)
    _others: int = 0

    def add(self, what: str, where: str = "") -> None:
        """Something that was left out or forgiven, and where."""
        if what in self._first or len(self._first) < MAX_REMARKS:
            self._first.setdefault(what, where)
            self._times[what] += 1
        else:
            self._others += 1

    def sentences(self) -> tuple[str, ...]:
        """One for each kind of thing, with its first place and how often it is there."""
        others = (f"{self._others} other events are left out",) if self._others else ()
        found = (_sentence(what, it, self._times[what]) for what, it in self._first.items())
        return (*found, *others)


def _sentence(what: str, first_place: str, times: int) -> str:
    if not first_place:
        return what
    return f"{what} ({first_place if times == 1 else f'{times} times, first in {first_place}'})"


def parse_events(data: bytes) -> EventFile:
    """The bytes as a file of events.

    Raises:
        MidiError: if they are none, or too much of one; says what is wrong and at which byte.
    """
    if len(data) > MAX_FILE_BYTES:
        raise MidiError(f"{len(data)} bytes: expected at most {MAX_FILE_BYTES}")
    begin, end = _unwrapped(data)
    kind, announced, ticks_per_quarter, first_chunk = _header(data, begin, end)
    reader = _Reader(data, end, Remarks())
    tracks = reader.tracks(first_chunk, announced)
    if kind not in {ONE_TRACK, TOGETHER, ONE_AFTER_THE_OTHER}:
        reader.remarks.add(f"a file of type {kind} is read as one of type {TOGETHER}")
        kind = TOGETHER
    file = EventFile(kind, ticks_per_quarter, tuple(tracks), reader.remarks)
    _check_length(file)
    return file


def is_midi(data: bytes) -> bool:
    """Whether bytes begin as a MIDI file does, readable or not."""
    return data[:4] == b"MThd" or (data[:4] == b"RIFF" and data[8:12] == b"RMID")


def _check_length(file: EventFile) -> None:
    last = file.length_ticks
    if max(last, last * TICKS_PER_QUARTER // file.ticks_per_quarter) >= MAX_TICKS:
        raise MidiError(f"{last} ticks long: expected less than {MAX_TICKS}")


def _refuse(why: str) -> NoReturn:
    raise MidiError(f"not a readable MIDI file: {why}")


def _unwrapped(data: bytes) -> tuple[int, int]:
    """Where the file begins and ends: inside a RIFF container of the form RMID, or all of it."""
    if not data:
        _refuse("it is empty")
    if data[:4] != b"RIFF" or not is_midi(data):
        return 0, len(data)
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"data":
            return at + 8, min(at + 8 + size, len(data))
        at += 8 + size + size % 2
    _refuse("a RIFF file without MIDI data")


def _header(data: bytes, begin: int, end: int) -> tuple[int, int, int, int]:
    """Type, tracks announced, ticks per quarter, and where the first chunk begins."""
    if data[begin : min(begin + 4, end)] != b"MThd":
        _refuse("it doesn't begin with MThd")
    body = begin + 8
    size = int.from_bytes(data[begin + 4 : body], "big")
    if end < body + HEADER_BYTES:
        _refuse(f"it breaks off in its header, at byte {end}")
    if size < HEADER_BYTES:
        _refuse(f"a header of {size} bytes: expected {HEADER_BYTES}")
    kind, announced, division = (
        int.from_bytes(data[at : at + 2], "big") for at in range(body, body + HEADER_BYTES, 2)
    )
    if division == 0:
        raise MidiError("a time division of 0: expected ticks per quarter note")
    if division >= 0x8000:
        raise MidiError("SMPTE time division: expected ticks per quarter note")
    return kind, announced, division, body + size


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks through the chunks of a file; bytes count from the first of the whole file."""

    data: bytes
    end: int
    remarks: Remarks

    def tracks(self, at: int, announced: int) -> list[EventTrack]:
        """The track chunks; other chunks are left out."""
        found: list[EventTrack] = []
        events = 0
        while at + 8 <= self.end:
            name, body = self.data[at : at + 4], at + 8
            size = int.from_bytes(self.data[at + 4 : body], "big")
            if name == b"MTrk":
                track, at = self._track(len(found) + 1, body, size)
                found.append(track)
                events += len(track.events)
                if events > MAX_EVENTS or len(found) > MAX_TRACKS:
                    _refuse(f"more than {MAX_EVENTS} events or {MAX_TRACKS} tracks")
            elif body + size <= self.end:
                self.remarks.add(f"a chunk {_printed(name)} is left out", f"byte {at}")
                at = body + size
            else:
                break
        rest = self.data[at : self.end]
        if rest and b"MTrk".startswith(rest[:4]):
            _refuse(f"it breaks off in the header of track {len(found) + 1}, at byte {self.end}")
        if announced and not found:
            _refuse(f"no track up to its end, byte {self.end}, of {announced} announced")
        if rest:
            self.remarks.add(f"{len(rest)} bytes after the last track are left out")
        if len(found) != announced:
            there = "1 is" if len(found) == 1 else f"{len(found)} are"
            self.remarks.add(f"{announced} tracks are announced, and {there} there")
        return found

    def _track(self, number: int, begin: int, size: int) -> tuple[EventTrack, int]:
        """One track, and where the next chunk begins."""
        stop = min(begin + size, self.end)
        try:
            track, at, has_end = self._events(number, begin, stop)
        except IndexError:
            at, has_end = stop, False
            if stop == begin + size:
                _refuse(f"the last event of track {number} runs past its end, byte {stop}")
        if begin + size > self.end:
            if not has_end:
                _refuse(
                    f"it breaks off in track {number}, at byte {self.end}: "
                    f"{stop - begin} of the track's {size} bytes are there"
                )
            self.remarks.add(f"track {number} announces {size} bytes, and has {at - begin}")
            return track, at
        if at < stop and self.data[at : at + 4] != b"MTrk":
            self.remarks.add("what follows the end of a track is left out", f"track {number}")
            at = stop
        return track, at

    def _events(self, number: int, begin: int, stop: int) -> tuple[EventTrack, int, bool]:
        """The events up to the end of track, where it ends, and whether it is stated.

        Raises:
            IndexError: if an event goes on beyond the byte at which the track stops.
        """
        events: list[Event] = []
        at, tick, running = begin, 0, 0
        while at < stop:
            delta, at = self._number(at, number)
            tick += delta
            status = self.data[at]
            if status >= STATUS:
                at += 1
            elif running:
                status = running
                if events[-1].status in {SYSEX, SYSEX_MORE}:
                    goes_on = "running status goes on after a SysEx event"
                    self.remarks.add(goes_on, place(number, tick))
            else:
                _refuse(f"track {number} has {status:02X} at byte {at}: expected an event")
            data, at = self._data(status, at, number)
            if at > stop:
                raise IndexError
            if status < SYSEX:
                running, data = status, self._limited(data, number, tick)
            elif status not in {SYSEX, SYSEX_MORE, META}:
                self.remarks.add(f"an event {status:02X} is left out", place(number, tick))
                continue
            events.append(Event(tick, status, data))
            if len(events) > MAX_EVENTS:
                _refuse(f"more than {MAX_EVENTS} events")
            if status == META and data[0] == END_OF_TRACK:
                return EventTrack(tuple(events), tick), at, True
        return EventTrack(tuple(events), tick), at, False

    def _limited(self, data: bytes, number: int, tick: int) -> bytes:
        """The data bytes of an event, none of them above 127."""
        if max(data) <= MAX_DATA:
            return data
        self.remarks.add("a value above 127 is read as 127", place(number, tick))
        return bytes(min(byte, MAX_DATA) for byte in data)

    def _data(self, status: int, at: int, number: int) -> tuple[bytes, int]:
        """What belongs to a status byte, and where it ends; that may be beyond the track."""
        if status < SYSEX:
            end = at + (1 if PROGRAM_CHANGE <= status < PITCH_BEND else 2)
            return self.data[at:end], end
        begin, kind = at, b""
        if status in {SYSEX, SYSEX_MORE}:
            size, begin = self._number(at, number)
            end = begin + size
        elif status == META:
            kind = self.data[at : at + 1]
            size, begin = self._number(at + 1, number)
            end = begin + size
        else:
            end = at + SYSTEM_BYTES.get(status, 0)
        return kind + self.data[begin:end], end

    def _number(self, at: int, number: int) -> tuple[int, int]:
        """A variable-length quantity, and where it ends."""
        value = self.data[at]
        if value < STATUS:  # by far the most are of one byte
            return value, at + 1
        value &= MAX_DATA
        for following in range(at + 1, at + MAX_NUMBER_BYTES):
            byte = self.data[following]
            value = value << 7 | byte & MAX_DATA
            if byte < STATUS:
                return value, following + 1
        _refuse(f"track {number} has a number of more than {MAX_NUMBER_BYTES} bytes at byte {at}")


def place(track: int, tick: int) -> str:
    """Where an event is, for a person."""
    return f"track {track}, tick {tick}"


def _printed(name: bytes) -> str:
    return repr(name.decode("latin-1"))
