"""A studio made when there were chords alone: all of it is still there, and it goes on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from engine.runs.replay import verify_run
from engine.state.studio import Studio
from tests.engine.command_line import Shell
from tests.engine.stages.snapshots import approved, evolve_words, evolved, progress, told_next

FOLDER = Path(__file__).parent / "old_studios"
APPROVED, REJECTED = "7c0f0158f68aee63498a", "4ec940830985fede01d7"


@pytest.fixture
def shell(tmp_path, capsys):
    folder = tmp_path / "studio"
    folder.mkdir()
    shutil.copy(FOLDER / "one_stage.db", folder / "studio.db")
    shutil.copy(FOLDER / "one_stage.HEAD", folder / "HEAD")
    return Shell(folder, capsys)


def test_it_is_of_older_versions():
    with sqlite3.connect(FOLDER / "one_stage.db") as connection:
        kinds = set(connection.execute("SELECT kind, kind_version FROM events"))
    connection.close()
    assert {("RunStarted", 1), ("CandidateApproved", 1), ("CandidateRejected", 1)} <= kinds


def test_all_of_it_is_there(shell):
    assert shell.json("verify")["problems"] == []
    kept = shell.row(APPROVED)
    assert (kept["status"], kept["label"], kept["notes"]) == ("approved", "verse", ["keep this"])
    assert (kept["parents"], kept["stale"]) == ([], False)
    assert shell.row(REJECTED)["status"] == "rejected"
    assert progress(shell)["chords"] == {
        "in_use": "verse", "approved": ["verse"], "waiting": 0, "stale": []
    }  # fmt: skip
    started, _ = shell.events("RunStarted")
    assert (started.source, started.locks, started.lyrics) == (None, None, None)
    runs = shell.json("runs")
    assert {row["status"] for row in runs} == {"finished"}
    assert shell.do("replay", runs[0]["id"])


def test_its_runs_hold_or_say_who_made_them(shell):
    with Studio.open(shell.folder) as studio:
        for run in studio.runs():
            found = verify_run(studio, run)
            assert found.holds
            assert found.made_by or found.finished_again


def test_later_stages_stand_on_what_was_approved_then(shell):
    assert told_next(shell.do("status"))[:3] == ["evolve", "--stage", "drums"]
    shell.do("export")
    (run,) = shell.json(*evolve_words("bass"))
    assert {tuple(shell.row(s["id"])["parents"]) for s in run["survivors"]} == {(APPROVED,)}
    with Studio.open(shell.folder) as studio:
        assert verify_run(studio, run["run"]).finished_again


def test_decisions_of_then_are_taken_back_and_marked(shell):
    shell.do("approve", evolved(shell, "bass")[0])
    shell.do("undo", APPROVED)
    (bass,) = approved(shell, "bass")
    assert shell.row(bass)["stale"]
    shell.do("undo", REJECTED)
    assert shell.row(REJECTED)["status"] == "pending"


def test_a_progression_of_then_is_gone_on_from(shell):
    found = evolved(shell, "chords", "--from", APPROVED, "--lock", "bars=1", seed=5)
    assert found
