"""An arrangement's MIDI files: every reader finds the same song in them."""

from __future__ import annotations

import pytest

from engine.arrangement.assemble import assemble
from engine.arrangement.draft import draft
from engine.arrangement.files import WHOLE_SONG, midi_files
from genomes import Key, Meter
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, lineage_of
from tests.engine.arrangement.other_programs import (
    check_with_mido,
    check_with_music21,
    check_with_symusic,
    opened,
)

METERS = ("4/4", "3/4", "6/8", "7/8", "5/4")
TITLE = "Für Élise’s Café"


@pytest.fixture(params=METERS)
def song(request):
    """A whole song of three sections in every stage."""
    meter = Meter.parse(request.param)
    parts = [
        part
        for number, (label, bars) in enumerate((("Größe", 2), ("verse", 4), ("chorus", 3)))
        for part in lineage_of(label, list(ROWS), meter=meter, bars=bars, first=1 + 10 * number)
    ]
    facts = Conductor(TITLE, Key.parse("Bb minor"), meter, 97.3)
    return assemble(draft(parts, facts), parts, facts)


@pytest.fixture
def files(song):
    return dict(midi_files(song))


def test_there_is_the_song_and_a_stem_for_every_stage(song, files):
    assert list(files) == [WHOLE_SONG, *(f"{stage}.mid" for stage in ROWS)]
    channels = {track.name: track.channel for track in song.tracks}
    assert channels["Drums"] == 9
    assert len(set(channels.values())) == len(channels) == 5
    assert next(t for t in song.tracks if t.name == "Melody").part.lyrics
    assert [name for _, name in song.markers][:2] == ["Intro", "Verse 1"]


def test_every_file_has_the_same_conductor_and_length(song, files):
    conductors = set()
    for data in files.values():
        file = opened(data)
        assert {sum(m.time for m in track) for track in file.tracks} == {song.length_ticks}
        conductors.add(tuple(str(message) for message in file.tracks[0]))
    assert len(conductors) == 1


def test_a_stem_is_its_track_of_the_song(song, files):
    whole = opened(files[WHOLE_SONG]).tracks[1:]
    for track, read in zip(song.tracks, whole, strict=True):
        (stem,) = opened(files[f"{track.name.lower()}.mid"]).tracks[1:]
        assert list(stem) == list(read)


@pytest.mark.parametrize("check", [check_with_mido, check_with_symusic, check_with_music21])
def test_other_programs_read_the_song(song, files, check):
    check(song, files[WHOLE_SONG])
