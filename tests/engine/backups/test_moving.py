"""A studio moves into a database and back, and is the same; what is in the way is left alone."""

from __future__ import annotations

import shutil

import pytest

from engine.backups import moving
from engine.cli import progress
from engine.gate.decisions import note
from engine.state.studio import Studio
from tests.engine.backups.test_backups import files, log_of
from tests.engine.command_line import Shell
from tests.postgresql import database_name


@pytest.fixture
def address(postgresql):
    """A database without tables."""
    return postgresql.empty()


@pytest.fixture
def place(tmp_path, capsys):
    """Where the studio goes."""
    return Shell(tmp_path / "new folder" / "studio", capsys)


def kept(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_there_and_back_it_is_the_same(approved, place, address, tmp_path, monkeypatch):
    events, stored, old = log_of(approved), files(approved.folder), kept(approved.folder)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0)
    said = approved.type("move", place.folder, address)
    assert f"copying events: 0 of {events[-1]['position']}" in said.err
    assert f"copying files: {len(stored)} of {len(stored)}" in said.err
    said = said.out
    assert f"{events[-1]['position']} events with hash {events[-1]['hash'][:16]}" in said
    assert f"{len(stored)} files, are the same in both" in said
    assert (log_of(place), files(place.folder)) == (events, stored)
    assert place.do("doctor").splitlines()[-1] == "all is well"
    place.do("approve", place.candidates("cellar")[0])
    later = log_of(place)
    back = Shell(tmp_path / "back", place._capsys)
    place.do("move", back.folder)
    assert (log_of(back), files(back.folder)) == (later, files(place.folder))
    assert (back.folder / "studio.db").is_file()
    assert back.do("doctor").splitlines()[-1] == "all is well"
    back.do("undo")
    assert kept(approved.folder)["studio.db"] == old["studio.db"]


def test_the_old_folder_says_where_the_studio_is(approved, place, address):
    approved.do("move", place.folder, address)
    for words in (["status"], ["approve", "abc"], ["songs", "list"], ["move", "x"]):
        said = approved.type(*words)
        assert (said.code, f"was moved to {place.folder}" in said.error) == (2, True)
    settings = approved.folder / "engine.toml"
    settings.write_text(settings.read_text().partition("moved_to")[0])
    assert log_of(approved) == log_of(place)


def test_a_target_that_is_not_empty_is_refused(approved, place, address, postgresql):
    place.folder.mkdir(parents=True)
    (place.folder / "diary.txt").write_text("mine")
    assert "isn't empty: it holds diary.txt" in approved.refused("move", place.folder)
    assert kept(place.folder) == {"diary.txt": b"mine"}
    shutil.rmtree(place.folder)
    other = Shell(place.folder.with_name("other"), place._capsys)
    other.do("songs", "list")
    with Studio.open(other.folder) as studio:
        studio.append("studio", [], 0)
        studio.log.accept("ana", "x")
    assert "isn't empty: it holds another log" in approved.refused("move", other.folder)
    postgresql.sql("CREATE TABLE diary ()", database_name(address))
    assert "holds other tables" in approved.refused("move", place.folder, address)
    assert "the studio is in" in approved.refused("move", approved.folder)
    assert approved.do("status")


@pytest.mark.parametrize("step", ["imported", "exported", "write_whole", "_digests", "_leave"])
def test_a_move_that_was_killed_goes_on(approved, place, address, monkeypatch, step):
    events, stored = log_of(approved), files(approved.folder)
    work, calls = getattr(moving, step), []

    def killed(*arguments):
        calls.append(arguments)
        if len(calls) == (2 if step in {"write_whole", "_digests"} else 1):
            raise KeyboardInterrupt
        return work(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(moving, step, killed)
        assert approved.type("move", place.folder, address).code == 130
    assert log_of(approved) == events
    assert f"the studio of {approved.folder} is being moved to" in place.type("status").error
    (place.folder / "HEAD.tmp").write_text("1")  # as a kill leaves it
    approved.do("move", place.folder, address)
    assert (log_of(place), files(place.folder)) == (events, stored)
    assert place.do("doctor").splitlines()[-1] == "all is well"


def test_a_studio_that_goes_on_meanwhile_is_not_left(approved, place, address, monkeypatch):
    copy = moving._copy_log

    def late(*arguments):
        end = copy(*arguments)
        with Studio.open(approved.folder) as studio:
            note(studio, approved.candidates()[0], "late")
        return end

    with monkeypatch.context() as patch:
        patch.setattr(moving, "_copy_log", late)
        said = approved.type("move", place.folder, address)
    assert "the studio went on meanwhile" in said.error
    approved.do("move", place.folder, address)
    assert place.events("CandidateNoted")[-1].text == "late"
