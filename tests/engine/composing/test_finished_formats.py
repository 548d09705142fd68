"""Finished songs in five meters: every other program finds in their files what was composed."""

from __future__ import annotations

import pytest

from benchmarks.songs import own_song
from benchmarks.songs_bench import AUDIO, CHECKS, METERS, Size, best_song
from engine.evolution.settings import Settings
from genomes.midi import DRUM_CHANNEL
from tests.engine.arrangement.other_programs import opened

pytestmark = pytest.mark.usefixtures("real_files")

SIZE = Size(Settings(8, 1), "pre-chorus=2,break=2", beam=1, arrangements=1)


@pytest.fixture(scope="module", params=METERS, ids=[meter for _, _, meter, _ in METERS])
def song(request, tmp_path_factory):
    """The best song in a meter, with everything that is made of it."""
    folder = tmp_path_factory.mktemp("songs")
    _, arranged = best_song(folder, own_song(*request.param), SIZE, model=None)
    assert str(arranged.arrangement.meter) == request.param[2]
    return arranged


@pytest.mark.parametrize("name", CHECKS)
def test_others_read_what_was_composed(name, song):
    CHECKS[name](song)


def test_there_is_a_stem_for_every_part_and_the_words_are_sung(song):
    names = {path.stem for path in song.folder.glob("*.mid")}
    assert names == {"song", "chords", "drums", "bass", "melody", "harmony"}
    recorded = {path.stem for path in (song.folder / "stems").glob(f"*.{AUDIO}")}
    assert recorded == names - {"song"}
    drums = next(t for t in song.arrangement.tracks if t.channel == DRUM_CHANNEL)
    assert drums.part.notes["is_drum"].all()
    melody = next(t for t in song.arrangement.tracks if t.name == "Melody")
    assert "".join(text for _, text in melody.part.lyrics).split()[:2] == ["Count", "the"]
    file = opened((song.folder / "melody.mid").read_bytes())
    texts = [m.text for track in file.tracks for m in track if m.type == "lyrics"]
    assert "".join(texts).split()[:2] == ["Count", "the"]
