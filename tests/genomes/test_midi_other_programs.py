"""What is read of files that other programs wrote: the right value for each kind."""

from __future__ import annotations

import numpy as np
import pytest

from genomes.keys import Key
from genomes.midi import MidiSong, MidiTrack, read_midi, write_song
from genomes.notes import NOTE_DTYPE
from genomes.time import Meter, MeterMap
from tests.genomes.midi_bytes import events, midi_file
from tests.genomes.odd_files import (
    CHANNELS,
    CONTROL_CHARACTERS,
    EIGHT_SHARPS,
    GOOD,
    KARAOKE,
    LATER_METER_FIRST,
    METERS,
    ONE_NOTE,
    OVERHANG,
    REPEATED,
    SEQUENCES,
    WHOLE_NOTES,
    WHOLE_ROWS,
    meter,
    named,
    off,
    on,
    saved,
    text,
)

FOUR, THREE = Meter(4, 4), Meter(3, 4)


def times(data: bytes) -> list[tuple[int, int, int]]:
    return [row[:3] for row in read_midi(data).notes.tolist()]


@pytest.mark.parametrize(
    ("data", "notes"),
    [
        (GOOD, [(bar * 1920, 1920, 60) for bar in range(4)]),
        (REPEATED, [(480 * quarter, 480, 40) for quarter in range(16)]),
        (CHANNELS, [(0, 960, 60), (480, 960, 60)]),
        (SEQUENCES, [(0, 1920, 60), (1920, 1920, 60), (3840, 1920, 65)]),
        (OVERHANG, [*((bar * 1920, 1920, 60) for bar in range(3)), (5760, 1921, 60)]),
        (saved([on(60), off(60)]), [(0, 1, 60)]),
    ],
)
def test_notes(data: bytes, notes: list[tuple[int, int, int]]) -> None:
    assert times(data) == notes


@pytest.mark.parametrize("data", [METERS, LATER_METER_FIRST])
def test_meters_are_those_of_all_tracks_by_time(data: bytes) -> None:
    song = read_midi(data)
    assert song.meters == ((0, FOUR), (3840, THREE))
    assert song.meter_map.changes == ((0, FOUR), (3840, THREE))
    # Two bars of four quarters, then of three.
    assert [song.meter_map.bar_line(bar) for bar in range(1, 6)] == [0, 1920, 3840, 5280, 6720]


def test_of_several_meters_at_a_tick_the_last_counts_and_none_is_common_time() -> None:
    assert read_midi(saved([meter(3), meter(5)], [meter(2)])).meters == ((0, Meter(2, 4)),)
    later = read_midi(saved([meter(3, 1920), *WHOLE_NOTES]))
    assert later.meter_map.changes == ((0, FOUR), (1920, THREE))
    assert read_midi(GOOD).meters == ()
    assert read_midi(GOOD).meter_map == MeterMap.constant(FOUR)


def test_meters_at_other_resolutions_are_in_our_ticks() -> None:
    data = midi_file(events("60 FF 58 04 03 02 18 08") + ONE_NOTE, resolution=96)
    assert read_midi(data).meter_map.changes == ((0, FOUR), (480, THREE))


def test_sequences_begin_in_their_own_tempo_and_meter() -> None:
    first = events("00 FF 51 03 0F 42 40\n 00 FF 58 04 03 02 18 08") + ONE_NOTE
    song = read_midi(midi_file(first, ONE_NOTE, kind=2))
    assert song.tempo_changes == ((0, 1_000_000), (480, 500_000))
    assert song.meters == ((0, THREE), (480, FOUR))
    assert song.remarks == ("its 2 sequences (type 2) are read one after the other",)
    assert read_midi(midi_file(first, kind=2)).remarks == ()


def test_an_odd_key_costs_itself_alone() -> None:
    song = read_midi(EIGHT_SHARPS)
    assert (song.notes.tolist(), song.key) == (WHOLE_ROWS, None)


@pytest.mark.parametrize(
    ("event", "key"),
    [("00 FF 59 02 FD 00", "Eb major"), ("00 FF 59 02 FD 01", "C minor"),
     ("00 FF 59 02 07 00", "C# major"), ("00 FF 59 02 00 01", "A minor")],
)  # fmt: skip
def test_keys(event: str, key: str) -> None:
    assert read_midi(midi_file(events(event) + ONE_NOTE)).key == Key.parse(key)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-8-sig"])
def test_names_in_the_encodings_that_programs_write(encoding: str) -> None:
    (track,) = read_midi(saved([named("Baß  é", encoding), *WHOLE_NOTES])).tracks
    assert track.name == "Baß é"


def test_names_lose_their_padding() -> None:
    names = [track.name for track in read_midi(CONTROL_CHARACTERS).tracks]
    assert names == ["Pia\x1b[31mno", "Baß"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        # Karaoke: a backslash begins a paragraph, a slash a line, a space a word.
        (["@KMIDI KARAOKE FILE", "@TTitle", "\\Row", " row", "/your", " bo", "at"],
         ["Row ", "row\n", "your ", "bo", "at\n"]),
        (["\\One", "/", "/two"], ["One\n", "two\n"]),
        (["Made with a program", "by somebody"], []),
        ([], []),
    ],
)  # fmt: skip
def test_words_in_text_events(given: list[str], words: list[str]) -> None:
    song = read_midi(saved([text(each, 10) for each in given], WHOLE_NOTES))
    assert [each for _, each in song.words] == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["Row ", "row ", "bo", "at "], ["Row ", "row ", "bo", "at\n"]),
        (["Row", "row", "bo-", "at"], ["Row ", "row ", "bo", "at\n"]),
        (["Row ", "row\r", "bo", "at\n", "\r", "la "], ["Row ", "row\n", "bo", "at\n", "la\n"]),
        (["la"], ["la\n"]),
        ([" ", ""], ["not these\n"]),
    ],
)
def test_words_in_lyric_events(given: list[str], words: list[str]) -> None:
    lyrics = [text(each, 10, "lyrics") for each in given]
    song = read_midi(saved([text("\\not these", 5), *lyrics, *WHOLE_NOTES]))
    assert [each for _, each in song.words] == words
    assert song.sung_text == "".join(words)


def test_karaoke_has_its_times() -> None:
    assert read_midi(KARAOKE).words == ((10, "Row "), (490, "on\n"))


def test_of_several_tracks_with_words_the_longest_counts() -> None:
    lead = [text("Row ", 10, "lyrics"), text("on ", 10, "lyrics"), *WHOLE_NOTES]
    song = read_midi(saved([text("Ah ", 0, "lyrics")], lead))
    assert song.words == ((10, "Row "), (20, "on\n"))
    assert song.remarks == ("the words of 1 other tracks are left out",)


@pytest.mark.parametrize(
    ("event", "left_out"),
    [
        ("00 E0 00 50", ("pitch bends",)),
        ("00 B0 40 7F", ("sustain pedal",)),
        ("00 B0 65 00\n 00 B0 64 02\n 00 B0 06 42", ("transposition (RPN 2)",)),
        ("00 B0 65 00\n 00 B0 64 01\n 00 B0 06 42", ("fine tuning (RPN 1)",)),
        ("00 F0 07 7F 7F 04 04 00 42 F7", ("transposition (master tuning)",)),
        ("00 F0 07 7F 7F 04 03 00 42 F7", ("fine tuning (master tuning)",)),
        # What moves nothing: everything at its centre, other parameters, other channels.
        ("00 E0 00 40\n 00 B0 40 00", ()),
        ("00 B0 65 00\n 00 B0 64 02\n 00 B0 06 40", ()),
        ("00 B0 65 00\n 00 B0 64 00\n 00 B0 06 42", ()),
        ("00 B0 65 00\n 00 B0 64 02\n 00 B0 63 01\n 00 B0 06 42", ()),
        ("00 B0 65 00\n 00 B0 64 02\n 00 B1 06 42", ()),
        ("00 F0 07 7F 7F 04 04 00 40 F7", ()),
    ],
)
def test_what_is_heard_and_not_read_is_named(event: str, left_out: tuple[str, ...]) -> None:
    assert read_midi(midi_file(events(event) + ONE_NOTE)).left_out == left_out


def test_nested_notes_of_a_pitch_are_written_so_that_they_are_read() -> None:
    rows = [(0, 960, 60, 80, False), (0, 100, 60, 70, False), (480, 100, 60, 90, False)]
    notes = np.sort(np.array(rows, NOTE_DTYPE), order=["onset_ticks", "is_drum", "pitch"])
    song = MidiSong((MidiTrack("both", notes),), 960, (), (), 480)
    assert sorted(read_midi(write_song(song)).notes.tolist()) == sorted(rows)
