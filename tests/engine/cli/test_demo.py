"""The demo: one command from nothing to a MIDI file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runs import files
from engine.runs import run as runs
from engine.stages import STAGES
from fitness.fusion import DEFAULT_MODEL, FusionModel

QUICK = ("--generations", "0", "--no-song")


def test_from_nothing_to_midi(empty_shell):
    out = empty_shell.do("demo", *QUICK)
    (approved,) = empty_shell.events("CandidateApproved")
    assert (approved.label, approved.policy) == ("verse", "demo: the best survivor")
    (started,) = empty_shell.events("RunStarted")
    assert started.model_sha256 == FusionModel.load(DEFAULT_MODEL).sha256
    assert empty_shell.approved_file("verse").is_file()
    assert str(empty_shell.approved_file("verse")) in out
    command = out.rpartition("next: ")[2].split()
    assert command[:3] == ["engine", "--studio", str(empty_shell.folder)]
    assert "is verified" in empty_shell.do(*command[3:])
    assert "are sound" in empty_shell.do("verify")


def test_again_it_approves_the_next_best(empty_shell):
    for _ in range(2):
        empty_shell.do("demo", *QUICK)
    labels = [event.label for event in empty_shell.events("CandidateApproved")]
    assert labels == ["verse", "verse_2"]
    assert len(empty_shell.events("SongProposed")) == 1


def test_a_demo_that_failed_before_it_approved_goes_on(empty_shell, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files, "write_files", full)
        assert "stands, as events" in empty_shell.type("demo", *QUICK).err
    empty_shell.do("demo", *QUICK)
    (started,) = empty_shell.events("RunStarted")
    (approved,) = empty_shell.events("CandidateApproved")
    assert (started.stage, approved.label) == ("chords", "verse")


def test_when_nothing_new_comes_out_it_says_so(empty_shell, monkeypatch):
    monkeypatch.setattr(runs, "choose_survivors", lambda *_: [])
    assert "nothing new came out" in empty_shell.do("demo", *QUICK)
    assert empty_shell.events("CandidateApproved") == []


def test_it_ends_with_a_small_whole_song(empty_shell):
    out = empty_shell.do("demo", "--generations", "0", "--audio", "none")
    (arranged,) = empty_shell.events("ArrangementAssembled")
    (best, *_) = empty_shell.events("CandidateApproved")
    assert best.policy == "demo: the best survivor"
    assert best.candidate in arranged.parts
    assert {row["stage"] for row in empty_shell.json("review", "--all")
            if row["status"] == "approved"} == set(STAGES)  # fmt: skip
    for name in ("song.mid", "song.musicxml", "song.png"):
        (path,) = [Path(line.strip()) for line in out.splitlines() if line.endswith(name)]
        assert path.is_file()
    assert "Verse 1" in out
    assert "Chorus" in out


def test_a_format_that_is_none_is_refused_before_anything_is_composed(empty_shell):
    assert "--audio mp9" in empty_shell.type("demo", "--audio", "mp9").err
    assert not empty_shell.folder.exists()


@pytest.mark.parametrize("colour", ["Black", "V", "indigo"])
def test_every_colour_has_a_demo(empty_shell, colour):
    empty_shell.do("demo", "--color", colour, *QUICK)
    (song,) = empty_shell.json("songs", "list")
    assert song["colour"][0] == colour[0].upper()
