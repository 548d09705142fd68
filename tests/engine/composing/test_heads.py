"""A composition goes by the heads that were in use when it began, and says what was stopped."""

from __future__ import annotations

import numpy as np

from engine.cli import progress
from engine.evolution import watch
from engine.models.registry import STREAM
from engine.preference.heads import HeadRegistry, roll_back_heads
from engine.runs.replay import verify_run
from engine.state.studio import Studio
from fitness.preference.bradley_terry import Posterior
from fitness.preference.head import PreferenceHead, head_columns
from store.events import HeadPromoted, HeadTrained
from store.records import NewEvent
from tests.engine.composing.compositions import words

# One section of one bar, and lineages enough that every stage has runs.
SMALL = {"sections": "verse=1", "population": 6, "beam": 1, "arrangements": 1}


def promoted(studio: Studio, stage: str, seed: int) -> str:
    """A head of any weights, in use for a stage."""
    rng = np.random.default_rng(seed)
    size = len(head_columns(stage))
    posterior = Posterior(rng.normal(0, 1, size), np.ones(size), np.zeros((0, size)))
    sha256 = HeadRegistry(studio).keep(PreferenceHead(stage, posterior, None, 1.0, 0.25, {}))
    trained = HeadTrained(sha256=sha256, stage=stage, training="by hand", facts={}, comparison={})
    used = HeadPromoted(sha256=sha256, stage=stage, training="by hand")
    studio.decide(STREAM, lambda: [NewEvent(each, actor="ana") for each in (trained, used)])
    return sha256


def runs(shell):
    with Studio.open(shell.folder) as studio:
        return studio.runs()


def test_it_goes_by_the_heads_of_its_stages_and_after_a_stop_by_the_same(new_shell, monkeypatch):
    with Studio.open(new_shell.folder) as studio:
        heads = {stage: promoted(studio, stage, 1) for stage in ("chords", "melody")}
    with monkeypatch.context() as patched:
        patched.setattr(
            progress.CompositionProgress,
            "report",
            lambda self, _: setattr(self, "is_stopped", lambda: True),
        )
        assert new_shell.type(*words(**SMALL)).code == 130
    with Studio.open(new_shell.folder) as studio:
        roll_back_heads(studio)
        assert not studio.heads().promoted("chords")
        promoted(studio, "drums", 2)
    new_shell.do(*words(**SMALL, seed=None))
    (begun,) = new_shell.events("CompositionStarted")
    assert begun.heads == heads
    with Studio.open(new_shell.folder) as studio:
        for identifier, run in studio.runs().items():
            assert run.head_sha256 == heads.get(run.stage)
            assert verify_run(studio, identifier).holds
        before = studio.songs()
        studio.rebuild()
        assert studio.songs() == before


def test_it_can_go_by_the_shipped_total_all_the_same(new_shell):
    with Studio.open(new_shell.folder) as studio:
        promoted(studio, "chords", 1)
    new_shell.do(*words(**SMALL), "--no-head")
    assert not any(run.head_sha256 for run in runs(new_shell).values())


def test_what_the_judge_stopped_is_said_by_it_by_runs_and_by_status(new_shell, monkeypatch):
    monkeypatch.setattr(watch, "MOST_OF_GOOD_RUNS", -1.0)
    monkeypatch.setattr(watch, "SURE", -10.0)
    monkeypatch.setattr(watch, "PATIENCE", 1)
    said = new_shell.type(*words(**SMALL | {"generations": 9}))
    assert said.code == 0
    stopped = {name: run for name, run in runs(new_shell).items() if run.stopped_for is not None}
    assert stopped
    for name, run in stopped.items():
        line = f"run {name}, {run.stage} for verse, stopped after generation {run.generation} of 9"
        assert line in said.err
        assert f"stopped after generation {run.generation} of 9" in new_shell.do("runs")
        assert line in new_shell.do("status")
        assert name in new_shell.json("status")[0]["stopped"]
