"""Adding songs: once each, whatever shape and however often they come."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.engine.command_line import demo

LISTED = {"id", "title", "colour", "key", "meter", "tempo_bpm"}


@pytest.fixture
def green():
    """The demo song's document."""
    return yaml.safe_load(demo("green").read_text("utf-8"))


def test_a_song_is_added_once(empty_shell):
    first = empty_shell.json("songs", "add", demo("green"))
    head = empty_shell.head
    second = empty_shell.json("songs", "add", demo("green"))
    assert (len(first["added"]), head) == (1, 1)
    assert second["unchanged"] == first["added"]
    assert second["added"] == second["revised"] == []
    assert empty_shell.head == head


def test_the_same_document_in_any_shape_is_the_same_song(empty_shell, green, write):
    empty_shell.do("songs", "add", demo("green"))
    reordered = dict(reversed(green.items()))
    shapes = [
        write("again.yml", reordered),
        write("list.yml", [green]),
        write("wrapped.yml", {"thread_id": "demos", "iterations": [green]}),
        write("thread/manifest.yml", {"thread_id": "demos"}).parent,
    ]
    write("thread/yml/v1.yml", green)
    for shape in shapes:
        answer = empty_shell.json("songs", "add", shape)
        assert [answer[name] for name in ("added", "revised", "refused")] == [[], [], []], shape
        assert len(answer["unchanged"]) == 1
    assert empty_shell.head == 1


def test_the_event_says_where_the_song_came_from(empty_shell, green):
    empty_shell.do("songs", "add", demo("green"))
    (proposed,) = empty_shell.events("SongProposed")
    assert proposed.raw == green
    assert (proposed.source.file, proposed.source.thread_id) == ("green.yml", "demos")
    assert (proposed.meter, proposed.tempo_bpm, proposed.colour) == ("7/8", 84.0, "Green")


def test_a_changed_document_is_a_revision_and_back_again_another(empty_shell, green, write):
    (song,) = empty_shell.json("songs", "add", demo("green"))["added"]
    changed = write("green.yml", green | {"bpm": 90, "mood": ["wide"]})
    assert empty_shell.json("songs", "add", changed)["revised"] == [song]
    assert empty_shell.json("songs", "add", changed)["unchanged"] == [song]
    assert empty_shell.json("songs", "add", demo("green"))["revised"] == [song]
    (listed,) = empty_shell.json("songs", "list")
    assert (listed["revision"], listed["tempo_bpm"]) == (3, 84)
    assert [event.revision for event in empty_shell.events("SongProposed")] == [1, 2, 3]


def test_two_versions_in_one_folder_are_one_song_and_the_last_counts(empty_shell, green, write):
    write("a.yml", green | {"bpm": 70})
    folder = write("b.yml", green | {"bpm": 99}).parent
    said = empty_shell.type("songs", "add", folder)
    assert "note: proposals/a.yml: another version of a song read later" in said.err
    assert "1 added, 1 superseded" in said.out
    (listed,) = empty_shell.json("songs", "list")
    assert (listed["tempo_bpm"], listed["revision"]) == (99, 1)
    again = empty_shell.json("songs", "add", folder)
    assert (again["unchanged"], again["revised"]) == ([listed["id"]], [])
    assert empty_shell.head == 1


def test_options_override_what_can_not_be_read(empty_shell, green, write):
    path = write("odd.yml", green | {"tempo": "1/64", "bpm": 0, "key": "All Keys"})
    wanted = ("--meter", "5/4", "--bpm", "101.5", "--key", "Bb minor")
    empty_shell.do("songs", "add", path, *wanted)
    (listed,) = empty_shell.json("songs", "list")
    assert (listed["meter"], listed["tempo_bpm"], listed["key"]) == ("5/4", 101.5, "Bb minor")


@pytest.mark.parametrize(
    "wrong", [("--meter", "18/21"), ("--bpm", "0"), ("--bpm", "nan"), ("--key", "H"), ("--key", "")]
)
def test_overrides_that_make_no_sense_are_refused(empty_shell, wrong):
    message = empty_shell.refused("songs", "add", demo("green"), *wrong)
    assert "accepted: " in message


def test_a_folder_gives_what_can_be_read(empty_shell, green, write):
    write("bad.yml", green | {"bpm": 0, "iteration_id": "bad"})
    write("notes.yml", {"hello": "world"})
    folder = write("good.yml", green).parent
    said = empty_shell.type("songs", "add", folder)
    assert (said.code, len(said.err.splitlines())) == (0, 1)
    assert "1 added, 1 refused, 1 not proposals" in said.out
    answer = empty_shell.json("songs", "add", folder)
    (refused,) = answer["refused"]
    assert set(refused) == {"file", "item", "field", "value", "accepted"}
    assert (refused["file"], refused["field"], refused["value"]) == (
        "proposals/bad.yml",
        "bpm",
        "0",
    )
    assert answer["skipped"] == ["proposals/notes.yml"]


def test_a_named_file_that_is_refused_fails_even_beside_good_ones(empty_shell, green, write):
    bad = write("bad.yml", green | {"bpm": 0, "iteration_id": "bad"})
    said = empty_shell.type("songs", "add", demo("green"), bad, "--json")
    answer = json.loads(said.out)
    assert (said.code, len(answer["added"]), len(answer["refused"])) == (2, 1, 1)


def test_the_shapes_of_the_answers(shell):
    for listed in shell.json("songs", "list"):
        assert set(listed) >= LISTED
        shown = shell.json("songs", "show", listed["id"])
        assert {name: shown[name] for name in LISTED} == {name: listed[name] for name in LISTED}
        assert shown["stale"] == []


def test_an_empty_studio_says_what_to_do(empty_shell):
    assert empty_shell.json("songs", "list") == []
    out = empty_shell.do("songs", "list")
    assert "no songs yet" in out
    assert out.rstrip().endswith("demo")


def test_warnings_are_shown_and_recorded(empty_shell, green, write):
    path = write("word.yml", green | {"tempo": "Moderate driving"})
    out = empty_shell.do("songs", "add", path)
    (proposed,) = empty_shell.events("SongProposed")
    assert (proposed.meter, proposed.tempo_marking) == ("4/4", "Moderate driving")
    assert proposed.warnings
    assert all(f"note: {warning}" in out for warning in proposed.warnings)
    assert proposed.warnings[0] in empty_shell.do("songs", "show", "meadow")


def test_a_refused_file_is_one_line_and_nothing_is_appended(empty_shell, green, write):
    path = write("odd.yml", green | {"tempo": "18/21"})
    said = empty_shell.type("songs", "add", path)
    (line,) = said.err.splitlines()
    assert line.startswith("refused: odd.yml: tempo: 18/21 (accepted: ")
    assert "--meter overrides" in line
    assert "1 refused" in said.out
    assert said.code == 2
    gone = empty_shell.type("songs", "add", path.with_name("gone.yml"))
    assert (gone.code, gone.err.partition(" (")[0]) == (
        2,
        "refused: gone.yml: file: does not exist",
    )
    (path.parent / "empty").mkdir()
    assert empty_shell.type("songs", "add", path.parent / "empty").code == 2
    assert empty_shell.head == 0
