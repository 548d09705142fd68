from __future__ import annotations

import shutil

import pytest

from engine.errors import NotFound, Refused
from engine.evolution.settings import Settings
from engine.models.registry import ModelRegistry
from engine.runs.lifecycle import carry_on, load, resume
from engine.runs.replay import verify_run
from fitness.errors import FitnessError
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.manifest import manifest_path
from store.events import ModelRegistered
from tests.engine.runs.short_runs import (
    GREEN,
    begin,
    count_events,
    demo,
    evolved,
    generations,
    open_with,
)
from tests.fitness.models import write

TINY = Settings(4, 1)


def registered(studio):
    payloads = [event.payload for event in studio.log.read(stream="studio")]
    return [payload for payload in payloads if isinstance(payload, ModelRegistered)]


@pytest.mark.parametrize("profile", ["fusion", "legacy-7", "legacy-9"])
def test_a_model_is_recorded_once_and_kept(studio, models, tmp_path, profile):
    renamed = tmp_path / "renamed.onnx"
    shutil.copy(models[profile], renamed)
    if manifest_path(models[profile]).exists():
        shutil.copy(manifest_path(models[profile]), manifest_path(renamed))
    sha256 = ModelRegistry(studio).register(models[profile])
    for again in (models[profile], renamed):
        assert ModelRegistry(studio).register(again) == sha256
    (event,) = registered(studio)
    assert (event.sha256, event.profile, event.name) == (sha256, profile, f"{profile}.onnx")
    assert bool(event.manifest) == (profile == "fusion")
    assert ModelRegistry(studio).load(sha256).sha256 == sha256


def test_another_manifest_for_a_known_model_is_refused(studio, tmp_path):
    sha256 = ModelRegistry(studio).register(write(tmp_path, "fusion"))
    stricter = write(tmp_path, "fusion", manifest={"confidence_threshold": 0.9})
    with pytest.raises(Refused, match="another manifest"):
        ModelRegistry(studio).register(stricter)
    assert ModelRegistry(studio).load(sha256).confidence_threshold == 0
    legacy = ModelRegistry(studio).register(write(tmp_path, "legacy-7"))
    with pytest.raises(Refused, match="another manifest"):
        ModelRegistry(studio).register(
            write(tmp_path, "legacy-7", manifest={"confidence_threshold": 0.9})
        )
    assert ModelRegistry(studio).load(legacy).manifest is None
    assert len(registered(studio)) == 2


def test_the_run_uses_the_copy(studio, tmp_path):
    model = write(tmp_path, "fusion")
    finished = evolved(studio, model=model, settings=TINY)
    half = begin(studio, settings=TINY, seed=2, model=model)
    assert not carry_on(studio, half, lambda _: None, lambda: True)
    model.unlink()
    manifest_path(model).unlink()
    assert verify_run(studio, finished).holds
    assert carry_on(studio, resume(studio, half.id), lambda _: None)
    assert verify_run(studio, half.id).holds


def test_a_copy_that_was_cut_off_is_made_again(studio, models):
    """Recorded, but the process was killed before the files were there."""
    sha256 = ModelRegistry(studio).register(models["fusion"])
    kept = studio.folder / "models" / f"{sha256}.onnx"
    for gone in ((kept,), (manifest_path(kept),), (kept, manifest_path(kept))):
        for path in gone:
            path.unlink()
        ModelRegistry(studio).register(models["fusion"])
        assert ModelRegistry(studio).load(sha256).manifest is not None
    assert sorted(path.suffix for path in kept.parent.iterdir()) == [".json", ".onnx"]


def test_a_model_that_is_gone_or_exchanged_is_named(studio, models):
    run = begin(studio, model=models["legacy-7"])
    kept = studio.folder / "models" / f"{run.started.model_sha256}.onnx"
    shutil.copy(models["legacy-9"], kept)
    with pytest.raises(Refused, match="another model than the run was scored with"):
        load(studio, run.id)
    kept.unlink()
    with pytest.raises(NotFound, match="put its file back"):
        load(studio, run.id)


def test_what_is_no_model_leaves_no_trace(studio, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    before = count_events(studio)
    with pytest.raises(FitnessError):
        ModelRegistry(studio).register(broken)
    assert count_events(studio) == before
    assert not (studio.folder / "models").exists()


SMALL = ("--bars", "2", "--population", "4", "--generations", "1")


@pytest.mark.parametrize("profile", ["legacy-7", "legacy-9"])
@pytest.mark.parametrize("colour", ["black", "white"])
def test_an_even_colour_falls_back_and_says_so(engine, models, tmp_path, profile, colour):
    song = demo(colour)
    with open_with(tmp_path / colour, song) as studio:
        words = ("evolve", "--song", song.song_id, "--model", models[profile], *SMALL)
        said = engine(*words, folder=studio.folder)
        (run,) = studio.runs()
        terms = generations(studio, run)[0].offspring[0].terms
        totals = [
            child.total - child.terms["theory"] + child.terms["prior"]
            for child in generations(studio, run)[0].offspring
        ]
    assert said.code == 0
    assert "chromatic" not in terms
    assert "axes" in terms
    assert totals == pytest.approx([0] * 4)
    assert "Black" in said.err or "White" in said.err
    assert "the total runs on theory and prior" in said.err


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (None, "note: no model: the total runs on theory and prior"),
        ("legacy-7", "learned with a concept text; without one it sees zeros"),
        ("legacy-9", "learned with a concept text; without one it sees zeros"),
        ("fusion", None),
    ],
)
def test_the_notes_say_what_the_total_runs_on(studio, engine, models, profile, said):
    asked = ("--no-model",) if profile is None else ("--model", models[profile])
    err = engine("evolve", "--song", "meadow", *asked, *SMALL).err
    notes = [line for line in err.splitlines() if line.startswith("note: ")]
    assert len(notes) == (said is not None)
    assert said is None or said in notes[0]
    ((run, state),) = studio.runs().items()
    assert ("chromatic" in generations(studio, run)[0].offspring[0].terms) == (profile is not None)
    named = None if profile is None else FusionModel.load(models[profile]).sha256
    assert state.model_sha256 == named
    assert (studio.folder / "models").exists() == (profile is not None)


def test_the_model_that_ships_scores_unless_told_otherwise(studio, engine):
    said = engine("evolve", "--song", GREEN, *SMALL)
    sha256 = FusionModel.load(DEFAULT_MODEL).sha256
    ((run, state),) = studio.runs().items()
    assert (said.code, state.model_sha256) == (0, sha256)
    assert "note:" not in said.err
    (event,) = registered(studio)
    assert event.sha256 == sha256
    kept = studio.folder / "models" / f"{sha256}.onnx"
    assert kept.read_bytes() == DEFAULT_MODEL.read_bytes()
    assert all("chromatic" in child.terms for child in generations(studio, run)[0].offspring)
    assert f"run {run} is verified" in engine("replay", run, "--verify").out


def test_a_model_and_none_is_refused(refused, models):
    said = refused("evolve", "--song", GREEN, "--no-model", "--model", models["fusion"], *SMALL)
    assert said == "error: --model and --no-model exclude each other; leave one of them out\n"
