"""What lies beside an arrangement's MIDI files: its plan, sheet music, a picture, recordings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from engine.arrangement.arranging import arrange, conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.files import WHOLE_SONG, File
from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.writers import AUDIO_FORMATS, sound_writer, write_score, writers
from engine.errors import Refused
from engine.state.studio import Studio
from genomes import Key, Meter
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, lineage_of, song_of
from tests.engine.arrangement.other_programs import check_musicxml, check_recordings

pytestmark = pytest.mark.usefixtures("real_files")

PNG = b"\x89PNG\r\n\x1a\n"


def short_song(meter="7/8", bpm=180):
    """Two bars of everything."""
    meter = Meter.parse(meter)
    parts = lineage_of("verse", tuple(ROWS), meter=meter, bars=2)
    section = PlannedSection("Verse", "verse", tuple((stage, "verse") for stage in ROWS))
    return assemble(Plan((section,)), parts, Conductor("S", Key.parse("Eb major"), meter, bpm))


def written(song, writer, folder):
    """Write what a writer makes; returns the folder."""
    for file in writer(song):
        path = folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.make())
    return folder


@pytest.fixture
def song(desk):
    return desk.json("songs", "list")[0]["id"]


def silently(desk, song, *words):
    return desk.json("arrange", "--audio", "none", "--song", song, *words)


@pytest.mark.parametrize("file_format", ["wav", "flac"])
def test_recordings_of_the_mix_and_of_every_part(file_format, tmp_path):
    song = short_song()
    check_recordings(song, written(song, sound_writer(file_format), tmp_path), file_format)


def test_a_song_that_is_too_long_is_not_recorded():
    song = short_song()
    endless = replace(song, length_ticks=2_000 * song.length_ticks)
    assert list(sound_writer("flac")(endless)) == []
    assert list(write_score(song))


@pytest.mark.parametrize("meter", ["4/4", "5/8"])
def test_the_score_has_what_is_played(meter):
    song = short_song(meter)
    (file,) = write_score(song)
    check_musicxml(song, file.make())


@pytest.mark.parametrize("audio", AUDIO_FORMATS)
def test_everything_a_song_is_written_as(audio):
    song = short_song()
    files = [file for writer in writers("Violet", audio) for file in writer(song)]
    names = [file.name for file in files]
    stems = [f"stems/{stage}.{audio}" for stage in ROWS]
    sound = [] if audio == "none" else [f"song.{audio}", *stems]
    assert names == ["song.musicxml", "song.png", *sound]
    assert files[1].make().startswith(PNG)


def test_other_recordings_are_refused_before_anything_is_done(desk, song):
    with pytest.raises(Refused, match="--audio mp3: expected flac, wav, none"):
        writers("Green", "mp3")
    desk.refused("arrange", "--song", song, "--audio", "mp3")
    assert not (desk.folder / "exports" / song / "arrangement.yml").exists()


def test_the_plan_lies_in_the_folder_and_means_the_same_song(desk, song):
    first = silently(desk, song)
    plan = Path(first["folder"]) / "arrangement.yml"
    before = desk.head
    again = silently(desk, song, "--from", plan)
    assert (again["arrangement"], again["folder"]) == (first["arrangement"], first["folder"])
    assert {file["outcome"] for file in again["files"]} == {"unchanged"}
    assert desk.head == before


def test_an_edited_plan_in_the_folder_makes_another_song_and_stays(desk, song):
    first = silently(desk, song)
    plan = Path(first["folder"]) / "arrangement.yml"
    document = yaml.safe_load(plan.read_text("utf-8"))
    document["sections"] = document["sections"][:1]
    plan.write_text(yaml.safe_dump(document), "utf-8")
    edited = plan.read_bytes()
    second = silently(desk, song, "--from", plan)
    assert second["arrangement"] != first["arrangement"]
    assert second["bars"] == first["plan"]["sections"][0]["bars"] * document["sections"][0]["play"]
    assert Path(second["folder"]).name == "draft_2"
    assert yaml.safe_load((Path(second["folder"]) / "arrangement.yml").read_text()) == document
    assert silently(desk, song)["folder"] == first["folder"]
    assert plan.read_bytes() == edited


def test_a_file_that_was_written_but_not_recorded_is_recorded(desk):
    """As it is after the engine was killed between the two."""
    made = []

    def writer(_):
        yield File("notes.txt", lambda: made.append("once more") or b"ours")

    with Studio.open(desk.folder) as studio:
        state = song_of(studio)
        section = PlannedSection("Verse", "verse", (("chords", "verse"),))
        plan = Plan((section,), name="a", title=conductor_of(state).title)

        def outcome():
            done = arrange(studio, song_of(studio), plan, [writer])
            return next(f.outcome for f in done.files if f.path.name == "notes.txt")

        folder = studio.exports / state.song_id / "arrangements" / "a"
        folder.mkdir(parents=True)
        (folder / "notes.txt").write_bytes(b"mine")
        assert outcome() == "kept"
        (folder / "notes.txt").write_bytes(b"ours")
        assert outcome() == "unchanged"
        recorded = [path for path in song_of(studio).exports if path.endswith("notes.txt")]
        assert len(recorded) == 1
        made.clear()
        assert outcome() == "unchanged"
        assert not made
        assert (folder / WHOLE_SONG).is_file()
