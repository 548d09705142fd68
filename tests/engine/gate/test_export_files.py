"""Files of the export: whole or absent, never over a person's work, healed when lost."""

from __future__ import annotations

import hashlib
import os

import pytest

from engine.gate import exports
from engine.state.files import file_sha256, write_whole

EDITED = b"MThd edited by hand"


@pytest.fixture
def approved(shell):
    """The first candidate, approved as verse."""
    first = shell.candidates()[0]
    shell.do("approve", first)
    return first


def folder_of(shell):
    return sorted(path.name for path in shell.approved_file("verse").parent.iterdir())


def test_a_failing_disk_keeps_the_decision_and_export_heals(shell, monkeypatch):
    first = shell.candidates()[0]

    def fails(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fails)
    said = shell.type("approve", first)
    assert (said.code, "No space left" in said.error) == (2, True)
    monkeypatch.undo()
    assert shell.events("ExportWritten") == []
    assert shell.row(first)["status"] == "approved"
    assert [written.candidate for written in shell.events("ExportWritten")] == [first]
    assert folder_of(shell) == ["verse.mid"]


def test_a_crash_between_file_and_event_heals_once(shell, monkeypatch):
    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(exports, "_record", crash)
    assert shell.type("approve", shell.candidates()[0]).code == 130
    monkeypatch.undo()
    before = shell.approved_file("verse").read_bytes()
    for _ in range(3):
        shell.do("export")
    (written,) = shell.events("ExportWritten")
    assert written.sha256 == hashlib.sha256(before).hexdigest()
    assert shell.folder / written.path == shell.approved_file("verse")
    assert shell.approved_file("verse").read_bytes() == before


def test_a_crash_before_the_file_is_removed_heals(shell, approved, monkeypatch):
    monkeypatch.setattr(exports, "_withdrawn", lambda *_: [])
    shell.do("undo", approved)
    monkeypatch.undo()
    assert folder_of(shell) == ["verse.mid"]
    assert "removed" in shell.do("export")
    assert folder_of(shell) == []


def test_an_edited_file_is_never_overwritten(shell, approved):
    ours = shell.approved_file("verse").read_bytes()
    shell.approved_file("verse").write_bytes(EDITED)
    for _ in range(2):
        assert [item["outcome"] for item in shell.json("export")] == ["kept"]
    assert shell.approved_file("verse").read_bytes() == EDITED
    assert shell.approved_file("verse.engine").read_bytes() == ours
    shell.approved_file("verse.engine").write_bytes(EDITED + b" again")
    shell.do("export")
    assert folder_of(shell) == ["verse.engine.mid", "verse.engine_2.mid", "verse.mid"]
    assert shell.approved_file("verse.engine").read_bytes() == EDITED + b" again"
    assert shell.approved_file("verse.engine_2").read_bytes() == ours
    assert approved


def test_undo_removes_ours_and_leaves_what_was_edited(shell, approved):
    shell.approved_file("verse").write_bytes(EDITED)
    shell.do("export")
    out = shell.do("undo", approved)
    assert "has been edited by you and stays" in out
    assert folder_of(shell) == ["verse.mid"]
    shell.do("approve", approved)
    assert folder_of(shell) == ["verse.engine.mid", "verse.mid"]
    assert shell.approved_file("verse").read_bytes() == EDITED


def test_a_file_that_was_there_before_is_never_touched(shell):
    shell.approved_file("verse").parent.mkdir(parents=True)
    shell.approved_file("verse").write_bytes(EDITED)
    out = shell.do("approve", shell.candidates()[0])
    assert "your edited file stays as it is; the approved notes are in" in out
    assert shell.approved_file("verse").read_bytes() == EDITED
    shell.do("undo")
    assert folder_of(shell) == ["verse.mid"]


def test_undo_removes_the_file_of_that_candidate_alone(shell, approved):
    shell.do("approve", shell.candidates()[1])
    shell.do("undo", approved)
    assert folder_of(shell) == ["verse_2.mid"]


def test_nothing_is_approved_yet(shell):
    assert "nothing is approved yet" in shell.do("export")
    assert shell.json("export") == []


@pytest.mark.parametrize("broken", ["replace", "fsync"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_or_none(tmp_path, monkeypatch, broken, error):
    old, new = tmp_path / "old", tmp_path / "sub" / "new"
    write_whole(old, b"old")

    def fails(*_, **__):
        raise error

    monkeypatch.setattr(os, broken, fails)
    for path in (old, new):
        with pytest.raises(type(error)):
            write_whole(path, b"new")
    assert old.read_bytes() == b"old"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [old]
    assert file_sha256(new) is None


@pytest.mark.usefixtures("approved")
def test_exporting_again_changes_nothing_and_deleted_files_come_back(shell):
    file = shell.approved_file("verse")
    before, stamp, written = shell.head, file.stat().st_mtime_ns, file.read_bytes()
    assert [item["outcome"] for item in shell.json("export")] == ["unchanged"]
    assert (shell.head, file.stat().st_mtime_ns) == (before, stamp)
    file.unlink()
    shell.do("export", "--song", "meadow")
    assert file.read_bytes() == written
    assert len(shell.events("ExportWritten")) == 1
