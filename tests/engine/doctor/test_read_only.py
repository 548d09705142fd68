"""A studio in a folder that can't be written is read, and nothing is written."""

from __future__ import annotations

import pytest

from engine.state.studio import Studio
from store import database
from store.events import CandidateNoted
from store.records import NewEvent


@pytest.fixture
def read_only(shell, monkeypatch):
    """Such a studio, whose state has yet to take in the last event."""
    candidate = shell.candidates()[0]
    with Studio.open(shell.folder) as studio:
        stream = f"song/{studio.song('meadow').song_id}"
        note = NewEvent(CandidateNoted(candidate=candidate, text="the last"), actor="ana")
        studio.decide(stream, lambda: [note])
    monkeypatch.setattr(database, "_can_be_written", lambda _: False)
    return shell


def stored(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def without_hidden(files):
    return {name: data for name, data in files.items() if not name.startswith(".")}


@pytest.mark.parametrize("line", ["status", "log --limit 3", "verify", "review", "runs"])
def test_it_is_read(read_only, line):
    before = stored(read_only.folder)
    said = read_only.type(*line.split())
    assert (said.code, said.err) == (0, "")
    assert stored(read_only.folder) == before
    assert "the last" in read_only.do("review", "--all")


def test_writing_is_refused_in_one_line(read_only):
    before = stored(read_only.folder)
    said = read_only.type("approve", read_only.candidates()[0])
    assert (said.code, "the database is read-only" in said.error) == (2, True)
    assert without_hidden(stored(read_only.folder)) == without_hidden(before)
