"""Cut MIDI: what is put together again is what it was cut from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genomes.midi import MidiSong, MidiTrack, read_midi, write_song
from genomes.notes import NOTE_DTYPE
from genomes.time import Meter
from training.catalogue.midi_slices import cut, with_defaults

PPQ = 480


COMMON = ((0, Meter(4, 4)),)


def midi(rows, tempos=((0, 500_000),), meters=COMMON, ppq=PPQ):
    notes = np.sort(np.array(rows, NOTE_DTYPE), order=["onset_ticks", "is_drum", "pitch"])
    length = int((notes["onset_ticks"] + notes["duration_ticks"]).max(initial=0))
    return MidiSong((MidiTrack("Piano", notes),), length, tempos, meters, ppq)


def rows(song):
    return [row for track in song.tracks for row in track.notes.tolist()]


def test_a_held_note_is_cut_cleanly_at_both_ends():
    found = cut(midi([(0, 1920, 60, 90, False)]), 0.5, 1.0)
    assert rows(found) == [(0, 480, 60, 90, False)]
    assert found.length_ticks == 480


def test_a_drum_is_not_struck_again_at_the_cut():
    song = midi([(0, 1920, 36, 90, True), (480, 10, 38, 90, True)])
    assert rows(cut(song, 0.25, 1.0)) == [(240, 10, 38, 90, True)]


def test_tempo_and_meter_are_those_of_the_cut():
    song = midi(
        [(tick, 100, 60, 90, False) for tick in range(0, 4800, 480)],
        tempos=((0, 500_000), (960, 250_000), (1920, 400_000)),
        meters=((0, Meter(4, 4)), (960, Meter(7, 8))),
    )
    found = cut(song, 1.125, 2.0)  # 1.0 s is tick 960; there a quarter takes a quarter second
    assert found.tempo_changes == ((0, 250_000), (720, 400_000))
    assert found.meters == ((0, Meter(7, 8)),)
    whole = song.tempo_map.seconds([row[0] for row in rows(song)])
    expected = [onset - 1.125 for onset in whole if 1.125 <= onset < 2.0]
    onsets = found.tempo_map.seconds([row[0] for row in rows(found) if row[0] > 0])
    assert onsets == pytest.approx(expected, abs=1e-3)


def test_a_file_that_says_nothing_has_its_songs_tempo_and_meter():
    song = with_defaults(midi([(0, 10, 60, 90, False)], (), ()), 136, Meter(3, 4))
    assert song.tempo_changes == ((0, 441_176),)
    assert song.meters == ((0, Meter(3, 4)),)
    kept = with_defaults(midi([(0, 10, 60, 90, False)]), 136, Meter(3, 4))
    assert kept.tempo_changes == ((0, 500_000),)


def test_a_stretch_in_which_nothing_sounds_has_no_tracks():
    assert cut(midi([(0, 480, 60, 90, False)]), 2.0, 3.0).tracks == ()


# Notes of one pitch follow each other, as a reader of files leaves them.
LENGTHS = st.lists(
    st.tuples(st.integers(0, 700), st.integers(1, 900), st.integers(1, 127)), max_size=12
)
TEMPOS = st.lists(st.tuples(st.integers(1, 6000), st.integers(200_000, 900_000)), max_size=4)


def song_of(voices, tempos, ppq):
    notes = []
    for pitch, lengths in zip((40, 60, 72), voices, strict=False):
        tick = 0
        for rest, length, velocity in lengths:
            notes.append((tick + rest, length, pitch, velocity, False))
            tick += rest + length
    changes = tuple(sorted({0: 500_000, **dict(tempos)}.items()))
    return midi(notes, changes, ppq=ppq)


@given(st.lists(LENGTHS, min_size=1, max_size=3), TEMPOS, st.sampled_from([96, 480, 960]),
       st.lists(st.floats(0.01, 0.99), min_size=1, max_size=5))  # fmt: skip
def test_slices_joined_are_the_source(voices, tempos, ppq, shares):
    song = song_of(voices, tempos, ppq)
    total = float(song.tempo_map.seconds(song.length_ticks))
    cuts = [0.0, *sorted(share * total for share in shares), total]
    places = [int(tick) for tick in song.tempo_map.ticks(cuts)]
    joined: dict[int, list[list[int]]] = {}
    for index, begin in enumerate(places[:-1]):
        piece = cut(song, cuts[index], cuts[index + 1])
        assert piece.length_ticks == places[index + 1] - begin
        for onset, duration, pitch, velocity, _ in rows(piece):
            assert onset + duration <= piece.length_ticks
            line = joined.setdefault(pitch, [])
            start = onset + begin
            if line and onset == 0 and line[-1][1] == start and not _struck(song, pitch, start):
                line[-1][1] = start + duration
            else:
                line.append([start, start + duration, velocity])
    found = [
        (begin, end - begin, pitch, velocity, False)
        for pitch, line in joined.items()
        for begin, end, velocity in line
    ]
    assert sorted(found) == sorted(rows(song))


def _struck(song, pitch, tick):
    return any(row[0] == tick and row[2] == pitch for row in rows(song))


@given(st.lists(LENGTHS, min_size=1, max_size=3), TEMPOS, st.sampled_from([96, 480, 960]))
def test_files_are_read_as_they_were_written(voices, tempos, ppq):
    song = song_of(voices, tempos, ppq)
    found = read_midi(write_song(song))
    assert rows(found) == rows(song)
    assert found.tempo_map == song.tempo_map
    assert found.meters == song.meters
    assert [track.name for track in found.tracks] == (["Piano"] if rows(song) else [])
