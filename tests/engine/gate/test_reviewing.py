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
    assert presented.candidates == [*shell.candidates(), *shell.candidates("meadow", "chorus")]
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
    first = shell.candidates()[0]
    row = shell.row(first)
    out = shell.do("review", "--song", "meadow")
    assert f"{short(first)}  Survey of the Meadow after Us — chords, verse" in out
    assert f"total {row['total']:.3f}" in out
    assert all(name in out for bar in row["chords"] for name in bar)
    command = out.rpartition("next: ")[2].split()
    assert command == ["engine", "--studio", str(shell.folder), "approve", short(first)]
    shell.do(*command[3:])


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
    facts = [document[name] for name in ("key", "bpm", "time_sig", "color", "pipeline")]
    assert facts == [known.key, known.tempo_bpm, known.meter, known.colour, "chords"]
    assert {row["id"] for row in document["candidates"]} == set(known.candidates)
    row = next(row for row in document["candidates"] if row["id"] == first)
    assert (row["status"], row["label"], row["section"]) == ("approved", "opening", "verse")
