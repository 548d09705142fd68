"""What is listed of many songs, a page at a time, as the songs' own state says it."""

from __future__ import annotations

import pytest

from engine.cli import gate, songs, status
from engine.gate.waiting import newest_waiting, without_passed_over
from engine.gate.waiting import waiting as waits
from engine.state.studio import Studio
from tests.engine.command_line import demo


def test_songs_are_listed_a_page_at_a_time(empty_shell, monkeypatch):
    for name in ("green", "black", "red"):
        empty_shell.do("songs", "add", demo(name))
    ids = [song["id"] for song in empty_shell.json("songs", "list")]
    assert ids == sorted(ids)
    empty_shell.do("songs", "archive", ids[0])
    assert [each["id"] for each in empty_shell.json("songs", "list", "--limit", "1")] == ids[1:2]
    monkeypatch.setattr(songs, "PAGE_SONGS", 1)
    first = empty_shell.do("songs", "list")
    assert (ids[1] in first, ids[2] in first) == (True, False)
    assert first.splitlines()[-1].endswith(f"songs list --after {ids[1]}")
    second = empty_shell.do("songs", "list", "--after", ids[1])
    assert (ids[2] in second, "more follow" in second) == (True, False)
    assert empty_shell.do("songs", "list", "--after", ids[2]) == "no more follow\n"
    assert ids[0] in empty_shell.do("songs", "list", "--archived")


def test_status_shows_the_songs_that_something_happened_to_last(empty_shell, monkeypatch):
    for name in ("green", "black", "red"):
        empty_shell.do("songs", "add", demo(name))
    ids = [song["song"] for song in empty_shell.json("status")]
    assert all(f"({name})" in empty_shell.do("status") for name in ids)
    monkeypatch.setattr(status, "MOST_SONGS", 1)
    for name in ids:
        empty_shell.do("songs", "edit", name, "--bpm", "99")
        said = empty_shell.do("status")
        assert [each for each in ids if f"({each})" in said] == [name]
        assert "2 more songs" in said
    empty_shell.do("songs", "archive", ids[-1])
    assert f"({ids[-2]})" in empty_shell.do("status")
    assert len(empty_shell.json("status")) == 2


@pytest.mark.parametrize("act", ["nothing", "approve", "reject", "archive"])
def test_what_waits_is_what_the_songs_say(shell, act):
    first = shell.candidates()[0]
    if act in {"approve", "reject"}:
        shell.do(act, first)
    elif act == "archive":
        shell.do("songs", "archive", "meadow")
    with Studio.open(shell.folder) as studio:
        given = studio.waiting()
        for song in studio.songs().values():
            pending = waits([song])
            shown = without_passed_over(pending)
            told = given[song.song_id]
            assert (told.candidates, told.passed_over) == (len(shown), len(pending) - len(shown))
            assert told.newest == max(each.state.position for each in shown)
        assert given.keys() == studio.songs().keys()
        newest = [given[song.song_id].newest for song in newest_waiting(studio)]
        assert newest == sorted(newest, reverse=True)
        assert studio.differences() == []


def test_a_review_shows_the_newest_songs_and_counts_the_others(shell, monkeypatch):
    monkeypatch.setattr(gate, "PAGE_CANDIDATES", 1)
    said = shell.do("review")
    waiting = shell.json("review")
    (newest,) = {each["song"] for each in waiting if each["id"][:8] in said}
    others = [each for each in waiting if each["song"] != newest]
    assert f"{len(others)} more wait in other songs; --song NAME shows those of one" in said
