"""Runs with the model that ships: nobody has to name it, and every run keeps its own copy."""

from __future__ import annotations

import json

from engine.evolution.settings import Settings
from engine.models.registry import ModelRegistry
from engine.runs.lifecycle import carry_on, resume
from engine.runs.replay import verify_run
from fitness import fusion
from fitness.fusion import DEFAULT_MODEL, FusionModel
from store.events import ModelRegistered, RunStarted
from tests.engine.runs.short_runs import GREEN, begin, count_events, evolved, generations

SMALL = ("--bars", "2", "--population", "6", "--generations", "1")
TINY = Settings(6, 1)


def started(studio):
    (event,) = (e.payload for e in studio.log.read() if isinstance(e.payload, RunStarted))
    return event


def test_it_scores_unless_told_otherwise(studio, engine):
    said = engine("evolve", "--song", GREEN, *SMALL)
    sha256 = FusionModel.load(DEFAULT_MODEL).sha256
    assert (said.code, started(studio).model_sha256) == (0, sha256)
    assert "note:" not in said.err
    (registered,) = (e.payload for e in studio.log.read(stream="studio"))
    assert isinstance(registered, ModelRegistered)
    assert registered.sha256 == sha256
    kept = studio.folder / "models" / f"{sha256}.onnx"
    assert kept.read_bytes() == DEFAULT_MODEL.read_bytes()
    (run,) = studio.runs()
    assert all("chromatic" in child.terms for child in generations(studio, run)[0].offspring)


def test_another_can_be_named(studio, engine, models):
    assert engine("evolve", "--song", GREEN, "--model", models["fusion"], *SMALL).code == 0
    assert started(studio).model_sha256 == FusionModel.load(models["fusion"]).sha256


def test_theory_and_prior_alone(studio, engine):
    assert engine("evolve", "--song", GREEN, "--no-model", *SMALL).code == 0
    assert started(studio).model_sha256 is None
    assert not (studio.folder / "models").exists()


def test_one_and_none_is_refused(studio, engine, models):
    before = count_events(studio)
    said = engine("evolve", "--song", GREEN, "--no-model", "--model", models["fusion"], *SMALL)
    assert (said.code, count_events(studio)) == (2, before)
    assert said.err == "error: --model and --no-model exclude each other; leave one of them out\n"


def test_a_broken_one_is_one_line(studio, engine, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    before = count_events(studio)
    said = engine("evolve", "--song", GREEN, "--model", broken, *SMALL)
    assert (said.code, said.err.count("\n"), count_events(studio)) == (2, 1, before)
    assert "broken.onnx: not a model that can be loaded" in said.err


def test_a_run_is_verified(engine):
    (told,) = json.loads(engine("evolve", "--song", GREEN, "--json", *SMALL).out)
    said = engine("replay", told["run"], "--verify")
    assert said.code == 0
    assert f"run {told['run']} is verified" in said.out


def test_a_run_keeps_its_model_when_another_ships(studio, tmp_path, monkeypatch):
    """A later release, offline: the studio's own copy is all that is needed."""
    finished = evolved(studio, bars=2, settings=TINY, model=DEFAULT_MODEL)
    half = begin(studio, bars=2, settings=TINY, seed=2, model=DEFAULT_MODEL)
    assert not carry_on(studio, half, lambda _: None, lambda: True)
    monkeypatch.setattr(fusion, "DEFAULT_MODEL", tmp_path / "gone.onnx")
    assert verify_run(studio, finished).holds
    assert carry_on(studio, resume(studio, half.id), lambda _: None)
    assert verify_run(studio, half.id).holds


def test_it_is_recorded_once(studio):
    assert len({ModelRegistry(studio).register(DEFAULT_MODEL) for _ in range(3)}) == 1
    assert len(list(studio.log.read(stream="studio"))) == 1
