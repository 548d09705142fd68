"""Commands that end between an event and its files: the next one mends it, and says so."""

from __future__ import annotations

import json
import os
import signal
from pkgutil import resolve_name

import pytest

from engine.cli import run
from engine.gate import exports

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is made like this one")

DRUMS = ("evolve", "--song", "meadow", "--stage", "drums", "--seed", "8", "--population", "6",
         "--generations", "2", "--keep", "1", "--no-model")  # fmt: skip
EVOLVE = ("evolve", "--song", "meadow", "--seed", "5", "--bars", "2", "--population", "4",
          "--generations", "1", "--keep", "1", "--no-model")  # fmt: skip


def killed(shell, place, *words):
    """Run a command in a process of its own, which is killed when it comes to a function."""
    process = os.fork()
    if process == 0:
        module, _, name = place.rpartition(".")
        setattr(resolve_name(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        run(["--studio", str(shell.folder), *map(str, words)])
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


def left(shell):
    """What commands left that lasts no longer than they; the queues of writers stay."""
    return [path for path in shell.folder.glob(".*") if not path.name.startswith(".studio.db-")]


def test_the_next_command_writes_what_a_killed_one_did_not(shell):
    first = shell.candidates()[0]
    killed(shell, "engine.gate.exports.write_whole", "approve", first)
    assert len(shell.events("CandidateApproved")) == 1
    said = shell.type("status")
    (line,) = said.err.splitlines()
    assert line.startswith("note: exports/")
    assert line.endswith("approved/verse.mid is written: a command was ended before it was")
    assert shell.approved_file("verse").exists()
    assert len(shell.events("ExportWritten")) == 1
    assert shell.type("status").err == ""
    assert left(shell) == []


def test_what_a_killed_undo_left_is_removed(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    killed(shell, "engine.gate.exports._remove", "undo", first)
    assert shell.approved_file("verse").exists()
    assert "verse.mid is removed" in shell.type("review").err
    assert not shell.approved_file("verse").exists()


def test_a_command_that_was_killed_is_typed_again(shell):
    first = shell.candidates()[0]
    words = ("approve", first, "--label", "Verse", "--note", "patient")
    killed(shell, "engine.gate.exports.write_whole", *words)
    said = shell.type(*words)
    assert (said.code, "that is decided already" in said.out) == (0, True)
    assert shell.approved_file("verse").exists()
    assert [len(shell.events(kind)) for kind in ("CandidateApproved", "CandidateNoted")] == [1, 1]
    shell.approved_file("verse").unlink()
    assert shell.json(*words)["label"] == "verse"
    assert "is approved already as verse" in shell.refused(*words)
    shell.approved_file("verse").unlink()
    for other in (("--label", "other"), ("--note", "another")):
        assert "is approved already as verse" in shell.refused("approve", first, *other)


@pytest.mark.parametrize("typed", ["approve", "export"])
def test_a_full_disk_leaves_the_decision_standing(shell, monkeypatch, typed):
    first = shell.candidates()[0]

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(exports, "write_whole", full)
        said = shell.type("approve", first)
    assert said.code == 2
    assert "stands, as event " in said.error
    assert "No space left on device" in said.error
    assert "export --song meadow" in said.error
    shell.do(*([typed, first] if typed == "approve" else [typed]))
    assert shell.approved_file("verse").exists()
    assert len(shell.events("CandidateApproved")) == len(shell.events("ExportWritten")) == 1


@pytest.mark.parametrize(
    ("place", "stands"),
    [
        ("store.log.EventLog.append", "nothing was recorded"),
        ("engine.runs.files.write_files", "what it recorded stands, as events "),
    ],
)
def test_any_command_says_on_a_full_disk_what_of_it_stands(shell, monkeypatch, place, stands):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        module, _, name = place.rpartition(".")
        patched.setattr(resolve_name(module), name, full)
        said = shell.type(*EVOLVE)
    assert said.code == 2
    *_, error = said.err.splitlines()
    assert f"No space left on device; {stands}" in error
    runs = shell.json("runs")
    assert (runs[-1]["seed"] == 5) == (stands != "nothing was recorded")


def test_a_run_that_ended_without_its_files_gets_them(shell):
    killed(shell, "engine.runs.files.write_files", *EVOLVE)
    said = shell.type("runs", "--json")
    identifier = json.loads(said.out)[-1]["id"]
    assert f"run {identifier} ended without its files" in said.err
    assert not list(shell.folder.rglob(f"{identifier}/*"))
    shell.do("resume", identifier)
    assert list(shell.folder.rglob(f"{identifier}/*.mid"))
    assert "is finished; see engine review" in shell.refused("resume", identifier)


def test_a_run_that_was_killed_among_its_files_gets_the_others(shell):
    killed(shell, "engine.runs.files.draw_part", *EVOLVE)
    said = shell.type("runs", "--json")
    identifier = json.loads(said.out)[-1]["id"]
    assert f"run {identifier} ended without its files" in said.err
    (part,) = shell.folder.rglob(f"{identifier}/1_*.mid")
    assert not part.with_suffix(".png").exists()
    shell.do("resume", identifier)
    assert part.with_suffix(".png").exists()


def test_an_edited_file_of_a_run_is_named(shell):
    (made,) = shell.json(*EVOLVE)
    files = [path for path in sorted(shell.folder.rglob(f"{made['run']}/*")) if path.name[0] != "."]
    assert {path.suffix for path in files} == {".mid", ".png", ".flac"}
    assert "edited" not in shell.type("doctor").out
    for path in files:
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    said = shell.type("doctor").out
    for path in files:
        assert (
            f"{path.relative_to(shell.folder).as_posix()} was edited since it was written" in said
        )


def test_a_composition_has_no_files_of_runs_that_could_be_missing(shell):
    words = ("--sections", "verse=2", "--beam", "1", "--arrangements", "1", "--population", "4",
             "--generations", "0", "--no-model", "--audio", "none")  # fmt: skip
    killed(
        shell, "engine.composing.ending.finish_composition", "compose", "--song", "cellar", *words
    )
    assert shell.type("status").err == ""


def test_a_draft_that_was_killed_before_it_was_recorded_stays_the_engines(shell):
    shell.do("approve", shell.candidates()[0])
    words = ("arrange", "--song", "meadow", "--audio", "none")
    killed(shell, "engine.arrangement.files._record", *words)
    shell.do(*words)
    plans = [event for event in shell.events("ExportWritten") if event.path.endswith(".yml")]
    assert [plan.label for plan in plans] == ["arrangement", "draft"]
    shell.do("approve", shell.candidates(section="chorus")[0])
    shell.do(*words)
    assert "chorus" in (shell.folder / plans[0].path).read_text()


def test_an_import_that_was_killed_is_typed_again(shell):
    shell.do("approve", shell.candidates()[0])
    words = ("import", shell.approved_file("verse"), "--song", "meadow", "--stage", "chords",
             "--label", "outro")  # fmt: skip
    killed(shell, "engine.gate.exports.write_whole", *words)
    assert "that is decided already" in shell.do(*words)
    assert shell.approved_file("outro").exists()
    approvals = shell.events("CandidateApproved")
    assert [approval.label for approval in approvals] == ["verse", "outro"]
    assert "is approved already as outro" in shell.refused(*words)


def test_an_evolve_of_several_sections_goes_on_where_it_was_killed(shell):
    for section in ("verse", "chorus"):
        shell.do("approve", shell.candidates(section=section)[0])
    killed(shell, "engine.runs.files.write_files", *DRUMS)
    begun = [run for run in shell.json("runs") if run["stage"] == "drums"]
    assert [run["status"] for run in begun] == ["finished"]
    said = shell.do("doctor")
    assert "an evolve of several sections" in said
    assert f"resume {begun[0]['id']}" in said
    shell.do(*DRUMS)
    drums = [run for run in shell.json("runs") if run["stage"] == "drums"]
    assert [(run["section"]["label"], run["status"]) for run in drums] == [
        ("verse", "finished"),
        ("chorus", "finished"),
    ]
    assert not list(shell.folder.glob(".evolving-*"))
    killed(shell, "engine.runs.lifecycle.record", *DRUMS)  # begun anew, as all were finished
    shell.do(*DRUMS)
    drums = [run for run in shell.json("runs") if run["stage"] == "drums"]
    assert [run["status"] for run in drums] == ["finished"] * 3


@pytest.mark.parametrize("typed", ["status", "doctor"])
def test_what_a_finished_evolve_of_several_sections_left_is_removed(shell, typed):
    for section in ("verse", "chorus"):
        shell.do("approve", shell.candidates(section=section)[0])
    killed(shell, "engine.runs.together.Kept.remove", *DRUMS)
    assert list(shell.folder.glob(".evolving-*"))
    said = shell.type(typed)
    assert (said.code, left(shell)) == (0, [])


@pytest.mark.parametrize("at", ["engine.runs.files.write_files", "engine.runs.lifecycle.record"])
def test_a_run_of_several_is_resumed_with_those_never_begun(shell, at):
    for section in ("verse", "chorus"):
        shell.do("approve", shell.candidates(section=section)[0])
    killed(shell, at, *DRUMS)
    begun = [run for run in shell.json("runs") if run["stage"] == "drums"]
    said = shell.json("resume", begun[0]["id"])
    assert (said["section"]["label"], said["others"][0]["section"]["label"]) == ("verse", "chorus")
    drums = [run for run in shell.json("runs") if run["stage"] == "drums"]
    assert [run["status"] for run in drums] == ["finished", "finished"]
    assert "is finished" in shell.refused("resume", begun[0]["id"])
