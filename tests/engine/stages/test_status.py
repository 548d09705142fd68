"""``engine status``: sections by stages, and what is next, at every point of the way."""

from __future__ import annotations

import pytest

from engine.errors import quoted
from engine.stages import STAGES
from tests.engine.stages.snapshots import SONG, SONG_ADDED, approved, evolved, progress, told_next

NAMES = list(STAGES)
EMPTY = {"in_use": None, "approved": [], "waiting": 0, "stale": []}
DONE = {"in_use": "verse", "approved": ["verse"], "waiting": 0, "stale": []}


def next_of(shell):
    (song,) = shell.json("status")
    return song["next"].split()


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_approved_and_what_is_next(at, stage):
    shell = at(stage)
    done = NAMES.index(stage) + 1
    assert progress(shell) == {
        name: DONE if index < done else EMPTY for index, name in enumerate(NAMES)
    }
    follows = ["arrange"] if done == len(NAMES) else ["evolve", "--stage", NAMES[done]]
    assert next_of(shell)[: len(follows)] == follows
    assert told_next(shell.do("status")) == next_of(shell)
    (row,) = (line.split() for line in shell.do("status").splitlines() if "verse" in line)
    assert row == ["verse", *["verse"] * done, *["-"] * (len(NAMES) - done)]


def test_a_song_with_nothing(at):
    shell = at(SONG_ADDED)
    (song,) = shell.json("status")
    assert (song["sections"], song["stale"]) == ([], [])
    assert next_of(shell)[:3] == ["evolve", "--stage", "chords"]
    assert shell.json("status", "--song", SONG) == shell.json("status")
    assert "no song 'nope'" in shell.refused("status", "--song", "nope")


@pytest.mark.parametrize("stage", STAGES)
def test_what_waits(at, stage):
    before = [SONG_ADDED, *NAMES][NAMES.index(stage)]
    shell = at(before)
    found = evolved(shell, stage)
    assert progress(shell)[stage] == EMPTY | {"waiting": len(found)}
    assert next_of(shell)[0] == "review"
    assert f"{len(found)} waiting" in shell.do("status")
    for candidate in found:
        shell.do("reject", candidate)
    assert progress(shell)[stage] == EMPTY
    assert next_of(shell)[:3] == ["evolve", "--stage", stage]


def test_other_stages_that_can_come_first_are_named(at):
    first = "another stage can come first: "
    assert f"{first}--stage bass, --stage melody\n" in at("chords").do("status")
    assert f"{first}--stage melody\n" in at("drums").do("status")
    assert all(first not in at(stage).do("status") for stage in ("melody", "harmony"))
    assert first not in at(SONG_ADDED).do("status")


def test_a_stage_that_came_first_leaves_the_others(at):
    shell = at("chords")
    assert told_next(shell.do("status"))[2] == "drums"
    assert shell.do("approve", evolved(shell, "bass")[0]).count("--stage melody") == 1


@pytest.mark.parametrize("command", ["label", "note"])
def test_words_about_a_candidate_lead_on(at, command):
    shell = at("chords")
    (chords, *_) = evolved(shell, "chords", "--section", "chorus", seed=2)
    assert told_next(shell.do(command, chords, "refrain")) == next_of(shell)


def test_what_is_stale(at):
    shell = at("bass")
    (chords,) = approved(shell, "chords")
    shell.do("undo", chords)
    assert progress(shell) == dict.fromkeys(NAMES, EMPTY) | {
        "chords": EMPTY | {"waiting": 1},
        "drums": EMPTY | {"stale": ["verse"]},
        "bass": EMPTY | {"stale": ["verse"]},
    }
    (song,) = shell.json("status")
    stale = {(row["id"], row["stage"]) for row in song["stale"]}
    assert stale == {(approved(shell, s)[0][:8], s) for s in ("drums", "bass")}
    assert "verse (stale)" in shell.do("status")
    assert next_of(shell)[0] == "review"


def test_the_section_that_lacks_something_is_named(at):
    shell = at("harmony")
    shell.do("approve", evolved(shell, "chords", "--section", "the bridge", seed=2)[0])
    assert told_next(shell.do("status"))[-2:] == ["--section", "the bridge"]
    assert [section["label"] for section in shell.json("status")[0]["sections"]] == [
        "verse",
        "the bridge",
    ]


def test_no_songs_yet(empty_shell):
    said = empty_shell.type("status")
    assert said.code == 2
    assert "songs add FILE" in said.error


@pytest.mark.parametrize(
    ("word", "as_typed"),
    [
        ("verse", "verse"),
        ("/home/ana/studio", "/home/ana/studio"),
        ("C:\\studio", "C:\\studio"),
        ("the bridge", '"the bridge"'),
        ("サビ", "サビ"),
        ('a "b"', '"a \\"b\\""'),
        ("", '""'),
        ("$HOME", '"\\$HOME"'),
    ],
)
def test_words_are_quoted_where_they_need_it(word, as_typed):
    assert quoted(word) == as_typed
