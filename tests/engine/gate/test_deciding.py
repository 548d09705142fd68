"""Approve, reject, note and undo: each is one event, and none is ever lost."""

from __future__ import annotations

import pytest

from engine.gate import decisions
from engine.ids import resolve, short
from engine.state.studio import Studio
from genomes import StageGenomes
from store.errors import StaleStream
from tests.engine.command_line import on_both


def test_an_unambiguous_beginning_is_enough(shell):
    first = shell.candidates()[0]
    others = [row["id"] for row in shell.json("review", "--all") if row["id"] != first]
    prefix = next(p for n in range(1, 21) if not any(o.startswith(p := first[:n]) for o in others))
    assert shell.json("approve", prefix)["candidate"] == first


def test_ids_that_nothing_or_several_begin_with(shell):
    first = shell.candidates()[0]
    for unknown in ("zzz", "", first + "0", first.upper() + "x"):
        message = shell.refused("approve", unknown)
        assert message == f"no candidate {unknown!r}; see engine review"
    assert shell.refused("songs", "show", "nope") == "no song 'nope'; see engine songs list"
    assert shell.refused("songs", "show", "").startswith("no song ''")


def test_an_ambiguous_beginning_names_the_first_few_it_could_be():
    with pytest.raises(Exception, match=r"candidate 'a' could be 2 \(ab, ac\); type more of it, X"):
        resolve("a", ["ab", "ac", "b"], "candidate", "X")
    with pytest.raises(Exception, match=r"could be 6 \(a0, a1, a2, a3 …\)"):
        resolve("a", [f"a{n}" for n in range(6)], "candidate", "X")
    assert resolve("a", ["a", "ab"], "candidate", "X") == "a"


@on_both
def test_an_approval_carries_everything(shell):
    first = shell.candidates()[0]
    shell.do("approve", first, "--label", "Verse", "--note", "patient")
    (approved,) = shell.events("CandidateApproved")
    (noted,) = shell.events("CandidateNoted")
    survivor = next(
        s for run in shell.events("RunFinished") for s in run.survivors if s.id == first
    )
    assert (approved.part, approved.genome) == (survivor.part, survivor.genome)
    assert (approved.display_label, approved.label, approved.policy) == ("Verse", "verse", None)
    assert (noted.candidate, noted.text) == (first, "patient")
    assert approved.context_position == shell.song("meadow").position


@on_both
def test_approving_twice_is_refused_with_what_to_do(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    message = shell.refused("approve", first, "--note", "half of a command")
    assert message.startswith(f"{short(first)} is approved already as verse; run engine undo ")
    shell.do("undo", first)
    shell.do("approve", first)


@on_both
def test_an_approved_part_can_be_rejected_and_comes_back_by_undo(shell):
    first = shell.candidates()[0]
    shell.do("approve", first)
    file = shell.approved_file("verse")
    notes = file.read_bytes()
    shell.do("reject", first)
    assert (shell.row(first)["status"], file.exists()) == ("rejected", False)
    shell.do("undo", first)
    assert (shell.row(first)["status"], file.read_bytes()) == ("approved", notes)
    shell.do("undo", first)
    assert (shell.row(first)["status"], file.exists()) == ("pending", False)
    assert len(shell.events("DecisionUndone")) == 2


@on_both
def test_undo_without_an_id_takes_back_what_was_decided_last(shell):
    first, second, *_ = shell.candidates()
    shell.do("approve", first)
    shell.do("reject", second)
    assert shell.json("undo")["candidate"] == second
    assert shell.json("undo")["candidate"] == first
    assert shell.refused("undo") == "nothing has been decided yet; see engine review"


@on_both
def test_notes_add_up(shell):
    first = shell.candidates()[0]
    for text in ("too busy", "no, it is fine", "élan — 静か"):
        shell.do("note", first, text)
    assert shell.row(first)["notes"] == ["too busy", "no, it is fine", "élan — 静か"]
    assert "note: élan — 静か" in shell.do("review", "--song", "meadow")
    shell.do("approve", first)
    shell.do("undo", first)
    assert len(shell.row(first)["notes"]) == 3
    assert shell.refused("note", first, "  ") == "the note is empty"


def test_the_notes_of_an_approval_are_never_rendered_again(shell, monkeypatch):
    def broken(*_):
        raise AssertionError("an approved part was rendered")

    monkeypatch.setattr(StageGenomes, "render", broken)
    shell.do("approve", shell.candidates()[0])
    written = shell.approved_file("verse").read_bytes()
    shell.approved_file("verse").unlink()
    shell.do("export")
    assert shell.approved_file("verse").read_bytes() == written


def test_a_policy_is_named_in_the_event(shell):
    first = shell.candidates()[0]
    with Studio.open(shell.folder) as studio:
        decisions.approve(studio, first, policy="the best survivor")
    assert shell.events("CandidateApproved")[0].policy == "the best survivor"


@on_both
def test_what_others_decided_meanwhile_counts(shell, monkeypatch):
    first = shell.candidates()[0]
    with Studio.open(shell.folder) as ours, Studio.open(shell.folder) as theirs:

        def overtaken(*_):
            monkeypatch.undo()
            decisions.approve(theirs, first)
            raise StaleStream("song", 1, 2)

        monkeypatch.setattr(ours, "append", overtaken)
        with pytest.raises(Exception, match="approved already"):
            decisions.approve(ours, first)
    assert len(shell.events("CandidateApproved")) == 1


def test_what_makes_no_sense_is_refused_and_leaves_nothing(shell):
    first, second, *_ = shell.candidates()
    shell.refused("approve", first, "--label", "!!", "--note", "good")
    shell.refused("approve", first, "--note", " \n")
    shell.do("reject", first, "--reason", "no resolution")
    assert shell.events("CandidateRejected")[0].reason == "no resolution"
    assert "rejected already" in shell.refused("reject", first)
    assert "nothing was decided" in shell.refused("undo", second)
    assert "no candidate ''" in shell.refused("undo", "")
    shell.do("undo", first[:10])
    assert shell.row(first)["status"] == "pending"
