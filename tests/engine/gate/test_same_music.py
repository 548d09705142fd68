"""One piece of music as a candidate of two songs."""

from __future__ import annotations

import json

import pytest
import yaml

from engine.cli import run

SONG = {
    "key": "D minor",
    "bpm": 90,
    "tempo": "4/4",
    "concept": "the same ground",
    "mood": ["still"],
}
SMALL = ("--population", "8", "--generations", "2", "--bars", "4", "--seed", "5", "--no-model")


@pytest.fixture
def type_json(tmp_path, capsys):
    def type_(*words):
        assert run([*words, "--studio", str(tmp_path / "studio"), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return type_


@pytest.fixture
def twins(tmp_path, type_json):
    """Two songs alike in sound whose runs gave the same survivors: (song ids, candidate ids)."""
    for title, colour in (("First", "Red"), ("Second", "Blue")):
        path = tmp_path / f"{title}.yml"
        path.write_text(yaml.safe_dump(SONG | {"title": title, "rainbow_color": colour}))
        type_json("songs", "add", str(path))
    songs = sorted(song["id"] for song in type_json("songs", "list"))
    found = [type_json("evolve", "--song", song, *SMALL)[0]["survivors"] for song in songs]
    ids = [[survivor["id"] for survivor in survivors] for survivors in found]
    assert ids[0] == ids[1]
    return songs, ids[0]


def status(type_json, song, candidate):
    shown = type_json("review", "--all", "--song", song)
    return next(entry["status"] for entry in shown if entry["id"] == candidate)


def test_the_song_that_was_seen_last_is_meant(twins, type_json):
    (first, second), (best, *_) = twins
    type_json("approve", best)
    assert status(type_json, second, best) == "approved"
    assert status(type_json, first, best) == "pending"


def test_a_song_can_be_named(twins, type_json):
    (first, second), (best, *_) = twins
    type_json("approve", best, "--song", first)
    type_json("reject", best, "--song", second)
    assert status(type_json, first, best) == "approved"
    assert status(type_json, second, best) == "rejected"
    type_json("undo", "--song", first)
    assert status(type_json, first, best) == "pending"
    assert status(type_json, second, best) == "rejected"


def test_undo_takes_back_what_was_decided_last(twins, type_json):
    (first, second), (best, *_) = twins
    type_json("approve", best)
    type_json("approve", best, "--song", first)
    type_json("undo")
    assert status(type_json, first, best) == "pending"
    assert status(type_json, second, best) == "approved"
