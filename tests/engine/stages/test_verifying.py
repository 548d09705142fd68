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
    shell = at("harmony")
    runs = {row["stage"]: row["id"] for row in shell.json("runs")}
    assert list(runs) == list(STAGES)
    with Studio.open(shell.folder) as studio:
        for run in runs.values():
            found = verify_run(studio, run)
            assert found.holds
            assert found.finished_again
            assert (found.generations, found.largest_difference) == (2, 0.0)


@pytest.mark.parametrize("stage", ["bass", "harmony"])
def test_the_model_hears_the_same_again(at, stage):
    shell = at("melody")
    words = [word for word in evolve_words(stage) if word != "--no-model"]
    (run,) = shell.json(*words, *SMALL)
    assert run["model"] == FusionModel.load(DEFAULT_MODEL).sha256
    terms = run["survivors"][0]["terms"]
    assert {"chromatic", "mix.axes", "mix.colour", "mix.confidence"} <= set(terms)
    with Studio.open(shell.folder) as studio:
        found = verify_run(studio, run["run"])
    assert found.holds
    assert found.largest_difference == 0.0


def test_what_was_decided_since_changes_nothing(at):
    shell = at("bass")
    (run,) = (row["id"] for row in shell.json("runs") if row["stage"] == "bass")
    for candidate in (*approved(shell, "bass"), *approved(shell, "drums")):
        shell.do("undo", candidate)
        shell.do("reject", candidate)
    out = shell.do("replay", run, "--verify")
    assert f"run {run} is verified" in out
    assert "largest difference 0.0e+00" in out


def test_the_state_rebuilt_is_the_state_kept(at):
    shell = at("harmony")
    for stage in ("melody", "drums"):
        shell.do("undo", approved(shell, stage)[0])
    before = shell.song(SONG)
    with Studio.open(shell.folder) as studio:
        studio.rebuild()
        assert studio.song(SONG) == before


def test_survivors_say_the_parts_that_are_approved(at):
    shell = at("harmony")
    for event in shell.events("CandidateApproved"):
        assert event.part == payload(shell, event.candidate)
