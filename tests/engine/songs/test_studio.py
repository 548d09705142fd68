"""The studio: its folder, its ids, and state that can always be made again."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from engine.errors import NotFound, Refused
from engine.ids import digest
from engine.state import studio as studio_module
from engine.state.location import Location
from engine.state.studio import Studio
from store.errors import StaleStream
from store.events import CandidateNoted
from store.records import NewEvent


def test_the_folder_comes_from_option_environment_or_habit(tmp_path, monkeypatch):
    monkeypatch.delenv("ENGINE_STUDIO", raising=False)
    assert str(Location.named(None, None).folder) == "studio"
    monkeypatch.setenv("ENGINE_STUDIO", "")
    assert str(Location.named(None, None).folder) == "studio"
    monkeypatch.setenv("ENGINE_STUDIO", "/elsewhere")
    assert Location.named(None, None).folder == Path("/elsewhere")
    assert Location.named(str(tmp_path), None) == Location(tmp_path)


def test_opening_makes_the_folder(tmp_path):
    with Studio.open(tmp_path / "a" / "b") as studio:
        assert (studio.songs(), studio.runs()) == ({}, {})
    assert sorted(path.name for path in (tmp_path / "a" / "b").glob("[!.]*")) == [
        "HEAD",
        "studio.db",
    ]


def test_a_nameless_user_is_a_person(tmp_path, monkeypatch):
    def nameless():
        raise OSError("no user database")

    monkeypatch.setattr(getpass, "getuser", nameless)
    with Studio.open(tmp_path) as studio:
        assert studio.actor == "person"


def test_one_who_is_always_overtaken_gives_up_in_words(tmp_path, monkeypatch):
    calls = []

    def overtaken(*arguments):
        calls.append(arguments)
        raise StaleStream("song/x", 0, 1)

    monkeypatch.setattr(studio_module, "DECIDING_PATIENCE_S", 0.3)
    with Studio.open(tmp_path) as studio:
        monkeypatch.setattr(studio, "append", overtaken)
        with pytest.raises(Refused, match="song/x is being written to by others"):
            studio.decide(
                "song/x", lambda: [NewEvent(CandidateNoted(candidate="c", text="t"), actor="a")]
            )
    assert len(calls) > 3


def test_what_comes_between_reading_and_writing_makes_it_read_again(tmp_path):
    """The version is taken before the state is read, or somebody could slip in between."""
    stream, seen = "studio", []

    def noted(text):
        return NewEvent(CandidateNoted(candidate="c", text=text), actor="a")

    with Studio.open(tmp_path) as ours, Studio.open(tmp_path) as theirs:

        def make():
            seen.append(ours.log.version(stream))
            if len(seen) == 1:
                theirs.append(stream, [noted("theirs")], 0)
            return [noted("ours")]

        ours.decide(stream, make)
        texts = [event.payload.text for event in ours.log.read(stream=stream)]
    assert (seen, texts) == ([0, 1], ["theirs", "ours"])


def test_an_event_that_is_not_there(tmp_path):
    with Studio.open(tmp_path) as studio, pytest.raises(NotFound, match="no event at position 7"):
        studio.event(7)


def test_digests_depend_on_every_fact_and_not_on_the_order_of_keys():
    assert digest("a", {"x": 1, "y": 2}) == digest("a", {"y": 2, "x": 1})
    assert len({digest("a", "b"), digest("ab"), digest("b", "a"), digest(["a", "b"])}) == 4
