"""Broken and hostile bytes: a named error or a score, never anything else."""

import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.keys import Key
from genomes.midi import (
    MAX_FILE_BYTES,
    Conductor,
    MidiError,
    MidiRepair,
    Track,
    read_midi,
    write_midi,
)
from genomes.notes import NOTE_DTYPE, Part
from genomes.time import Meter
from tests.genomes.midi_bytes import END_OF_TRACK, events, midi_file, track_chunk

WHOLE = write_midi(
    [Track("chords", Part.of([(0, 480, 60, 64), (480, 480, 67, 80)], 1920))],
    Conductor("song", Key.parse("F# minor"), Meter(7, 8), 97.3, ((0, "verse"),), ("by hand",)),
)


def read_or_refused(data):
    """The score, or None where the bytes were refused by name; repairs are expected here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", MidiRepair)
        try:
            score = read_midi(data)
        except MidiError:
            return None
    assert score.notes.dtype == NOTE_DTYPE
    part = score.to_part(Meter(4, 4))
    assert len(part.notes) == len(score.notes)
    assert (score.tempo_map.seconds(score.notes["onset_ticks"]) >= 0).all()
    return score


@given(st.binary(max_size=200))
def test_any_bytes(data):
    assert read_or_refused(data) is None or data.startswith(b"MThd")


@given(st.lists(st.binary(max_size=60), max_size=3), st.integers(0, 2**16 - 1))
def test_any_bytes_in_a_tidy_shell(bodies, resolution):
    read_or_refused(midi_file(*bodies, resolution=resolution))


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6))
def test_a_file_with_wrong_bytes_in_it(wrong):
    data = bytearray(WHOLE)
    for index, byte in wrong:
        data[index] = byte
    read_or_refused(bytes(data))


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_truncated_file_is_refused_wherever_it_breaks_off(length):
    with pytest.raises(MidiError, match="not a readable MIDI file"):
        read_midi(WHOLE[:length])


def test_the_whole_file_is_read():
    assert read_or_refused(WHOLE).notes["pitch"].tolist() == [60, 67]


REFUSED = {
    "nothing": b"",
    "text": b"once upon a time there was a song",
    "another chunk": b"RIFF" + WHOLE[4:],
    "fewer tracks than promised": WHOLE[:10] + b"\x00\x09" + WHOLE[12:],
    "SMPTE time": midi_file(b"", resolution=0xE728),
    "no time at all": midi_file(b"", resolution=0),
    "a key of nine sharps": midi_file(events("00 FF 59 02 09 00")),
    "a tempo without a number": midi_file(events("00 FF 51 00")),
    "data without a status": midi_file(events("00 3C 40")),
    "longer than time": midi_file(events("8F FF FF FF 7F 90 3C 40\n 60 80 3C 00")),
    "longer than time at our resolution": midi_file(
        events("81 80 80 80 00 90 3C 40\n 60 80 3C 00"), resolution=24
    ),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_name(data):
    with pytest.raises(MidiError):
        read_midi(data)


def test_a_file_that_is_too_big_is_refused_unread():
    with pytest.raises(MidiError, match="expected at most"):
        read_midi(WHOLE + bytes(MAX_FILE_BYTES))


def test_an_endless_number_is_refused():
    """Before it is added up: reading on to its end would take minutes."""
    with pytest.raises(MidiError):
        read_midi(midi_file(b"\xff" * 2_000_000))


def test_long_words_in_other_scripts_are_no_endless_number():
    words = ("歌" * 500).encode()
    event = b"\x00\xff\x01" + bytes((0x80 | len(words) >> 7, len(words) & 0x7F)) + words
    assert read_or_refused(midi_file(event)) is not None


def test_bytes_after_the_last_track_are_no_matter():
    assert read_or_refused(WHOLE + b"and more").notes["pitch"].tolist() == [60, 67]


def test_a_track_without_its_end_is_read():
    body = events("00 90 3C 40\n 60 80 3C 00")
    chunk = track_chunk(body).replace(END_OF_TRACK, b"")
    data = midi_file()[:10] + b"\x00\x01\x01\xe0" + chunk[:4] + len(body).to_bytes(4, "big") + body
    assert len(read_or_refused(data).notes) == 1
