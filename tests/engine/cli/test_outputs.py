"""What goes where: JSON alone on stdout, messages on stderr, and pipes that close early."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def engine(shell, *words, **settings):
    """Run the command line as people do: in a process of its own."""
    command = [sys.executable, "-m", "engine", "--studio", str(shell.folder), *words]
    environment = os.environ | settings.pop("environment", {})
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, **settings,
    )  # fmt: skip


READING = [
    "songs list",
    "songs show meadow",
    "songs stats",
    "runs",
    "runs --song meadow",
    "review",
    "review --all --song cellar",
    "export",
    "log",
    "log --kind RunFinished",
    "models",
    "models list",
    "verify",
    "replay RUN",
]


@pytest.mark.parametrize("line", READING)
def test_json_and_nothing_else(shell, line):
    run = next(iter(shell.song("meadow").runs))
    said = shell.type(*line.replace("RUN", run).split(), "--json")
    assert (said.code, said.err) == (0, "")
    json.loads(said.out)
    assert "\x1b" not in said.out


def test_json_of_what_changes_things(shell):
    first, second, *_ = shell.candidates()
    (written,) = shell.json("approve", first)["files"]
    assert Path(written).is_file()
    assert shell.json("reject", second)["kind"] == "CandidateRejected"
    undone = shell.json("undo", first)
    assert (undone["kind"], undone["candidate"], undone["files"]) == (
        "DecisionUndone",
        first,
        [written],
    )


def test_evolve_says_json_on_stdout_and_the_rest_on_stderr(shell):
    words = ("--population", "8", "--generations", "1", "--bars", "2", "--seed", "5", "--json")
    said = shell.type("evolve", "--song", "cellar", "--no-model", *words)
    (answer,) = json.loads(said.out)
    assert answer["seed"] == 5
    assert {"run", "song", "survivors", "folder", "scored"} <= set(answer)
    assert "note: no model" in said.err


@pytest.mark.parametrize("line", ["log --json", "review", "songs list", "--help", "verify"])
def test_a_pipe_that_closes_early(shell, line):
    process = engine(shell, *line.split())
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait() in {0, 1}
    assert err == ""


def test_errors_go_to_stderr_with_their_code(shell):
    said = f"error: no candidate 'nope'; see engine --studio {shell.folder} review\n"
    for option, code, begin, end in (((), 2, said, said), (("--debug",), 1, "Traceback", "")):
        process = engine(shell, "approve", "nope", *option)
        out, err = process.communicate()
        assert (process.returncode, out) == (code, "")
        assert err.startswith(begin)
        assert err.endswith(end)
    assert "NotFound: no candidate 'nope'" in err


def test_a_terminal_that_knows_no_unicode(shell):
    """Rather a wrong letter than a traceback."""
    environment = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    shell.do("note", shell.candidates()[0], "élan — 静か")
    for words in (["review"], ["songs", "list"], ["songs", "show", "meadow"]):
        process = engine(shell, *words, environment=environment)
        out, err = process.communicate()
        assert (process.returncode, err) == (0, "")
        assert out


def test_ids_stay_whole_in_a_narrow_terminal(shell, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("FORCE_COLOR", "1")
    song = shell.song("meadow").song_id
    out = shell.do("songs", "list")
    assert song in out
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) <= 60 for line in out.splitlines())


def test_tables_are_not_folded_where_there_is_no_terminal(shell, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    song = shell.song("meadow").song_id
    run = next(iter(shell.song("meadow").runs))
    row = next(line for line in shell.do("runs").splitlines() if run in line)
    assert song in row
    assert "CandidatesPresented" in shell.do("review") + shell.do("log")
