"""What lies beside an arrangement's MIDI files: its plan, sheet music, a picture, recordings."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from engine.arrangement.arranging import arrange, conductor_of
from engine.arrangement.assemble import assemble
from engine.arrangement.files import WHOLE_SONG, File
from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.recordings import audio_writer
from engine.arrangement.writers import AUDIO_FORMATS, score_writer, writers
from engine.errors import Refused
from engine.execution.executor import SERIAL
from engine.execution.graph import Graph
from engine.reports.song_picture import song_drawing
from engine.state.studio import Studio
from genomes import Key, Meter, Part
from genomes.midi import Conductor
from tests.engine.arrangement.approved_parts import ROWS, lineage_of, song_of
from tests.engine.arrangement.other_programs import check_recordings

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


def test_the_score_names_the_instruments():
    song = short_song()
    tracks = tuple(replace(track, program=40) for track in song.tracks)
    (score,) = score_writer("", Graph(SERIAL))(replace(song, tracks=tracks))
    assert b"<midi-program>41</midi-program>" in score.make()


@pytest.mark.parametrize("file_format", ["wav", "flac"])
def test_recordings_of_the_mix_and_of_every_part(file_format, tmp_path):
    song = short_song()
    check_recordings(
        song, written(song, audio_writer(file_format, Graph(SERIAL)), tmp_path), file_format
    )


def test_a_song_that_is_too_long_is_not_recorded():
    song = short_song()
    endless = replace(song, length_ticks=2_000 * song.length_ticks)
    assert list(audio_writer("flac", Graph(SERIAL))(endless)) == []
    assert list(score_writer("", Graph(SERIAL))(song))


@pytest.mark.parametrize("audio", AUDIO_FORMATS)
def test_everything_a_song_is_written_as(shell, audio):
    song = short_song()
    with Studio.open(shell.folder) as studio:
        made_by = writers(song_of(studio), audio)
    files = [file for writer in made_by for file in writer(song)]
    names = [file.name for file in files]
    stems = [f"stems/{stage}.{audio}" for stage in ROWS]
    sound = [] if audio == "none" else [f"song.{audio}", *stems]
    assert names == ["song.musicxml", "song.png", *sound]
    assert files[1].make().startswith(PNG)


def test_names_in_a_songs_picture_touch_neither_each_other_nor_the_edge():
    song = short_song()
    drums = [(60 * note, 60, note, 80) for note in range(36, 52)]
    tracks = [replace(track, part=Part.of(drums, song.length_ticks, is_drum=True))
              if track.name == "Drums" else track for track in song.tracks]  # fmt: skip
    bar = song.meter.bar_ticks
    starts = {"Introduction": 0, "Verse": bar, "Ending": 2 * bar - 9}
    sections = [replace(song.sections[0], name=name, start_ticks=start, end_ticks=bar + start)
                for name, start in starts.items()]  # fmt: skip
    drawing = song_drawing(replace(song, tracks=tuple(tracks), sections=tuple(sections)), "Blue")
    names = [text.text for text in drawing.texts]
    assert {"Introduction", "Verse", "Ending", *(track.name for track in tracks)} <= set(names)
    boxes = [text.box for text in drawing.texts]
    for one, other in combinations(boxes, 2):
        assert min(one[2], other[2]) <= max(one[0], other[0]) or (
            min(one[3], other[3]) <= max(one[1], other[1])
        )
    assert all(left >= 0 and right <= drawing.width for left, _, right, _ in boxes)
    assert all(top >= 0 and bottom <= drawing.height for _, top, _, bottom in boxes)


def test_other_recordings_are_refused_before_anything_is_done(shell, song):
    with (
        Studio.open(shell.folder) as studio,
        pytest.raises(Refused, match="--audio mp3: expected flac, wav, none"),
    ):
        writers(song_of(studio), "mp3")
    shell.refused("arrange", "--song", song, "--audio", "mp3")
    assert not (shell.folder / "exports" / song / "arrangement.yml").exists()


def test_writers_make_what_is_missing_and_only_that(shell, folder):
    made = []

    def writer(arrangement):
        def bytes_of(name):
            made.append(name)
            return f"{arrangement.title} {name}".encode()

        for name in ("song.wav", "stems/bass.wav", "notes.txt"):
            yield File(name, lambda name=name: bytes_of(name))

    section = PlannedSection("Verse", "verse", (("chords", "verse"),))
    written = folder / "arrangements" / "a"
    with Studio.open(shell.folder) as studio:
        plan = Plan((section,), name="a", title=conductor_of(song_of(studio)).title)

        def outcomes():
            done = arrange(studio, song_of(studio), plan, [writer])
            found = {f.path.relative_to(done.folder).as_posix(): f.outcome for f in done.files}
            return [found[name] for name in ("song.wav", "stems/bass.wav", "notes.txt")]

        written.mkdir(parents=True)
        (written / "notes.txt").write_bytes(b"mine")
        assert outcomes() == ["written", "written", "kept"]
        (written / "song.wav").write_bytes(b"remixed")
        # As it is after the engine was killed between writing and recording.
        (written / "notes.txt").write_bytes(f"{plan.title} notes.txt".encode())
        assert outcomes() == ["kept", "unchanged", "unchanged"]
        assert [path for path in song_of(studio).exports if path.endswith("notes.txt")]
        made.clear()
        assert outcomes() == ["kept", "unchanged", "unchanged"]
        assert made == []
    assert (written / "song.wav").read_bytes() == b"remixed"
    assert (written / WHOLE_SONG).is_file()
