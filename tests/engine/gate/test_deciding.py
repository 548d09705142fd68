"""Approve, reject, note and undo: each is one event, and none is ever lost."""

from __future__ import annotations

import pytest

from engine.gate import decisions
from engine.ids import resolve, short
from engine.state.studio import Studio
from genomes import StageGenomes
from store.errors import StaleStream


def test_an_unambiguous_beginning_is_enough(desk):
    first = desk.candidates()[0]
    others = [row["id"] for row in desk.json("review", "--all") if row["id"] != first]
    prefix = next(p for n in range(1, 21) if not any(o.startswith(p := first[:n]) for o in others))
    assert desk.json("approve", prefix)["candidate"] == first


def test_ids_that_nothing_or_several_begin_with(desk):
    first = desk.candidates()[0]
    for unknown in ("zzz", "", first + "0", first.upper() + "x"):
        message = desk.refused("approve", unknown)
        assert message == f"no candidate {unknown!r}; see engine review"
    assert desk.refused("songs", "show", "nope") == "no song 'nope'; see engine songs list"
    assert desk.refused("songs", "show", "").startswith("no song ''")


def test_an_ambiguous_beginning_names_the_first_few_it_could_be():
    with pytest.raises(Exception, match=r"candidate 'a' could be 2 \(ab, ac\); type more of it, X"):
        resolve("a", ["ab", "ac", "b"], "candidate", "X")
    with pytest.raises(Exception, match=r"could be 6 \(a0, a1, a2, a3 …\)"):
        resolve("a", [f"a{n}" for n in range(6)], "candidate", "X")
    assert resolve("a", ["a", "ab"], "candidate", "X") == "a"


def test_an_approval_carries_everything(desk):
    first = desk.candidates()[0]
    desk.do("approve", first, "--label", "Verse", "--note", "patient")
    (approved,) = desk.events("CandidateApproved")
    (noted,) = desk.events("CandidateNoted")
    survivor = next(s for run in desk.events("RunFinished") for s in run.survivors if s.id == first)
    assert (approved.part, approved.genome) == (survivor.part, survivor.genome)
    assert (approved.display_label, approved.label, approved.policy) == ("Verse", "verse", None)
    assert (noted.candidate, noted.text) == (first, "patient")
    assert approved.context_position == desk.song("meadow").position


def test_approving_twice_is_refused_with_what_to_do(desk):
    first = desk.candidates()[0]
    desk.do("approve", first)
    message = desk.refused("approve", first, "--note", "half of a command")
    assert message.startswith(f"{short(first)} is approved already as verse; run engine undo ")
    desk.do("undo", first)
    desk.do("approve", first)


def test_an_approved_part_can_be_rejected_and_comes_back_by_undo(desk):
    first = desk.candidates()[0]
    desk.do("approve", first)
    file = desk.approved_file("verse")
    notes = file.read_bytes()
    desk.do("reject", first)
    assert (desk.row(first)["status"], file.exists()) == ("rejected", False)
    desk.do("undo", first)
    assert (desk.row(first)["status"], file.read_bytes()) == ("approved", notes)
    desk.do("undo", first)
    assert (desk.row(first)["status"], file.exists()) == ("pending", False)
    assert len(desk.events("DecisionUndone")) == 2


def test_undo_without_an_id_takes_back_what_was_decided_last(desk):
    first, second, *_ = desk.candidates()
    desk.do("approve", first)
    desk.do("reject", second)
    assert desk.json("undo")["candidate"] == second
    assert desk.json("undo")["candidate"] == first
    assert desk.refused("undo") == "nothing has been decided yet; see engine review"


def test_notes_add_up(desk):
    first = desk.candidates()[0]
    for text in ("too busy", "no, it is fine", "élan — 静か"):
        desk.do("note", first, text)
    assert desk.row(first)["notes"] == ["too busy", "no, it is fine", "élan — 静か"]
    assert "note: élan — 静か" in desk.do("review", "--song", "meadow")
    desk.do("approve", first)
    desk.do("undo", first)
    assert len(desk.row(first)["notes"]) == 3
    assert desk.refused("note", first, "  ") == "the note is empty"


def test_the_notes_of_an_approval_are_never_rendered_again(desk, monkeypatch):
    def broken(*_):
        raise AssertionError("an approved part was rendered")

    monkeypatch.setattr(StageGenomes, "render", broken)
    desk.do("approve", desk.candidates()[0])
    written = desk.approved_file("verse").read_bytes()
    desk.approved_file("verse").unlink()
    desk.do("export")
    assert desk.approved_file("verse").read_bytes() == written


def test_a_policy_is_named_in_the_event(desk):
    first = desk.candidates()[0]
    with Studio.open(desk.folder) as studio:
        decisions.approve(studio, first, policy="the best survivor")
    assert desk.events("CandidateApproved")[0].policy == "the best survivor"


def test_what_others_decided_meanwhile_counts(desk, monkeypatch):
    first = desk.candidates()[0]
    with Studio.open(desk.folder) as ours, Studio.open(desk.folder) as theirs:

        def overtaken(*_):
            monkeypatch.undo()
            decisions.approve(theirs, first)
            raise StaleStream("song", 1, 2)

        monkeypatch.setattr(ours, "append", overtaken)
        with pytest.raises(Exception, match="approved already"):
            decisions.approve(ours, first)
    assert len(desk.events("CandidateApproved")) == 1


def test_what_makes_no_sense_is_refused_and_leaves_nothing(desk):
    first, second, *_ = desk.candidates()
    desk.refused("approve", first, "--label", "!!", "--note", "good")
    desk.refused("approve", first, "--note", " \n")
    desk.do("reject", first, "--reason", "no resolution")
    assert desk.events("CandidateRejected")[0].reason == "no resolution"
    assert "rejected already" in desk.refused("reject", first)
    assert "nothing was decided" in desk.refused("undo", second)
    assert "no candidate ''" in desk.refused("undo", "")
    desk.do("undo", first[:10])
    assert desk.row(first)["status"] == "pending"
