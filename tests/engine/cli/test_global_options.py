"""Options of every command: where the studio is, and whether tracebacks are shown."""

from __future__ import annotations

import re
import shlex

import pytest

from engine.cli import run
from engine.cli.options import hoist_global_options, is_debug, studio_options


def test_the_environment_names_the_studio(shell, capsys, monkeypatch):
    monkeypatch.setenv("ENGINE_STUDIO", str(shell.folder))
    capsys.readouterr()
    assert run(["songs", "list"]) == 0
    assert "Meadow" in capsys.readouterr().out
    assert run(["songs", "list", "--studio", str(shell.folder / "other")]) == 0
    assert "no songs yet" in capsys.readouterr().out


def test_the_habit_is_a_folder_called_studio(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("ENGINE_STUDIO", raising=False)
    monkeypatch.chdir(tmp_path)
    assert run(["songs", "list"]) == 0
    assert (tmp_path / "studio" / "studio.db").is_file()
    assert "next: engine demo" in capsys.readouterr().out


def test_what_needs_a_studio_begins_none(tmp_path, capsys):
    folder = tmp_path / "typo"
    for command in (["verify"], ["review"], ["log"], ["doctor"], ["export"], ["runs"]):
        assert run([*command, "--studio", str(folder)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert f"no studio in {folder}" in line
        assert "songs add" in line
    assert not folder.exists()


@pytest.mark.parametrize(
    "words",
    [
        ["--studio", "FOLDER", "evolve", "--song", "nope"],
        ["evolve", "--song", "nope", "--studio", "FOLDER"],
        ["--studio=FOLDER", "evolve", "--song", "nope"],
    ],
)
def test_the_studio_may_stand_anywhere_and_is_advised(tmp_path, capsys, monkeypatch, words):
    monkeypatch.delenv("ENGINE_STUDIO", raising=False)
    folder = tmp_path / "my songs"
    assert run(["songs", "list", "--studio", str(folder)]) == 0
    assert f'engine --studio "{folder}" songs add FILE' in capsys.readouterr().out
    assert run([word.replace("FOLDER", str(folder)) for word in words]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"error: no song 'nope'; see engine --studio \"{folder}\" songs list"
    assert run(shlex.split(line.partition("see engine ")[2])) == 0


def test_without_a_studio_nothing_is_added(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("ENGINE_STUDIO", str(tmp_path / "mine"))
    assert run(["songs", "list"]) == 0
    capsys.readouterr()
    assert run(["evolve", "--song", "nope"]) == 2
    assert capsys.readouterr().err == "error: no song 'nope'; see engine songs list\n"


def test_debug_shows_the_traceback(shell):
    with pytest.raises(Exception, match="no candidate 'nope'"):
        shell.type("approve", "nope", "--debug")
    with pytest.raises(Exception, match="no candidate 'nope'"):
        shell.type("--debug", "approve", "nope")
    assert shell.type("approve", "nope", "--", "--debug").code == 2


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            ZeroDivisionError("division\nby zero"),
            1,
            "^error: ZeroDivisionError: division by zero; run again with --debug.*\n$",
        ),
        (KeyboardInterrupt(), 130, "^(interrupted\n)?$"),
    ],
)
def test_what_breaks_is_one_line_and_an_interrupt_no_error(shell, monkeypatch, error, code, said):
    def breaks(_):
        raise error

    monkeypatch.setattr("engine.gate.waiting.waiting", breaks)
    done = shell.type("review")
    assert done.code == code
    assert re.search(said, done.err)


@pytest.mark.parametrize(
    ("typed", "hoisted"),
    [
        ([], []),
        (["a", "--studio", "s", "b"], ["--studio", "s", "a", "b"]),
        (["a", "--debug", "--studio=s"], ["--debug", "--studio=s", "a"]),
        (["note", "--", "--studio", "--debug"], ["note", "--", "--studio", "--debug"]),
        (["a", "--studio"], ["--studio"]),
        (["a", "--studios", "--debugger"], ["a", "--studios", "--debugger"]),
    ],
)
def test_hoisting(typed, hoisted):
    assert hoist_global_options(typed) == hoisted


@pytest.mark.parametrize(
    ("hoisted", "folder"),
    [
        ([], None),
        (["--studio", "s", "a"], "s"),
        (["--debug", "--studio=s", "a"], "s"),
        (["note", "--", "--studio", "s"], None),
        (["--studio"], None),
    ],
)
def test_which_studio_was_named(hoisted, folder):
    assert studio_options(hoisted).studio == folder


def test_a_folder_goes_with_an_address_alone(capsys, tmp_path):
    assert run(["--studio", str(tmp_path), "--folder", str(tmp_path), "status"]) == 2
    assert "--folder goes with the address of a database" in capsys.readouterr().err


def test_debug_is_a_flag_only_before_the_words_end():
    assert is_debug(["--debug", "a"])
    assert not is_debug(["a", "--", "--debug"])
