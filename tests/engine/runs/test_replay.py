from __future__ import annotations

import json
import random
import shutil
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from benchmarks.songs import own_song
from engine.errors import Refused
from engine.evolution.settings import Settings
from engine.proposals import demo_paths, read
from engine.runs.lifecycle import carry_on, resume
from engine.runs.replay import verify_run
from engine.state.studio import Studio
from fitness.fusion import FusionModel
from fitness.total import Fitness
from store import events
from tests.engine.runs.short_runs import (
    GREEN,
    SHORT,
    begin,
    copy_log,
    evolved,
    generations,
    open_with,
)
from tests.fitness.models import write

WORDS = ("evolve", "--song", GREEN, "--bars", "4", "--population", "10", "--generations", "3")
PLAIN_WORDS = (*WORDS, "--no-model")


def shown(out):
    """A printed summary, less what only the first printing has."""
    told = json.loads(out)
    printed: dict[str, Any] = told[0] if isinstance(told, list) else told
    printed.pop("folder", None)
    printed.pop("words", None)
    return printed


def poison(monkeypatch):
    """Let whoever draws or scores fail."""

    def never(*_, **__):
        raise AssertionError("a replay must not do this")

    for owner, name in (
        (np.random, "default_rng"),
        (np.random, "SeedSequence"),
        (np.random, "random"),
        (random, "random"),
        (random, "choice"),
        (FusionModel, "load"),
        (FusionModel, "predict_excerpts"),
        (Fitness, "score"),
    ):
        monkeypatch.setattr(owner, name, never)


def test_a_replay_shows_what_was_printed(engine):
    first = shown(engine(*PLAIN_WORDS, "--json").out)
    assert shown(engine("replay", first["run"][:6], "--json").out) == first
    assert first["scored"] == 40
    assert [point["generation"] for point in first["curve"]] == [0, 1, 2, 3]


@pytest.mark.parametrize("flags", [(), ("--terms",)])
def test_a_replay_for_people_says_the_same(engine, flags):
    said = engine(*PLAIN_WORDS, "--seed", "4", *flags)
    run = said.err.split("run ")[1].split(",")[0]
    again = engine("replay", run, *flags).out
    assert said.out.partition("\nnext: ")[0] in again
    assert f"replay {run} --verify" in again


def test_a_replay_needs_neither_model_nor_chance(studio, engine, models, monkeypatch):
    first = shown(engine(*WORDS, "--model", models["fusion"], "--json").out)
    before = studio.songs(), studio.runs()
    shutil.rmtree(studio.folder / "models")
    poison(monkeypatch)
    assert shown(engine("replay", first["run"], "--json").out) == first
    assert engine("replay", first["run"]).code == 0
    studio.rebuild()
    assert (studio.songs(), studio.runs()) == before


def test_a_model_that_is_gone_is_named_when_verifying(studio, refused, models):
    run = evolved(studio, model=models["fusion"])
    shutil.rmtree(studio.folder / "models")
    assert "put its file back" in refused("replay", run, "--verify")


SONGS = [
    *((song, 4) for song in read(demo_paths()).proposals),
    (own_song("Red", "D dorian", "11/8", 150), 3),
    (own_song("Red", "B locrian", "13/8", 77), 2),
    (own_song("Red", "Ab major", "2/2", 60), 1),
    (own_song("Red", "G harmonic minor", "12/8", 200), 2),
    (own_song("Red", "C lydian", "2/4", 31), 5),
]


@pytest.mark.parametrize(("song", "bars"), SONGS, ids=[song.song_id for song, _ in SONGS])
def test_every_song_is_verified(tmp_path, song, bars):
    with open_with(tmp_path, song) as studio:
        run = evolved(studio, song=song.song_id, bars=bars, settings=Settings(8, 3))
        found = verify_run(studio, run)
        scored = sum(len(one.offspring) for one in generations(studio, run))
    assert found.holds
    assert found.finished_again
    assert (found.generations, found.rescored) == (4, scored)
    assert found.largest_difference == 0


@pytest.mark.parametrize("profile", ["fusion", "legacy-7", "legacy-9"])
@pytest.mark.filterwarnings("ignore::fitness.fusion.AbsentConcept")
def test_runs_with_a_model_are_verified(studio, models, profile):
    run = evolved(studio, model=models[profile], settings=Settings(8, 3))
    assert "chromatic" in generations(studio, run)[0].offspring[0].terms
    found = verify_run(studio, run)
    assert found.holds
    assert found.largest_difference < 1e-5
    assert found.rescored == 32


def test_a_model_that_lets_only_some_pass(studio, tmp_path):
    model = write(tmp_path, "fusion", manifest={"confidence_threshold": 0.5}, seed=3)
    run = evolved(studio, model=model, settings=Settings(10, 3))
    passed = [child.passes for one in generations(studio, run) for child in one.offspring]
    assert set(passed) == {True, False}
    assert verify_run(studio, run).holds


def test_an_interrupted_run_is_verified_as_far_as_it_came(studio, engine, refused):
    run = begin(studio)
    carry_on(studio, run, lambda _: None, lambda: run.next_generation == 2)
    found = verify_run(studio, run.id)
    assert found.holds
    assert not found.finished_again
    assert found.generations == 2
    said = engine("replay", run.id, "--verify")
    assert said.code == 0
    assert "the run is not finished" in said.out
    resumed = f"engine --studio {studio.folder} resume {run.id}"
    assert refused("replay", run.id) == f"error: run {run.id} is unfinished; run {resumed}\n"


def test_verifying_in_words_and_in_json(studio, engine):
    run = evolved(studio)
    said = engine("replay", run, "--verify")
    assert "5 generations re-executed, bit for bit" in said.out
    assert f"run {run} is verified" in said.out
    told = json.loads(engine("replay", run, "--verify", "--json").out)
    assert told["holds"]
    assert told["differences"] == []
    assert told["rescored"] == SHORT.population * (SHORT.generations + 1)


def remade(studio, folder, versions):
    """The same log, made by other versions."""

    def by_others(payload):
        if isinstance(payload, events.RunStarted):
            return msgspec.structs.replace(payload, versions=versions)
        return payload

    other = Studio.open(folder)
    copy_log(studio, other, [by_others(event.payload) for event in studio.log.read()])
    return other


@pytest.mark.parametrize("changed", ["theory", "operators", "renderer", "evolution", "numpy"])
@pytest.mark.parametrize("how", ["other", "absent"])
def test_other_versions_are_named_and_never_differ(studio, tmp_path, engine, changed, how):
    run = begin(studio)
    carry_on(studio, run, lambda _: None)
    versions = {name: made for name, made in run.started.versions.items() if name != changed}
    if how == "other":
        versions[changed] = "0.0"
    made_by = "0.0" if how == "other" else "unrecorded"
    with remade(studio, tmp_path / "other", versions) as other:
        said = engine("replay", run.id, "--verify", folder=other.folder)
        assert said.code == 0
    assert f"({changed} {made_by}): not re-executable here" in said.out
    assert "differ" not in said.out + said.err


def test_another_engine_version_alone_is_re_executed(studio, tmp_path):
    run = evolved(studio)
    versions = begin(studio).started.versions | {"engine": "0.0.1"}
    with remade(studio, tmp_path / "other", versions) as other:
        found = verify_run(other, run)
    assert found.holds
    assert found.finished_again
    assert not found.made_by


def test_a_run_of_other_versions_is_not_resumed(studio, tmp_path):
    run = begin(studio, settings=replace(SHORT, generations=1))
    versions = run.started.versions | {"operators": "0"}
    with remade(studio, tmp_path / "other", versions) as other:
        before = other.log.head()
        with pytest.raises(Refused, match=r"made by engine .* \(operators 0\), not resumable here"):
            resume(other, run.id)
        assert other.log.head() == before
