"""One song, one identity: which proposals are versions of a song that the studio has."""

from __future__ import annotations

import pytest

from engine.cli import songs as songs_commands
from engine.proposals.identity import same_file

FERRY = {
    "title": "The Ferry Has No Other Side",
    "rainbow_color": "Blue",
    "key": "D minor",
    "bpm": 92,
    "tempo": "4/4",
    "concept": "A crossing that never ends.",
}
IDS = {"thread_id": "crossings", "iteration_id": "ferry-1"}


def the_song(shell):
    (listed,) = shell.json("songs", "list")
    return listed


@pytest.mark.parametrize(
    "changed",
    [
        {"bpm": 96},
        {"key": "E minor"},
        {"tempo": "3/4"},
        {"rainbow_color": "Green"},
        {"title": "The Ferry"},
        {"concept": "Another crossing."},
    ],
    ids=lambda changed: next(iter(changed)),
)
@pytest.mark.parametrize("ids", [{}, IDS], ids=["without ids", "with ids"])
def test_an_edited_file_is_a_revision_of_its_song(empty_shell, write, ids, changed):
    (song,) = empty_shell.json("songs", "add", write("ferry.yml", FERRY | ids))["added"]
    edited = write("ferry.yml", FERRY | ids | changed)
    assert empty_shell.json("songs", "add", edited)["revised"] == [song]
    assert the_song(empty_shell)["revision"] == 2
    assert empty_shell.json("songs", "add", edited)["unchanged"] == [song]
    assert empty_shell.json("songs", "add", write("ferry.yml", FERRY | ids))["revised"] == [song]
    assert empty_shell.json("status")[0]["song"] == song


def test_a_song_is_known_by_its_ids_wherever_its_file_is(empty_shell, write):
    (song,) = empty_shell.json("songs", "add", write("ferry.yml", FERRY | IDS))["added"]
    moved = write("later/other.yml", FERRY | IDS | {"title": "Other Side", "concept": "Sea."})
    assert empty_shell.json("songs", "add", moved)["revised"] == [song]


def test_a_song_is_known_by_its_title_in_another_file(empty_shell, write):
    (song,) = empty_shell.json("songs", "add", write("ferry.yml", FERRY))["added"]
    other = write("other.yml", FERRY | {"bpm": 70, "title": "the ferry has no other side"})
    assert empty_shell.json("songs", "add", other)["revised"] == [song]
    assert empty_shell.json("songs", "add", write("third.yml", FERRY | IDS))["revised"] == [song]


def test_iterations_of_a_thread_are_songs_of_their_own(empty_shell, write):
    write("ferry_1.yml", FERRY | IDS)
    folder = write("ferry_2.yml", FERRY | IDS | {"iteration_id": "ferry-2"}).parent
    assert len(empty_shell.json("songs", "add", folder)["added"]) == 2
    third = write("ferry_3.yml", FERRY | IDS | {"iteration_id": "ferry-3"})
    assert len(empty_shell.json("songs", "add", third)["added"]) == 1
    assert len(empty_shell.json("songs", "add", folder)["unchanged"]) == 3


def test_files_of_one_title_added_together_are_songs_of_their_own(empty_shell, write):
    write("a.yml", FERRY)
    folder = write("b.yml", FERRY | {"bpm": 120}).parent
    first, second = empty_shell.json("songs", "add", folder)["added"]
    write("a.yml", FERRY | {"bpm": 80})
    write("b.yml", FERRY | {"bpm": 130})
    assert sorted(empty_shell.json("songs", "add", folder)["revised"]) == sorted([first, second])
    tempos = {row["id"]: row["tempo_bpm"] for row in empty_shell.json("songs", "list")}
    assert sorted(tempos.values()) == [80, 130]


def test_a_file_with_another_song_in_it_is_asked_about(empty_shell, write):
    (song,) = empty_shell.json("songs", "add", write("song.yml", FERRY))["added"]
    path = write("song.yml", FERRY | {"title": "Sea Glass", "concept": "Shards."})
    before = empty_shell.head
    said = empty_shell.type("songs", "add", path)
    assert (said.code, empty_shell.head) == (2, before)
    (line,) = said.err.splitlines()
    assert line == (
        "not added: song.yml: Sea Glass: a new version of The Ferry Has No Other Side "
        f"({song}), or a new song? Add it with --revise {song}, or with --new"
    )
    answer = empty_shell.type("songs", "add", path, "--json")
    assert f'"songs": [\n        "{song}"' in answer.out
    assert empty_shell.json("songs", "add", path, "--new")["added"] != [song]
    assert len(empty_shell.json("songs", "list")) == 2


def test_a_title_of_several_songs_is_asked_about(empty_shell, write):
    write("a.yml", FERRY)
    folder = write("b.yml", FERRY | {"bpm": 120}).parent
    songs = empty_shell.json("songs", "add", folder)["added"]
    third = write("c.yml", FERRY | {"bpm": 60})
    said = empty_shell.type("songs", "add", third)
    assert said.code == 2
    assert all(song in said.err for song in songs)
    told = empty_shell.json("songs", "add", third, "--revise", songs[1])
    assert (told["revised"], told["unclear"]) == ([songs[1]], [])
    assert empty_shell.json("songs", "add", third)["unchanged"] == [songs[1]]


@pytest.mark.parametrize(("answer", "count"), [("1", 1), ("n", 2), ("x\n1", 1)])
def test_at_a_terminal_one_question_is_asked(
    empty_shell, write, monkeypatch, tmp_path, answer, count
):
    empty_shell.do("songs", "add", write("song.yml", FERRY))
    path = write("song.yml", FERRY | {"title": "Sea Glass", "concept": "Shards."})
    typed = tmp_path / "typed"
    typed.write_text(f"{answer}\n")
    monkeypatch.setattr(songs_commands, "_is_at_a_terminal", lambda: True)
    with typed.open() as lines:
        monkeypatch.setattr("sys.stdin", lines)
        out = empty_shell.do("songs", "add", path)
    assert "Sea Glass could be a new version of" in out
    assert len(empty_shell.json("songs", "list")) == count


def test_new_and_revise_are_about_one_proposal(empty_shell, write):
    path = write("ferry.yml", FERRY)
    folder = write("other.yml", FERRY | {"title": "Sea Glass"}).parent
    empty_shell.do("songs", "add", path)
    for option in (("--new",), ("--revise", "ferry")):
        assert "is about one proposal, 2 were read" in empty_shell.refused(
            "songs", "add", folder, *option
        )
    assert "say the opposite" in empty_shell.refused(
        "songs", "add", path, "--new", "--revise", "ferry"
    )
    assert "no song 'nothing'" in empty_shell.refused("songs", "add", path, "--revise", "nothing")


def test_new_makes_a_song_of_what_is_known(empty_shell, write):
    path = write("ferry.yml", FERRY | IDS)
    added = {empty_shell.json("songs", "add", path, "--new")["added"][0] for _ in range(3)}
    assert len(added) == 3


def test_what_was_typed_stays_until_the_file_says_something_else(empty_shell, write):
    path = write("ferry.yml", FERRY)
    (song,) = empty_shell.json("songs", "add", path)["added"]
    empty_shell.do("songs", "edit", song, "--tempo", "100", "--key", "E minor")
    assert empty_shell.json("songs", "add", path)["unchanged"] == [song]
    edited = write("ferry.yml", FERRY | {"rainbow_color": "Red", "key": "C minor"})
    out = empty_shell.do("songs", "add", edited)
    assert "note: tempo: 100 stays, as you typed it; the file has 92 as before" in out
    listed = the_song(empty_shell)
    facts = [listed[name] for name in ("tempo_bpm", "key", "colour")]
    assert facts == [100, "C minor", "Red"]
    empty_shell.do("songs", "add", write("ferry.yml", FERRY | {"bpm": 80}))
    assert the_song(empty_shell)["tempo_bpm"] == 80


def test_options_of_add_are_typed_values_too(empty_shell, write):
    path = write("ferry.yml", FERRY)
    empty_shell.do("songs", "add", path, "--key", "E minor")
    assert empty_shell.json("songs", "add", path)["kept"]
    assert the_song(empty_shell)["key"] == "E minor"
    empty_shell.do("songs", "add", path, "--key", "D minor")
    assert the_song(empty_shell)["key"] == "D minor"
    empty_shell.do("songs", "add", write("ferry.yml", FERRY | {"key": "G minor"}))
    assert the_song(empty_shell)["key"] == "G minor"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a.yml", "a.yml", True),
        ("a.yml", "proposals/a.yml", True),
        ("x/y/a.yml", "y/a.yml", True),
        ("x/a.yml", "y/a.yml", False),
        ("a.yml", "b.yml", False),
        ("ba.yml", "a.yml", False),
    ],
)
def test_names_of_one_file(first, second, same):
    assert same_file(first, second) is same
    assert same_file(second, first) is same
