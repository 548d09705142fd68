"""``engine status``: sections by stages, and what is next, at every point of the way."""

from __future__ import annotations

import pytest

from engine.errors import quoted
from engine.stages import STAGES
from tests.engine.stages.snapshots import SONG, SONG_ADDED, approved, evolved, progress, told_next

NAMES = list(STAGES)
EMPTY = {"approved": [], "waiting": 0, "stale": []}
DONE = {"approved": ["verse"], "waiting": 0, "stale": []}


def next_of(desk):
    (song,) = desk.json("status")
    return song["next"].split()


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_approved_and_what_is_next(at, stage):
    desk = at(stage)
    done = NAMES.index(stage) + 1
    assert progress(desk) == {
        name: DONE if index < done else EMPTY for index, name in enumerate(NAMES)
    }
    follows = ["arrange"] if done == len(NAMES) else ["evolve", "--stage", NAMES[done]]
    assert next_of(desk)[: len(follows)] == follows
    assert told_next(desk.do("status")) == next_of(desk)
    (row,) = (line.split() for line in desk.do("status").splitlines() if "verse" in line)
    assert row == ["verse", *["verse"] * done, *["-"] * (len(NAMES) - done)]


def test_a_song_with_nothing(at):
    desk = at(SONG_ADDED)
    (song,) = desk.json("status")
    assert (song["sections"], song["stale"]) == ([], [])
    assert next_of(desk)[:3] == ["evolve", "--stage", "chords"]
    assert desk.json("status", "--song", SONG) == desk.json("status")
    assert "no song 'nope'" in desk.refused("status", "--song", "nope")


@pytest.mark.parametrize("stage", STAGES)
def test_what_waits(at, stage):
    before = [SONG_ADDED, *NAMES][NAMES.index(stage)]
    desk = at(before)
    found = evolved(desk, stage)
    assert progress(desk)[stage] == EMPTY | {"waiting": len(found)}
    assert next_of(desk)[0] == "review"
    assert f"{len(found)} waiting" in desk.do("status")
    for candidate in found:
        desk.do("reject", candidate)
    assert progress(desk)[stage] == EMPTY
    assert next_of(desk)[:3] == ["evolve", "--stage", stage]


def test_other_stages_that_can_come_first_are_named(at):
    first = "another stage can come first: "
    assert f"{first}--stage bass, --stage melody\n" in at("chords").do("status")
    assert f"{first}--stage melody\n" in at("drums").do("status")
    assert all(first not in at(stage).do("status") for stage in ("melody", "harmony"))
    assert first not in at(SONG_ADDED).do("status")


def test_a_stage_that_came_first_leaves_the_others(at):
    desk = at("chords")
    assert told_next(desk.do("status"))[2] == "drums"
    assert desk.do("approve", evolved(desk, "bass")[0]).count("--stage melody") == 1


@pytest.mark.parametrize("command", ["label", "note"])
def test_words_about_a_candidate_lead_on(at, command):
    desk = at("chords")
    (chords, *_) = evolved(desk, "chords", "--section", "chorus", seed=2)
    assert told_next(desk.do(command, chords, "refrain")) == next_of(desk)


def test_what_is_stale(at):
    desk = at("bass")
    (chords,) = approved(desk, "chords")
    desk.do("undo", chords)
    assert progress(desk) == dict.fromkeys(NAMES, EMPTY) | {
        "chords": EMPTY | {"waiting": 1},
        "drums": EMPTY | {"stale": ["verse"]},
        "bass": EMPTY | {"stale": ["verse"]},
    }
    (song,) = desk.json("status")
    stale = {(row["id"], row["stage"]) for row in song["stale"]}
    assert stale == {(approved(desk, s)[0][:8], s) for s in ("drums", "bass")}
    assert "verse (stale)" in desk.do("status")
    assert next_of(desk)[0] == "review"


def test_the_section_that_lacks_something_is_named(at):
    desk = at("harmony")
    desk.do("approve", evolved(desk, "chords", "--section", "the bridge", seed=2)[0])
    assert told_next(desk.do("status"))[-2:] == ["--section", "the bridge"]
    assert [section["label"] for section in desk.json("status")[0]["sections"]] == [
        "verse",
        "the bridge",
    ]


def test_no_songs_yet(empty_desk):
    said = empty_desk.type("status")
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
