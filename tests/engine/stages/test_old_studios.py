"""A studio made when there were chords alone: all of it is still there, and it goes on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.runs.replay import verify_run
from engine.state.studio import Studio
from tests.engine.command_line import Desk
from tests.engine.stages.snapshots import approved, evolve_words, evolved, progress, told_next

FOLDER = Path(__file__).parent / "old_studios"
APPROVED, REJECTED = "7c0f0158f68aee63498a", "4ec940830985fede01d7"


@pytest.fixture
def desk(tmp_path, capsys):
    folder = tmp_path / "studio"
    folder.mkdir()
    shutil.copy(FOLDER / "one_stage.db", folder / "studio.db")
    shutil.copy(FOLDER / "one_stage.HEAD", folder / "HEAD")
    return Desk(folder, capsys)


def test_it_is_of_older_versions():
    with sqlite3.connect(FOLDER / "one_stage.db") as connection:
        kinds = set(connection.execute("SELECT kind, kind_version FROM events"))
    connection.close()
    assert {("RunStarted", 1), ("CandidateApproved", 1), ("CandidateRejected", 1)} <= kinds


def test_all_of_it_is_there(desk):
    assert desk.json("verify")["problems"] == []
    kept = desk.row(APPROVED)
    assert (kept["status"], kept["label"], kept["notes"]) == ("approved", "verse", ["keep this"])
    assert (kept["parents"], kept["stale"]) == ([], False)
    assert desk.row(REJECTED)["status"] == "rejected"
    assert progress(desk)["chords"] == {"approved": ["verse"], "waiting": 0, "stale": []}
    started, _ = desk.events("RunStarted")
    assert (started.source, started.locks, started.lyrics) == (None, None, None)
    runs = desk.json("runs")
    assert {row["status"] for row in runs} == {"finished"}
    assert desk.do("replay", runs[0]["id"])


def test_its_runs_hold_or_say_who_made_them(desk):
    with Studio.open(desk.folder) as studio:
        for run in studio.runs():
            found = verify_run(studio, run)
            assert found.holds
            assert found.made_by or found.finished_again


def test_later_stages_stand_on_what_was_approved_then(desk):
    assert told_next(desk.do("status"))[:3] == ["evolve", "--stage", "drums"]
    desk.do("export")
    (run,) = desk.json(*evolve_words("bass"))
    assert {tuple(desk.row(s["id"])["parents"]) for s in run["survivors"]} == {(APPROVED,)}
    with Studio.open(desk.folder) as studio:
        assert verify_run(studio, run["run"]).finished_again


def test_decisions_of_then_are_taken_back_and_marked(desk):
    desk.do("approve", evolved(desk, "bass")[0])
    desk.do("undo", APPROVED)
    (bass,) = approved(desk, "bass")
    assert desk.row(bass)["stale"]
    desk.do("undo", REJECTED)
    assert desk.row(REJECTED)["status"] == "pending"


def test_a_progression_of_then_is_gone_on_from(desk):
    found = evolved(desk, "chords", "--from", APPROVED, "--lock", "bars=1", seed=5)
    assert found
