from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.arrangement.approved_parts import approve_lineage, opened
from tests.engine.command_line import Shell


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A song of which a verse and a chorus are approved in every stage."""
    folder = tmp_path / "studio"
    with opened(folder, meter="7/8", key="F# minor", bpm=97) as studio:
        approve_lineage(studio, "verse")
        approve_lineage(studio, "chorus")
    return Shell(folder, capsys)


@pytest.fixture
def song(shell):
    """The song's id."""
    return shell.json("songs", "list")[0]["id"]


@pytest.fixture
def folder(shell, song):
    """Where the song's files are written."""
    return shell.folder / "exports" / song
