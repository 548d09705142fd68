"""The demo: one command from nothing to a MIDI file."""

from __future__ import annotations

import pytest

from engine.runs import run as runs
from fitness.fusion import DEFAULT_MODEL, FusionModel

QUICK = ("--generations", "0")


def test_from_nothing_to_midi(empty_desk):
    out = empty_desk.do("demo", *QUICK)
    (approved,) = empty_desk.events("CandidateApproved")
    assert (approved.label, approved.policy) == ("verse", "demo: the best survivor")
    (started,) = empty_desk.events("RunStarted")
    assert started.model_sha256 == FusionModel.load(DEFAULT_MODEL).sha256
    assert empty_desk.approved_file("verse").is_file()
    assert str(empty_desk.approved_file("verse")) in out
    command = out.rpartition("next: ")[2].split()
    assert command[:3] == ["engine", "--studio", str(empty_desk.folder)]
    assert "is verified" in empty_desk.do(*command[3:])
    assert "are sound" in empty_desk.do("verify")


def test_again_it_approves_the_next_best(empty_desk):
    for _ in range(2):
        empty_desk.do("demo", *QUICK)
    labels = [event.label for event in empty_desk.events("CandidateApproved")]
    assert labels == ["verse", "verse_2"]
    assert len(empty_desk.events("SongProposed")) == 1


def test_when_nothing_new_comes_out_it_says_so(empty_desk, monkeypatch):
    monkeypatch.setattr(runs, "choose_survivors", lambda *_: [])
    assert "nothing new came out" in empty_desk.do("demo", *QUICK)
    assert empty_desk.events("CandidateApproved") == []


@pytest.mark.parametrize("colour", ["Black", "V", "indigo"])
def test_every_colour_has_a_demo(empty_desk, colour):
    empty_desk.do("demo", "--color", colour, *QUICK)
    (song,) = empty_desk.json("songs", "list")
    assert song["colour"][0] == colour[0].upper()
