"""Review: what waits is shown, and what was shown is on record."""

from __future__ import annotations

import pytest
import yaml

from engine.ids import short


def test_the_fixture_holds_what_the_tests_need(shell):
    assert len(shell.candidates()) >= 2
    assert len(shell.candidates("meadow", "chorus")) >= 1
    assert len(shell.candidates("cellar")) >= 1


@pytest.mark.parametrize("where", ["terminal", "json", "yaml"])
def test_what_is_shown_is_recorded_with_order_and_place(shell, where):
    flags = {"terminal": [], "json": ["--json"], "yaml": ["--yaml"]}[where]
    before = len(shell.events("CandidatesPresented"))
    out = shell.do("review", *flags, "--song", "meadow")
    (presented,) = shell.events("CandidatesPresented")[before:]
    assert presented.where == where
    shown = {shell.row(candidate)["run"]: [] for candidate in shell.candidates()}
    shown |= {shell.row(each)["run"]: [] for each in shell.candidates("meadow", "chorus")}
    for candidate in [*shell.candidates(), *shell.candidates("meadow", "chorus")]:
        shown[shell.row(candidate)["run"]].append(candidate)
    runs = reversed(shown.values()) if where == "terminal" else shown.values()
    assert presented.candidates == [candidate for run in runs for candidate in run]
    if where == "yaml":
        out = next(shell.folder.rglob("review.yml")).read_text("utf-8")
    places = [out.index(short(candidate)) for candidate in presented.candidates]
    assert places == sorted(places)


def test_songs_are_recorded_one_by_one(shell):
    shell.do("review")
    shown = shell.events("CandidatesPresented")
    assert len(shown) == 2
    assert set(shell.candidates("cellar")) in [set(event.candidates) for event in shown]


def test_chords_scores_and_the_next_command_are_there(shell):
    first = shell.candidates("meadow", "chorus")[0]
    row = shell.row(first)
    out = shell.do("review", "--song", "meadow")
    assert "Survey of the Meadow after Us — chords for chorus" in out
    assert all(name in out for bar in row["chords"] for name in bar)
    assert "total" not in out
    scored = shell.do("review", "--song", "meadow", "--terms")
    assert f"total {row['total']:.3f}" in scored
    command = out.rpartition("next: ")[2].split()
    assert command == ["engine", "--studio", str(shell.folder), "approve", short(first)]
    shell.do(*command[3:])


def test_what_was_passed_over_is_only_counted(shell):
    first, *others = shell.candidates()
    chorus = shell.candidates("meadow", "chorus")
    shell.do("approve", first)
    out = shell.do("review", "--song", "meadow")
    assert f"\n{len(others)} passed over when " in out
    assert all(short(candidate) in out for candidate in chorus)
    assert not any(short(candidate) in out for candidate in others)
    assert all(short(each) in shell.do("review", "--all", "--song", "meadow") for each in others)
    shell.do("undo", first)
    out = shell.do("review", "--song", "meadow")
    assert all(short(candidate) in out for candidate in [first, *others])
    assert "passed over" not in out


def test_what_came_after_an_approval_is_not_passed_over(shell):
    shell.do("approve", shell.candidates()[0])
    old = shell.candidates()
    quick = ("--population", "8", "--generations", "1", "--bars", "4", "--seed", "11")
    shell.do("evolve", "--song", "meadow", *quick)
    new = [each for each in shell.candidates() if each not in old]
    out = shell.do("review", "--song", "meadow")
    assert new
    assert all(short(candidate) in out for candidate in new)


def test_decided_ones_wait_no_longer_but_can_be_seen(shell):
    first, second, *_ = shell.candidates()
    shell.do("approve", first)
    shell.do("reject", second, "--reason", "no resolution")
    waiting = [row["id"] for row in shell.json("review")]
    assert not {first, second} & set(waiting)
    everything = {row["id"]: row["status"] for row in shell.json("review", "--all")}
    assert (everything[first], everything[second]) == ("approved", "rejected")
    assert set(waiting) == {key for key, status in everything.items() if status == "pending"}


def test_when_nothing_waits_it_says_so_and_records_nothing(shell):
    for row in shell.json("review"):
        shell.do("reject", row["id"])
    before = shell.head
    assert "nothing waits" in shell.do("review")
    assert shell.json("review") == []
    assert shell.head == before


def test_the_yaml_holds_every_candidate_of_the_song(shell):
    first = shell.candidates()[0]
    shell.do("approve", first, "--label", "Opening")
    shell.do("review", "--yaml", "--song", "meadow")
    (path,) = shell.folder.rglob("review.yml")
    document = yaml.safe_load(path.read_text("utf-8"))
    known = shell.song("meadow")
    facts = [document[name] for name in ("key", "bpm", "time_sig", "color")]
    assert facts == [known.key, known.tempo_bpm, known.meter, known.colour]
    assert {row["id"] for row in document["candidates"]} == set(known.candidates)
    row = next(row for row in document["candidates"] if row["id"] == first)
    assert (row["status"], row["label"], row["section"]) == ("approved", "opening", "verse")
