"""Songs are found by id, title or words of it; where nothing fits, something is suggested."""

from __future__ import annotations

import pytest
import yaml

TITLES = {
    "The Ferry Has No Other Side": "ferry.yml",
    "Sea Glass": "glass.yml",
    "Sea Wall": "wall.yml",
    "Séance Engine": "seance.yml",
    "Über den Fluß": "fluss.yml",
    "川の歌": "river.yml",
    "Don't Go": "go.yml",
}


@pytest.fixture
def studio(empty_shell, tmp_path):
    for title, name in TITLES.items():
        document = {"title": title, "rainbow_color": "Blue", "key": "D minor", "bpm": 92}
        (tmp_path / name).write_text(yaml.safe_dump(document), "utf-8")
        empty_shell.do("songs", "add", tmp_path / name)
    return empty_shell


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("the-ferry", "The Ferry Has No Other Side"),
        ("The Ferry Has No Other Side", "The Ferry Has No Other Side"),
        ("ferry", "The Ferry Has No Other Side"),
        ("SIDE ferry", "The Ferry Has No Other Side"),
        ("ferr", "The Ferry Has No Other Side"),
        ("sea glass", "Sea Glass"),
        ("wall", "Sea Wall"),
        ("seance", "Séance Engine"),
        ("séance engine", "Séance Engine"),
        ("fluß", "Über den Fluß"),
        ("uber", "Über den Fluß"),
        ("川の歌", "川の歌"),
        ("dont go", "Don't Go"),
        ("don't", "Don't Go"),
    ],
)
def test_a_song_is_found(studio, typed, title):
    assert studio.json("songs", "show", typed)["title"] == title


def test_several_are_named_with_their_titles(studio):
    message = studio.refused("songs", "show", "sea")
    assert message.startswith("song 'sea' could be 2 (Sea Glass (sea-glass-")
    assert "Sea Wall (sea-wall-" in message
    assert message.endswith("type more of it, see engine songs list")


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [("ferri", "The Ferry"), ("see glass", "Sea Glass"), ("waal", "Sea Wall")],
)
def test_something_similar_is_suggested(studio, typed, suggested):
    message = studio.refused("songs", "show", typed)
    assert message.startswith(f"no song '{typed}'; did you mean {suggested}")
    assert message.endswith("? see engine songs list")


@pytest.mark.parametrize("typed", ["zzzz", "", " ", "?!", "%"])
def test_nothing_similar_is_not(studio, typed):
    assert studio.refused("songs", "show", typed) == f"no song {typed!r}; see engine songs list"


def test_an_archived_song_makes_room(studio):
    studio.do("songs", "archive", "sea wall")
    assert studio.json("songs", "show", "sea")["title"] == "Sea Glass"
    assert studio.json("songs", "show", "wall")["title"] == "Sea Wall"


def test_the_error_from_another_folder_says_where_it_looked(empty_shell):
    message = empty_shell.type("status").error
    assert message.startswith(f"there is no studio in {empty_shell.folder.absolute()}; ")
    assert "--studio DIR" in message
    assert "ENGINE_STUDIO" in message
