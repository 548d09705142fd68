from __future__ import annotations

import numpy as np
import pytest
import soundfile
import yaml

from documents.timecodes import FRAMES_25, TENTHS_25, Timecode
from genomes.midi import read_midi
from training.demo.layout import FORM, compose_song
from training.demo.sound import PEAK, SAMPLE_RATE
from training.demo.words import WORDS
from training.demo.writing import write_catalogue

SONGS = 9


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_catalogue(folder, SONGS, seed=1, seconds=14, processes=2)
    return folder


def manifest(folder, name):
    return yaml.safe_load((folder / name / f"{name}.yml").read_text("utf-8"))


def test_colours_take_turns_and_albums_are_colours(folder):
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["01_01", "01_02", *(f"0{album}_01" for album in range(2, 9))]
    letters = [manifest(folder, name)["rainbow_color"] for name in names]
    assert letters == list("ZZROYGBIV")
    assert len(WORDS) == 8


def test_every_file_that_is_named_is_there(folder):
    for path in folder.iterdir():
        document = manifest(folder, path.name)
        named = {document["main_audio_file"], document.get("lrc_file"), f"{path.name}.yml"}
        for track in document["audio_tracks"]:
            named |= {track.get(k) for k in ("audio_file", "midi_file", "midi_group_file")}
        assert named - {None} == {file.name for file in path.iterdir()}


def test_ids_begin_at_two_and_have_a_hole(folder):
    ids = [track["id"] for track in manifest(folder, "02_01")["audio_tracks"]]
    assert ids == [2, 3, 4, 6, 7, 8, 9]


def test_times_are_those_of_the_music(folder):
    for name, reading in (("01_01", TENTHS_25), ("08_01", FRAMES_25)):
        document = manifest(folder, name)
        bar = 240 / document["bpm"] * eval(document["tempo"])  # noqa: S307 - our own "7/8"
        for section in document["structure"]:
            bars = Timecode.parse(section["end_time"]).in_seconds(reading) / bar
            assert bars * bar - round(bars) * bar <= 1e-6
            assert abs(bars - round(bars)) * bar < 0.05
        seconds = soundfile.info(folder / name / document["main_audio_file"]).duration
        assert Timecode.parse(document["TRT"]).in_seconds(reading) == pytest.approx(seconds, 0.05)


def test_stems_sound_and_the_kit_is_on_the_first_channel(folder):
    loudest = []
    for track in manifest(folder, "03_01")["audio_tracks"]:
        sound, rate = soundfile.read(folder / "03_01" / track["audio_file"])
        assert (sound.ndim, rate) == (1, SAMPLE_RATE)
        loudest.append(np.abs(sound).max())
    assert max(loudest) == pytest.approx(PEAK, abs=1e-3)
    kit = read_midi((folder / "03_01" / "03_01_kit.mid").read_bytes())
    assert len(kit.notes)
    assert not kit.notes["is_drum"].any()


def test_more_songs_leave_those_before_as_they_are(folder, demo_catalogue):
    for name in ("01_01", "02_01", "03_01"):
        few, many = (sorted((one / name).iterdir()) for one in (demo_catalogue, folder))
        assert [path.name for path in few] == [path.name for path in many]
        assert [path.read_bytes() for path in few] == [path.read_bytes() for path in many]


def test_a_song_is_laid_out_without_gaps():
    song = compose_song("Blue", 30, np.random.default_rng(1))
    assert [place.name for place in song.sections] == [name for name, *_ in FORM]
    ends = [place.onset_ticks + place.length_ticks for place in song.sections]
    assert [place.onset_ticks for place in song.sections] == [0, *ends[:-1]]
    assert {stem.part.length_ticks for stem in song.stems} == {song.length_ticks}


def test_no_songs_are_refused(tmp_path):
    with pytest.raises(ValueError, match="expected 1 or more"):
        write_catalogue(tmp_path, 0)
