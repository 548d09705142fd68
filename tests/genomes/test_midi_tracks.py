"""A MIDI file track by track: together they are the file."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from genomes import Key, Meter, Part
from genomes.midi import Conductor, Track, read_midi, write_midi
from tests.strategies import parts

CONDUCTOR = Conductor("song", Key.parse("C major"), Meter(7, 8), 96.0, (), ())


@given(made=st.lists(parts(apart=True, max_notes=6), min_size=1, max_size=4))
def test_tracks_are_the_file(made: list[Part]) -> None:
    named = [Track(f"part {index}", part, 0, index) for index, part in enumerate(made)]
    data = write_midi(named, CONDUCTOR)
    song = read_midi(data)
    sounding = [track for track in named if len(track.part.notes)]
    assert song.meters == ((0, Meter(7, 8)),)
    assert [name for name, _ in song.named_tracks] == [track.name for track in sounding]
    assert [track.notes.tolist() for track in song.tracks] == [
        track.part.notes.tolist() for track in sounding
    ]
    assert sorted(song.notes.tolist()) == sorted(
        row for track in sounding for row in track.part.notes.tolist()
    )


def test_names_that_say_nothing_are_numbers() -> None:
    part = Part.of([(0, 480, 60, 80)], 1680)
    names = ("", "bass", "bass", "  high \n hat ")
    data = write_midi([Track(name, part, 0, 0) for name in names], CONDUCTOR)
    assert [name for name, _ in read_midi(data).named_tracks] == [
        "track 2",
        "bass",
        "track 4",
        "high hat",
    ]


def test_a_name_that_is_a_number() -> None:
    part = Part.of([(0, 480, 60, 80)], 1680)
    data = write_midi([Track(name, part, 0, 0) for name in ("track 3", "")], CONDUCTOR)
    assert [name for name, _ in read_midi(data).named_tracks] == ["track 3", "track 4"]
