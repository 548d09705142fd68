"""``engine export``: charts, words and stems of a whole song; recordings name their player."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from engine.arrangement import files as arrangement_files
from engine.arrangement.plan import Plan, PlannedSection
from engine.arrangement.plan_text import plan_text
from engine.audio import player, rendering
from engine.notation import find_engraver
from engine.state.studio import Studio
from tests.engine.arrangement.approved_parts import song_of

STAGES = ("chords", "bass")
OTHER = "another player"


@pytest.fixture
def files(folder):
    """What lies in the arrangement's folder now."""
    return lambda: {
        path.relative_to(folder / "arrangements" / "draft").as_posix(): path
        for path in (folder / "arrangements" / "draft").rglob("*")
        if path.is_file()
    }


@pytest.fixture
def short(folder):
    """A plan of four bars of two parts."""
    section = PlannedSection("Verse", "verse", tuple((stage, "verse") for stage in STAGES))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "arrangement.yml").write_text(plan_text(Plan((section,))), "utf-8")


@pytest.mark.usefixtures("real_files")
def test_a_chart_is_chord_pro_and_a_lead_sheet(shell, song, files):
    said = shell.do("export", "--song", song, "--chart", "--lyrics")
    pdf = {"lead-sheet.pdf"} if find_engraver() else set()
    made = {"chart.cho", "lead-sheet.musicxml", "lyrics.txt", *pdf}
    assert made <= set(files())
    assert all(f"{files()[name]} written" in said for name in made)
    assert "{start_of_verse: Verse 1}" in files()["chart.cho"].read_text("utf-8")
    assert "[Verse 1]\nla0 " in files()["lyrics.txt"].read_text("utf-8")
    before = {name: path.read_bytes() for name, path in files().items()}
    again = shell.json("export", "--song", song, "--chart", "--lyrics")
    assert {row["outcome"] for row in again} == {"unchanged"}
    assert {name: path.read_bytes() for name, path in files().items()} == before


def test_without_a_choice_only_approved_parts_are_exported(shell, song, folder):
    listed = shell.json("export", "--song", song)
    assert {row["path"].endswith(".mid") for row in listed} == {True}
    assert not (folder / "arrangements").exists()


def test_an_edited_chart_stays(shell, song, files):
    shell.do("export", "--song", song, "--chart")
    files()["chart.cho"].write_bytes(b"{title: mine}")
    rows = {row["path"]: row["outcome"] for row in shell.json("export", "--chart")}
    assert rows[str(files()["chart.cho"])] == "kept"
    assert files()["chart.cho"].read_bytes() == b"{title: mine}"


def test_other_formats_of_stems_are_refused(shell, song):
    for audio in ("none", "mp3"):
        refused = shell.refused("export", "--song", song, "--stems", "--audio", audio)
        assert refused.startswith(f"--audio {audio}: expected flac")


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("audio", ["flac", "wav"])
def test_recordings_say_what_they_are_and_who_plays(shell, song, files, audio):
    said = shell.do("export", "--song", song, "--stems", "--audio", audio)
    assert f"recordings played by {player()}" in said
    made = {f"stems/{stage}.{audio}" for stage in STAGES}
    assert {name for name in files() if name.endswith(audio)} == made
    with Studio.open(shell.folder) as studio:
        state = song_of(studio)
        (arrangement,) = state.arrangements
    for stage in STAGES:
        with soundfile.SoundFile(files()[f"stems/{stage}.{audio}"]) as file:
            assert file.title == f"{state.title}: {stage.capitalize()}"
            assert file.comment.startswith(f"played by {player()}; composition-engine arrangement=")
            assert arrangement in file.comment


@pytest.mark.usefixtures("short")
def test_recordings_follow_the_player_and_edited_ones_stay(shell, song, files, monkeypatch):
    monkeypatch.setenv("PATH", "")  # nothing but the built-in synthesis
    shell.do("arrange", "--song", song)
    mine = files()["stems/bass.flac"]
    mine.write_bytes(b"remixed")
    before = files()["song.flac"].read_bytes()

    def outcomes():
        rows = shell.json("arrange", "--song", song)["files"]
        by_path = {row["path"]: row["outcome"] for row in rows}
        return {name: by_path[str(path)] for name, path in files().items()}

    assert outcomes()["song.flac"] == "unchanged"
    monkeypatch.setattr(rendering, "BUILT_IN", OTHER)
    changed = outcomes()
    assert {name for name, outcome in changed.items() if outcome == "written"} == {
        "song.flac",
        "stems/chords.flac",
    }
    assert changed["stems/bass.flac"] == "kept"
    assert mine.read_bytes() == b"remixed"
    after = files()["song.flac"].read_bytes()
    assert OTHER.encode() in after
    assert OTHER.encode() not in before
    old, new = (soundfile.read(io.BytesIO(data))[0] for data in (before, after))
    assert np.array_equal(old, new)
    assert outcomes()["song.flac"] == "unchanged"


@pytest.mark.usefixtures("short")
def test_files_of_another_version_of_the_engine_are_made_anew(shell, song, files, monkeypatch):
    shell.do("arrange", "--song", song, "--audio", "none")
    ours = files()["song.mid"].read_bytes()
    monkeypatch.setattr(arrangement_files, "write_midi", lambda *_: b"another version's")
    shell.do("arrange", "--song", song, "--audio", "none")
    assert files()["song.mid"].read_bytes() == b"another version's"
    monkeypatch.undo()
    shell.do("arrange", "--song", song, "--audio", "none")
    assert files()["song.mid"].read_bytes() == ours
