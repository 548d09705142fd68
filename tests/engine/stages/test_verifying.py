"""Runs of every stage could only have gone the way they went."""

from __future__ import annotations

import pytest

from engine.runs.replay import verify_run
from engine.stages import STAGES
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL, FusionModel
from tests.engine.stages.snapshots import SONG, approved, evolve_words, payload

SMALL = ("--population", "6", "--generations", "1")


def test_runs_of_every_stage_hold(at):
    desk = at("harmony")
    runs = {row["stage"]: row["id"] for row in desk.json("runs")}
    assert list(runs) == list(STAGES)
    with Studio.open(desk.folder) as studio:
        for run in runs.values():
            found = verify_run(studio, run)
            assert found.holds
            assert found.finished_again
            assert (found.generations, found.largest_difference) == (2, 0.0)


@pytest.mark.parametrize("stage", ["bass", "harmony"])
def test_the_model_hears_the_same_again(at, stage):
    desk = at("melody")
    words = [word for word in evolve_words(stage) if word != "--no-model"]
    (run,) = desk.json(*words, *SMALL)
    assert run["model"] == FusionModel.load(DEFAULT_MODEL).sha256
    terms = run["survivors"][0]["terms"]
    assert {"chromatic", "mix.axes", "mix.colour", "mix.confidence"} <= set(terms)
    with Studio.open(desk.folder) as studio:
        found = verify_run(studio, run["run"])
    assert found.holds
    assert found.largest_difference == 0.0


def test_what_was_decided_since_changes_nothing(at):
    desk = at("bass")
    (run,) = (row["id"] for row in desk.json("runs") if row["stage"] == "bass")
    for candidate in (*approved(desk, "bass"), *approved(desk, "drums")):
        desk.do("undo", candidate)
        desk.do("reject", candidate)
    out = desk.do("replay", run, "--verify")
    assert f"run {run} is verified" in out
    assert "largest difference 0.0e+00" in out


def test_the_state_rebuilt_is_the_state_kept(at):
    desk = at("harmony")
    for stage in ("melody", "drums"):
        desk.do("undo", approved(desk, stage)[0])
    before = desk.song(SONG)
    with Studio.open(desk.folder) as studio:
        studio.rebuild()
        assert studio.song(SONG) == before


def test_survivors_say_the_parts_that_are_approved(at):
    desk = at("harmony")
    for event in desk.events("CandidateApproved"):
        assert event.part == payload(desk, event.candidate)
