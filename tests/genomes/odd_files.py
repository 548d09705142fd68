"""MIDI files as other programs write them: repeated notes, meters anywhere, odd events."""

from __future__ import annotations

import io

import mido
from hypothesis import strategies as st

from tests.genomes.midi_bytes import END_OF_TRACK, events, midi_file, track_chunk

Messages = list[mido.Message | mido.MetaMessage]


def saved(*tracks: Messages, kind: int = 1) -> bytes:
    """A file of mido's, 480 ticks to a quarter."""
    file = mido.MidiFile(type=kind, ticks_per_beat=480)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def on(pitch: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=90, time=time, channel=channel)


def off(pitch: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=pitch, time=time, channel=channel)


def meter(beats: int, time: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=beats, denominator=4, time=time)


def text(words: str, time: int = 0, kind: str = "text") -> mido.MetaMessage:
    return mido.MetaMessage(kind, text=words, time=time)


def named(name: str, encoding: str = "utf-8") -> mido.MetaMessage:
    """A track name in an encoding, byte for byte."""
    return mido.MetaMessage("track_name", name=name.encode(encoding).decode("latin-1"))


WHOLE_NOTES = [message for _ in range(4) for message in (on(60), off(60, 1920))]
WHOLE_ROWS = [(onset, 1920, 60, 90, False) for onset in range(0, 7680, 1920)]
SHARPS = [mido.MetaMessage("key_signature", key="C"), *WHOLE_NOTES]
GOOD = saved(WHOLE_NOTES)

REPEATED = saved([on(40), *[it for _ in range(15) for it in (on(40, 480), off(40))], off(40, 480)])
CHANNELS = saved([on(60), on(60, 480, 1), off(60, 480), off(60, 480, 1)])
METERS = saved([meter(4), meter(3, 3840)], WHOLE_NOTES)
LATER_METER_FIRST = saved([meter(3, 3840)], [meter(4), *WHOLE_NOTES])
OVERHANG = saved([*WHOLE_NOTES[:-1], off(60, 1921)])
KARAOKE = saved([text("\\Row", 10), text(" on", 480)], WHOLE_NOTES)
CONTROL_CHARACTERS = saved([named("Pia\x1b[31mno\0"), *WHOLE_NOTES], [named("Baß"), *WHOLE_NOTES])
SEQUENCES = saved(WHOLE_NOTES[:4], [on(65), off(65, 1920)], kind=2)
EIGHT_SHARPS = saved(SHARPS).replace(b"\xff\x59\x02\0", b"\xff\x59\x02\x08")
CUT = GOOD[:-3]
AT_BAR_33 = saved([on(60, 32 * 1920), off(60, 1920), *WHOLE_NOTES])

ONE_NOTE = events("00 90 3C 40\n 83 60 80 3C 00")  # C4 for a quarter
ONE_ROW = [(0, 480, 60, 64, False)]


def riff(data: bytes) -> bytes:
    """A file in a RIFF container, behind a chunk of another kind."""
    chunks = b"DISP" + (3).to_bytes(4, "little") + b"abc\0"
    chunks += b"data" + len(data).to_bytes(4, "little") + data
    return b"RIFF" + (4 + len(chunks)).to_bytes(4, "little") + b"RMID" + chunks


def with_event(event: str) -> bytes:
    """A file of one note with an event before it, in hex with its time."""
    return midi_file(events(event) + ONE_NOTE)


def _with_chunk(data: bytes) -> bytes:
    return data[:14] + b"XFIH" + (4).to_bytes(4, "big") + b"abcd" + data[14:]


ONE = midi_file(ONE_NOTE)
_TOO_LONG = ONE[:18] + (99).to_bytes(4, "big") + ONE[22:]
_AFTER_END = ONE_NOTE + END_OF_TRACK + ONE_NOTE

# What is left out or forgiven: the file and what is told of it. All hold one note.
FORGIVEN: dict[str, tuple[bytes, str]] = {
    "eight sharps": (
        with_event("00 FF 59 02 08 00"), "left out: a key of 8 sharps in mode 0 (track 1, tick 0)"
    ),
    "a mode of 255": (
        with_event("00 FF 59 02 00 FF"), "left out: a key of 0 sharps in mode 255 (track 1, tick 0)"
    ),
    "an empty key": (
        with_event("00 FF 59 00"), "left out: a key signature of 0 bytes (track 1, tick 0)"
    ),
    "an empty channel prefix": (
        with_event("00 FF 20 00"), "left out: a channel prefix of 0 bytes (track 1, tick 0)"
    ),
    "a tempo of two bytes": (
        with_event("00 FF 51 02 07 A1"), "left out: a tempo of 2 bytes (track 1, tick 0)"
    ),
    "a tempo of 0": (
        with_event("00 FF 51 03 00 00 00"), "left out: a tempo of 0 (track 1, tick 0)"
    ),
    "a meter of two bytes": (
        with_event("00 FF 58 02 03 02"), "left out: a meter of 2 bytes (track 1, tick 0)"
    ),
    "a meter that is none": (
        with_event("00 FF 58 04 00 02 18 08"), "left out: a meter of 0/4 (track 1, tick 0)"
    ),
    "a meter in parts of a tick": (
        with_event("00 FF 58 04 04 FF 18 08"), "left out: a meter of 4/2^255 (track 1, tick 0)"
    ),
    "an hour of 255": (
        with_event("00 FF 54 05 FF 00 00 00 00"),
        "left out: an SMPTE offset of hour byte 255 (track 1, tick 0)",
    ),
    "values above 127": (
        with_event("00 B0 07 FF\n 00 B0 0A FF"),
        "a value above 127 is read as 127 (2 times, first in track 1, tick 0)",
    ),
    "a clock": (with_event("00 F8"), "an event F8 is left out (track 1, tick 0)"),
    "a foreign chunk": (_with_chunk(ONE), "a chunk 'XFIH' is left out (byte 14)"),
    "a chunk behind": (ONE + _with_chunk(ONE)[14:26], "a chunk 'XFIH' is left out (byte 35)"),
    "bytes behind": (ONE + b"end", "3 bytes after the last track are left out"),
    "fewer tracks": (ONE[:11] + b"\x09" + ONE[12:], "9 tracks are announced, and 1 is there"),
    "a track that says it is longer": (_TOO_LONG, "track 1 announces 99 bytes, and has 13"),
    "events after the end": (
        midi_file(_AFTER_END), "what follows the end of a track is left out (track 1)"
    ),
    "another type": (
        ONE[:9] + b"\x05" + ONE[10:], "a file of type 5 is read as one of type 1"
    ),
    "a note that never ends": (
        midi_file(ONE_NOTE[:4] + events("83 60 FF 01 00")),
        "a note that never ends is closed where its track ends (track 1, tick 0)",
    ),
    "running status after SysEx": (
        midi_file(events("00 90 3C 40\n 00 F0 02 41 F7\n 83 60 3C 00")),
        "running status goes on after a SysEx event (track 1, tick 480)",
    ),
}  # fmt: skip

# What can't be read, and why.
REFUSED: dict[str, tuple[bytes, str]] = {
    "cut": (
        CUT,
        "it breaks off in track 1, at byte 59: 37 of the track's 40 bytes are there",
    ),
    "nothing": (b"", "it is empty"),
    "text": (b"once upon a time there was a song", "it doesn't begin with MThd"),
    "cut in the header": (GOOD[:9], "it breaks off in its header, at byte 9"),
    "cut in a track's header": (
        GOOD[:18], "it breaks off in the header of track 1, at byte 18"
    ),
    "a header of 2 bytes": (
        b"MThd\0\0\0\2" + GOOD[8:], "a header of 2 bytes: expected 6"
    ),
    "no tracks": (GOOD[:14], "no track up to its end, byte 14, of 1 announced"),
    "data without a status": (
        midi_file(events("00 3C 40")), "track 1 has 3C at byte 23: expected an event"
    ),
    "SysEx and data without a status": (
        midi_file(events("00 F0 02 41 F7\n 00 3C 40")),
        "track 1 has 3C at byte 28: expected an event",
    ),
    "an event longer than its track": (
        midi_file()[:10] + b"\0\1\1\xe0MTrk\0\0\0\2\0\x90" + track_chunk(b""),
        "the last event of track 1 runs past its end, byte 24",
    ),
    "an endless number": (
        midi_file(b"\xff" * 2000), "track 1 has a number of more than 4 bytes at byte 22"
    ),
    "RIFF of nothing": (b"RIFF\4\0\0\0RMID", "a RIFF file without MIDI data"),
    "SMPTE time": (midi_file(b"", resolution=0xE728), "SMPTE time division"),
    "no time at all": (midi_file(b"", resolution=0), "a time division of 0"),
    "longer than time at our resolution": (
        midi_file(events("FF FF FF 7F 90 3C 40\n 60 80 3C 00"), resolution=24), "ticks long"
    ),
}  # fmt: skip

SOURCES = [
    *(value for value in dict(globals()).values() if isinstance(value, bytes)),
    *(data for data, _ in FORGIVEN.values()),
]


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """One of the files with bytes changed, cut off, or taken from another one."""
    data, places = draw(st.sampled_from(SOURCES)), st.floats(0, 1)
    for kind in draw(st.lists(st.sampled_from(("flip", "cut", "splice")), min_size=1, max_size=6)):
        at = round(draw(places) * len(data))
        if kind == "flip":
            data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
        elif kind == "cut":
            data = data[:at]
        else:
            other = draw(st.sampled_from(SOURCES))
            begin, end = sorted(round(draw(places) * len(other)) for _ in range(2))
            data = data[:at] + other[begin:end] + data[at:]
    return data
