"""More, less, least good, can't tell: said of candidates, recorded, and taken back."""

from __future__ import annotations

import pytest

from engine.ids import short
from engine.state.studio import Studio
from tests.engine.gate.test_walks import documents

WORDS = ("more", "less", "least", "cant-tell")


@pytest.mark.parametrize("word", WORDS)
def test_what_is_said_names_what_was_shown_beside_it(shell, word):
    shell.do("review", "--all")
    first, *others = shell.candidates()
    said = shell.json(word, first)
    assert said["kind"] == "PreferenceStated"
    assert (said["candidate"], said["preference"]) == (first, word)
    assert said["among"] == others
    assert shell.row(first)["status"] == "pending"


@pytest.mark.parametrize("word", WORDS)
def test_it_is_said_once_and_taken_back(shell, word):
    shell.do("review", "--song", "meadow", "--all")
    first, *_ = shell.candidates()
    before = documents(shell)
    assert short(first) in shell.do(word, first)
    assert "already" in shell.refused(word, first)
    assert documents(shell) == documents(shell, rebuilt=True)
    assert "decision taken back: " in shell.do("undo", first)
    assert shell.song("meadow").preferences == ()
    assert "nothing was decided" in shell.refused("undo", first)
    assert documents(shell) == documents(shell, rebuilt=True) != before


@pytest.mark.parametrize("word", ["least", "cant-tell"])
def test_without_others_there_is_nothing_to_compare(shell, word):
    (alone,) = shell.candidates("cellar")
    assert "no other was shown beside" in shell.refused(word, alone)
    first, *others = shell.candidates()
    shell.do("listen", first, "--json")
    assert shell.events("CandidatesPresented")[-1].candidates == [first]
    assert shell.json(word, first)["among"] == others  # shown together before


def test_nothing_was_shown_yet(shell):
    with Studio.open(shell.folder) as studio:
        song = next(each for each in studio.songs().values() if "Meadow" in each.title)
    first = next(iter(song.candidates))
    assert "no other was shown beside" in shell.refused("least", first)
    assert shell.json("more", first)["among"] == []


def test_cant_tell_of_several_is_taken_back_by_any_of_them(shell):
    first, second, *_ = shell.candidates()
    chorus = shell.candidates("meadow", "chorus")[0]
    cellar = shell.candidates("cellar")[0]
    assert shell.json("cant-tell", first, second)["among"] == [second]
    shell.do("undo", second)
    assert shell.song("meadow").preferences == ()
    assert shell.json("cant-tell", first, chorus)["among"] == [chorus]
    assert "not of one song" in shell.refused("cant-tell", first, cellar)


def test_a_run_that_shall_be_like_a_candidate_says_so(shell):
    first = shell.candidates()[0]
    quick = ("--population", "8", "--generations", "1", "--seed", "5")
    shell.do("evolve", "--song", "meadow", "--more-like", first, *quick)
    (stated,) = shell.song("meadow").preferences
    assert (stated.candidate, stated.preference, stated.among) == (first, "more", ())
    assert documents(shell) == documents(shell, rebuilt=True)
    assert "decision taken back: more like this" in shell.do("undo")
    assert shell.song("meadow").preferences == ()


def test_pending_in_a_review_file_leaves_what_was_said(shell):
    first, *_ = shell.candidates()
    shell.do("approve", first)
    shell.do("more", first)
    shell.do("review", "--yaml", "--song", "meadow")
    path = next(shell.folder.glob("exports/meadow*/review.yml"))
    path.write_text(path.read_text("utf-8").replace("approved", "pending"), "utf-8")
    shell.do("review", "--apply", path)
    assert shell.row(first)["status"] == "pending"
    assert [each.preference for each in shell.song("meadow").preferences] == ["more"]
