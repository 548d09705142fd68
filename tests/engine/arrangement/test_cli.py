"""The command: drafts, assembles, takes in, and never writes over somebody's work."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from engine.arrangement.plan_text import read_plan
from engine.state.studio import Studio
from tests.engine.arrangement.approved_parts import approve, approve_lineage

STAGES = ("chords", "drums", "bass", "melody", "harmony")
NAMES = {
    *("song.mid", "song.musicxml", "song.png", "arrangement.yml"),
    *(f"{stage}.mid" for stage in STAGES),
}
SILENT = ("arrange", "--audio", "none", "--song")
CLIPS = """\
 1 1 1 1 \t verse\t 1\t 8 0 0 0
 9 1 1 1 \t chorus\t 1\t 4 0 0 0
 9 1 1 1 \t chorus\t 4\t 4 0 0 0
 9 1 1 1 \t strings\t 7\t 4 0 0 0
"""


def outcomes(answer):
    return {Path(file["path"]).name: file["outcome"] for file in answer["files"]}


def edited(path, **changes):
    """Change the first section of a plan's file, as a person does; returns its bytes."""
    document = yaml.safe_load(path.read_text("utf-8"))
    document["sections"][0] |= changes
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path.read_bytes()


def test_one_command_drafts_a_plan_and_makes_the_song(shell, song, folder):
    out = shell.do(*SILENT, song)
    assert {path.name for path in (folder / "arrangements" / "draft").iterdir()} == NAMES
    assert all(str(folder / "arrangements" / "draft" / name) in out for name in NAMES)
    assert str(folder / "arrangement.yml") in out
    assert f"run engine --studio {shell.folder} arrange --song {song}" in out
    assert f"next: engine --studio {shell.folder} export --song {song}" in out
    (event,) = shell.events("ArrangementAssembled")
    assert (event.name, len(event.parts), len(event.positions_read)) == ("draft", 10, 11)
    assert event.length_ticks == (4 + 80 + 4 + 2) * 1680
    assert (
        event.plan["sections"]
        == yaml.safe_load((folder / "arrangement.yml").read_text())["sections"]
    )


def test_files_and_the_arrangement_are_recorded(shell, song, folder):
    answer = shell.json(*SILENT, song)
    recorded = {event.path: event for event in shell.events("ExportWritten")}
    for file in answer["files"]:
        path = Path(file["path"])
        event = recorded[path.relative_to(shell.folder).as_posix()]
        assert event.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (event.candidate, event.label) == (answer["arrangement"], "draft")
    assert len(recorded) == len(NAMES) + 1
    assert folder.joinpath("arrangement.yml").is_file()
    (known,) = shell.song(song).arrangements.items()
    assert (known[0], known[1].plan) == (answer["arrangement"], answer["plan"])
    before = shell.song(song)
    with Studio.open(shell.folder) as studio:
        studio.rebuild()
        assert studio.song(song) == before
    assert shell.type("verify").code == 0


def test_the_same_again_writes_only_what_is_lost(shell, song, folder):
    first = shell.json(*SILENT, song)
    before, stamps = shell.head, {p: p.stat().st_mtime_ns for p in folder.rglob("*.mid")}
    again = shell.json(*SILENT, song)
    assert set(outcomes(again).values()) == {"unchanged"}
    assert (again["plan_file"]["outcome"], again["folder"]) == ("unchanged", first["folder"])
    assert shell.head == before
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*.mid")} == stamps
    (folder / "arrangements" / "draft" / "bass.mid").unlink()
    assert outcomes(shell.json(*SILENT, song))["bass.mid"] == "written"
    assert len(shell.events("ArrangementAssembled")) == 1


def test_an_edited_plan_is_used_and_stays(shell, song, folder):
    shell.do(*SILENT, song, "--draft")
    assert not (folder / "arrangements").exists()
    data = edited(folder / "arrangement.yml", play=2, name="Still", notes="softer?")
    answer = shell.json(*SILENT, song)
    assert (answer["bars"], answer["plan_file"]["outcome"]) == (94, "kept")
    assert answer["plan"]["sections"][0]["notes"] == "softer?"
    beside = shell.json(*SILENT, song, "--draft")
    assert Path(beside["plan_file"]["path"]).name == "arrangement.engine.yml"
    assert (folder / "arrangement.yml").read_bytes() == data


def test_the_plan_lies_in_the_folder_and_means_the_same_song(shell, song):
    first = shell.json(*SILENT, song)
    plan = Path(first["folder"]) / "arrangement.yml"
    before = shell.head
    again = shell.json(*SILENT, song, "--from", plan)
    assert (again["arrangement"], again["folder"]) == (first["arrangement"], first["folder"])
    assert {file["outcome"] for file in again["files"]} == {"unchanged"}
    assert shell.head == before


def test_an_edited_plan_in_the_folder_makes_another_song_and_stays(shell, song):
    first = shell.json(*SILENT, song)
    plan = Path(first["folder"]) / "arrangement.yml"
    document = yaml.safe_load(plan.read_text("utf-8"))
    document |= {"sections": document["sections"][1:2], "ending": "none"}
    plan.write_text(yaml.safe_dump(document), "utf-8")
    edited = plan.read_bytes()
    second = shell.json(*SILENT, song, "--from", plan)
    assert second["arrangement"] != first["arrangement"]
    (section,) = document["sections"]
    assert second["bars"] == section["bars"] * section["play"]
    assert Path(second["folder"]).name == "draft_2"
    assert yaml.safe_load((Path(second["folder"]) / "arrangement.yml").read_text()) == document
    assert shell.json(*SILENT, song)["folder"] == first["folder"]
    assert plan.read_bytes() == edited


def test_a_draft_nobody_touched_follows_what_is_approved(shell, song):
    before = shell.json(*SILENT, song)
    with Studio.open(shell.folder) as studio:
        approve(studio, "chords", "bridge")
    after = shell.json(*SILENT, song)
    assert [s["name"] for s in after["plan"]["sections"]].count("Bridge") == 1
    assert Path(after["folder"]).name == "draft_2"
    assert Path(before["folder"]).is_dir()


def test_an_edited_midi_file_is_never_written_over(shell, song, folder):
    shell.do(*SILENT, song)
    mine = folder / "arrangements" / "draft" / "drums.mid"
    mine.write_bytes(b"mine")
    answer = shell.json(*SILENT, song)
    assert mine.read_bytes() == b"mine"
    assert Path(answer["folder"]).name == "draft_2"
    assert set(outcomes(answer).values()) == {"written"}


def test_a_plan_of_any_name_from_any_place(shell, song, folder, tmp_path):
    shell.do(*SILENT, song, "--draft")
    path = tmp_path / "other.yml"
    path.write_text(
        (folder / "arrangement.yml").read_text().replace("name: draft", "name: Late Mix")
    )
    answer = shell.json(*SILENT, song, "--from", path)
    assert Path(answer["folder"]).name == "late_mix"
    assert shell.events("ArrangementAssembled")[0].name == "late_mix"


def test_a_list_of_clips_becomes_a_plan_and_a_song(shell, song, folder, tmp_path):
    shell.do(*SILENT, song, "--draft")
    listed = tmp_path / "arrangement.txt"
    listed.write_text(CLIPS)
    answer = shell.json(*SILENT, song, "--import", listed)
    assert (answer["reading"], answer["bars"]) == ("bars", 12)
    assert [s["vocals"] for s in answer["plan"]["sections"]] == [False, True]
    assert any("track 7" in warning for warning in answer["warnings"])
    assert answer["drift"]["bar_deltas"]["verse"] == {"proposed": 36, "actual": 8, "delta": -28}
    assert read_plan(folder / "imported.yml").sections[1].part("melody") == "chorus"
    out = shell.do(*SILENT, song, "--import", listed)
    assert "read as bars" in out
    assert "verse: 36 bars proposed, 8 played" in out
    assert f"--from {folder / 'imported.yml'}" in out


def test_what_is_not_in_the_plan_is_said(shell, song, folder):
    shell.do(*SILENT, song, "--draft")
    edited(folder / "arrangement.yml", energy=0.5)
    with Studio.open(shell.folder) as studio:
        approve_lineage(studio, "bridge")
    answer = shell.json(*SILENT, song)
    (note,) = answer["warnings"]
    assert note == (
        "not in the plan: chords bridge, drums bridge, bass bridge, melody bridge, harmony bridge"
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"energy": 2}, "arrangement.yml: section 1: energy: 2 (accepted: a number from 0"),
        ({"parts": {"chords": "chorsu"}}, "section 1 (Intro): chords: no approved part 'chorsu'"),
        ({"tempo": 90}, "section 1: tempo: unknown (accepted: the keys name, section"),
    ],
)
def test_a_bad_plan_is_one_line_and_nothing_happens(shell, song, folder, changes, said):
    shell.do(*SILENT, song, "--draft")
    edited(folder / "arrangement.yml", **changes)
    assert said in shell.refused(*SILENT, song)
    assert not (folder / "arrangements").exists()


def test_requests_that_make_no_sense(shell, song, tmp_path):
    plan = tmp_path / "plan.yml"
    assert "does not exist" in shell.refused(*SILENT, song, "--from", plan)
    assert "no such file" in shell.refused(*SILENT, song, "--import", plan)
    assert "exclude" in shell.refused(*SILENT, song, "--from", plan, "--draft")
    assert "exclude" in shell.refused(*SILENT, song, "--from", plan, "--import", plan)
    plan.write_bytes(b"\x81\x82 no text")
    assert "plan.yml: is not UTF-8 text" in shell.refused(*SILENT, song, "--import", plan)


def test_nothing_approved_is_said(shell, song):
    for candidate in shell.json("review", "--all"):
        shell.do("undo", candidate["id"])
    assert "nothing is approved yet" in shell.refused(*SILENT, song)
