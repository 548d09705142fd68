"""Odd, broken and hostile bytes: music and what was left out of it, or one line that says why."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genomes.keys import Key
from genomes.midi import (
    MAX_FILE_BYTES,
    Conductor,
    MidiError,
    Track,
    is_midi,
    read_midi,
    write_midi,
)
from genomes.notes import NOTE_DTYPE, Part
from genomes.time import Meter
from tests.genomes.midi_bytes import END_OF_TRACK, events, midi_file, track_chunk
from tests.genomes.odd_files import (
    FORGIVEN,
    GOOD,
    ONE_ROW,
    REFUSED,
    WHOLE_ROWS,
    damaged_files,
    riff,
)

WHOLE = write_midi(
    [Track("chords", Part.of([(0, 480, 60, 64), (480, 480, 67, 80)], 1920))],
    Conductor("song", Key.parse("F# minor"), Meter(7, 8), 97.3, ((0, "verse"),), ("by hand",)),
)
SECOND_TRACK = WHOLE.rindex(b"MTrk")


def read_or_refused(data):
    """The score, or None where the bytes were refused in a line."""
    try:
        score = read_midi(data)
    except MidiError as error:
        score, why = None, str(error)
    if score is None:
        assert "\n" not in why
        return None
    assert score.notes.dtype == NOTE_DTYPE
    part = score.to_part(Meter(4, 4))
    assert len(part.notes) == len(score.notes)
    assert (score.tempo_map.seconds(score.notes["onset_ticks"]) >= 0).all()
    assert score.meter_map.bar_at(part.length_ticks) >= 1
    assert not any("\n" in remark for remark in score.remarks)
    return score


@given(st.binary(max_size=200))
def test_any_bytes(data):
    assert read_or_refused(data) is None or is_midi(data)


@given(st.lists(st.binary(max_size=60), max_size=3), st.integers(0, 2**16 - 1))
def test_any_bytes_in_a_tidy_shell(bodies, resolution):
    read_or_refused(midi_file(*bodies, resolution=resolution))


@settings(max_examples=20 * settings.default.max_examples)  # 20,000 in the deep profile
@given(damaged_files())
def test_damaged_files(data):
    read_or_refused(data)


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_truncated_file_is_refused_wherever_it_breaks_off(length):
    if length == SECOND_TRACK:
        remark = "2 tracks are announced, and 1 is there"
        assert read_midi(WHOLE[:length]).remarks == (remark,)
        return
    with pytest.raises(MidiError, match=r"not a readable MIDI file: .*(byte|empty|MThd)"):
        read_midi(WHOLE[:length])


def test_the_whole_file_is_read():
    assert read_or_refused(WHOLE).notes["pitch"].tolist() == [60, 67]


@pytest.mark.parametrize(("data", "remark"), FORGIVEN.values(), ids=FORGIVEN.keys())
def test_odd_events_are_left_out(data, remark):
    song = read_midi(data)
    assert song.remarks == (remark,)
    assert [row[2:] for row in song.notes.tolist()] == [row[2:] for row in ONE_ROW]
    assert (song.tempo_changes, song.meters, song.key) == ((), (), None)


def test_a_file_in_a_riff_container_is_the_file():
    assert read_midi(riff(GOOD)).notes.tolist() == WHOLE_ROWS
    assert read_midi(riff(GOOD)).remarks == ()


@pytest.mark.parametrize(("data", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_by_what_is_wrong_and_where(data, why):
    with pytest.raises(MidiError) as refused:
        read_midi(data)
    assert why in str(refused.value)


def test_remarks_without_end_are_counted():
    keys = "".join(f"00 FF 59 02 {sharps:02X} 00\n" for sharps in range(8, 48))
    remarks = read_midi(midi_file(events(keys))).remarks
    assert len(remarks) == 21
    assert remarks[-1] == "20 other events are left out"


def test_a_file_that_is_too_big_is_refused_unread():
    with pytest.raises(MidiError, match="expected at most"):
        read_midi(WHOLE + bytes(MAX_FILE_BYTES))


def test_long_words_in_other_scripts_are_no_endless_number():
    words = ("歌" * 500).encode()
    event = b"\x00\xff\x01" + bytes((0x80 | len(words) >> 7, len(words) & 0x7F)) + words
    assert read_or_refused(midi_file(event)) is not None


def test_a_track_without_its_end_is_read():
    body = events("00 90 3C 40\n 60 80 3C 00")
    chunk = track_chunk(body).replace(END_OF_TRACK, b"")
    data = midi_file()[:10] + b"\x00\x01\x01\xe0" + chunk[:4] + len(body).to_bytes(4, "big") + body
    assert len(read_or_refused(data).notes) == 1


def test_more_events_than_any_song_has_are_refused(monkeypatch):
    monkeypatch.setattr("genomes.midi.events.MAX_EVENTS", 10)
    struck = b"\x00\x90\x3c\x40" + b"\x00\x3c\x00" * 5
    for data in (midi_file(struck + struck), midi_file(struck, struck)):
        with pytest.raises(MidiError, match="more than 10 events"):
            read_midi(data)
    read_midi(midi_file(struck))
