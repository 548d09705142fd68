"""Whole MIDI files: what each track says is kept apart, what they say of time is put together."""

from __future__ import annotations

import io

import mido
import pytest

from genomes.midi import MidiError, read_midi, write_song
from genomes.time import Meter


def file_of(*tracks, ppq=480):
    file = mido.MidiFile(type=1, ticks_per_beat=ppq)
    file.tracks.extend(mido.MidiTrack(track) for track in tracks)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def note(pitch, onset=0, length=10, channel=0):
    return [
        mido.Message("note_on", note=pitch, velocity=80, time=onset, channel=channel),
        mido.Message("note_off", note=pitch, time=length, channel=channel),
    ]


KIT = file_of(
    [
        mido.MetaMessage("set_tempo", tempo=441_176),
        mido.MetaMessage("time_signature", numerator=7, denominator=8),
        mido.MetaMessage("time_signature", numerator=4, denominator=4, time=960),
    ],
    [mido.MetaMessage("track_name", name="HiHat"), *note(60)],
    [mido.MetaMessage("track_name", name="Kick"), *note(36), *note(36, 960)],
    [mido.MetaMessage("track_name", name="empty")],
    [mido.MetaMessage("set_tempo", tempo=500_000, time=480), *note(50, channel=9)],
    ppq=96,
)


def test_tracks_with_notes_keep_their_names() -> None:
    song = read_midi(KIT)
    assert [(track.name, len(track.notes)) for track in song.tracks] == [
        ("HiHat", 1),
        ("Kick", 2),
        ("", 1),
    ]
    assert [bool(track.notes["is_drum"].any()) for track in song.tracks] == [False, False, True]
    assert (song.length_ticks, song.ticks_per_quarter) == (980, 96)


def test_tempi_and_meters_of_all_tracks_are_put_together() -> None:
    song = read_midi(KIT)
    assert song.tempo_changes == ((0, 441_176), (480, 500_000))
    assert song.meters == ((0, Meter(7, 8)), (960, Meter(4, 4)))


def test_what_is_written_is_what_was_read() -> None:
    song = read_midi(KIT)
    again = read_midi(write_song(song))
    assert again.tempo_changes == song.tempo_changes
    assert again.meters == song.meters
    assert [track.notes.tolist() for track in again.tracks] == [
        track.notes.tolist() for track in song.tracks
    ]
    assert write_song(again) == write_song(song)


def test_a_file_that_says_nothing_says_nothing() -> None:
    song = read_midi(file_of(note(60)))
    assert (song.tempo_changes, song.meters) == ((), ())
    assert read_midi(file_of([])).tracks == ()


def test_hung_notes_are_closed_and_broken_bytes_refused() -> None:
    hung = file_of([mido.Message("note_on", note=60, velocity=80)])
    assert len(read_midi(hung).tracks) == 1
    assert "never ends" in read_midi(hung).remarks[0]
    with pytest.raises(MidiError):
        read_midi(b"MThd and nothing")
