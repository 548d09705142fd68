"""Logs of all releases open: what stands in the wrong place there is left out, and named."""

from __future__ import annotations

import shutil

import pytest

from tests.store.test_old_logs import FOLDER, OLD_LOGS


@pytest.mark.parametrize("name", OLD_LOGS)
def test_every_old_log_opens(empty_shell, name):
    empty_shell.folder.mkdir()
    shutil.copy(FOLDER / f"{name}.db", empty_shell.folder / "studio.db")
    shutil.copy(FOLDER / f"{name}.HEAD", empty_shell.folder / "HEAD")
    for line in ("status", "songs list", "runs", "models", "log", "verify"):
        said = empty_shell.type(*line.split())
        assert (said.code, said.err) == (0, ""), line
    found = empty_shell.type("doctor")
    assert (found.code, found.err) == (1, "")
    assert "is in the wrong place, stream 'run/run-1'" in found.out


def test_a_branch_in_the_wrong_stream_is_no_song(empty_shell):
    empty_shell.folder.mkdir()
    shutil.copy(FOLDER / "v0005.db", empty_shell.folder / "studio.db")
    shutil.copy(FOLDER / "v0005.HEAD", empty_shell.folder / "HEAD")
    assert "can't be read as music" in empty_shell.refused("compare", "song-1", "song-1")
    assert (
        "SongForked is in the wrong place, stream 'song/song-1'" in empty_shell.type("doctor").out
    )
