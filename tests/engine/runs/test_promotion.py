"""Which model runs use: promoted, rolled back, refused; and what the log says of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError, NotFound, Refused
from engine.evolution.settings import Settings
from engine.models.promotion import (
    add,
    in_use,
    model_for_runs,
    promote,
    record_training,
    roll_back,
    shipped_sha256,
)
from engine.models.registry import CARD_NAME, ModelRegistry
from engine.runs.lifecycle import recorded_run
from engine.runs.replay import verify_run
from engine.state.studio import Studio
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.manifest import Encoders, manifest_path
from store.events import ModelPromoted, ModelTrained, RunStarted
from tests.engine.runs.short_runs import GREEN, begin, count_events, evolved
from tests.fitness.models import write, write_audit

ROOT = Path(__file__).parents[3]
SMALL = ("--bars", "2", "--population", "4", "--generations", "1")


@pytest.fixture(scope="session")
def three(tmp_path_factory):
    """Three models that differ."""
    folders = [tmp_path_factory.mktemp(f"model-{seed}") for seed in range(3)]
    deaf = {"encoders": Encoders()}
    return [
        write_audit(write(f, "fusion", seed=seed, manifest=deaf)) for seed, f in enumerate(folders)
    ]


def sha256_of(path):
    return FusionModel.load(path).sha256


def promotions(studio):
    payloads = [event.payload for event in studio.log.read(stream="studio")]
    return [payload for payload in payloads if isinstance(payload, ModelPromoted)]


def models_of_runs(studio):
    payloads = [event.payload for event in studio.log.read()]
    return [event.model_sha256 for event in payloads if isinstance(event, RunStarted)]


def test_a_fresh_studio_uses_the_one_that_ships(studio):
    assert in_use(studio) == shipped_sha256() == sha256_of(DEFAULT_MODEL)
    assert model_for_runs(studio, None) == shipped_sha256()
    assert promotions(studio) == []


def test_runs_use_what_is_promoted(studio, engine, three):
    engine("evolve", "--song", GREEN, "--seed", "1", *SMALL)
    assert engine("models", "promote", three[0], "--note", "mine").code == 0
    engine("evolve", "--song", GREEN, "--seed", "1", *SMALL)
    engine("evolve", "--song", GREEN, "--seed", "1", "--model", three[1], *SMALL)
    engine("models", "rollback")
    engine("evolve", "--song", GREEN, "--seed", "2", *SMALL)
    mine, named = map(sha256_of, three[:2])
    assert models_of_runs(studio) == [shipped_sha256(), mine, named, shipped_sha256()]
    forward, back = promotions(studio)
    assert (forward.sha256, forward.note, forward.takes_back) == (mine, "mine", None)
    assert back.sha256 is None
    assert back.takes_back is not None


def test_the_other_commands_use_it_too(studio, engine, three):
    promote(studio, str(three[0]))
    composed = ("compose", "--song", GREEN, "--sections", "verse=2", "--beam", "1")
    assert engine(*composed, "--audio", "none", "--arrangements", "1", *SMALL[2:]).code == 0
    assert engine("demo", "--generations", "1", "--no-song").code == 0
    assert set(models_of_runs(studio)) == {sha256_of(three[0])}
    midi = min(studio.exports.rglob("*.mid"))
    asked = ("score", midi, "--colour", "green", "--json")
    assert engine(*asked).out == engine(*asked, "--model", three[0]).out
    assert engine(*asked).out != engine(*asked, "--model", DEFAULT_MODEL).out


def test_old_runs_keep_their_own(studio, three):
    before = evolved(studio, model=three[0], settings=Settings(4, 1))
    promote(studio, str(three[1]))
    assert verify_run(studio, before).holds
    started = recorded_run(studio, before)[0].payload
    assert isinstance(started, RunStarted)
    assert started.model_sha256 == sha256_of(three[0])


def test_without_an_audit_nothing_is_promoted(studio, engine, refused, tmp_path):
    model = write(tmp_path, "fusion", seed=9)
    engine("models", "add", model)
    sha256 = sha256_of(model)
    kept = ModelRegistry(studio).path(sha256)
    line = refused("models", "promote", sha256[:8])
    assert "has no audit; make one with engine" in line
    assert f"train audit {kept}" in line
    assert in_use(studio) == shipped_sha256()
    write_audit(kept, lost=0.5)
    assert promote(studio, sha256[:8]).is_new
    (promoted,) = promotions(studio)
    assert promoted.audit["lost"] == 0.5
    assert "the end had lost 50.0%" in engine("models", "show", sha256[:8]).out


def test_a_known_model_is_promoted_by_the_beginning_of_its_hash(studio, three):
    sha256 = add(studio, three[0])
    assert in_use(studio) == shipped_sha256()
    promoted = promote(studio, sha256[:8])
    assert (promoted.sha256, promoted.name, promoted.is_new) == (sha256, "fusion.onnx", True)
    assert not promote(studio, sha256[:8]).is_new
    assert len(promotions(studio)) == 1
    assert promote(studio, shipped_sha256()).is_new
    assert in_use(studio) == shipped_sha256()
    assert roll_back(studio).sha256 == sha256


@settings(max_examples=20)
@given(steps=st.lists(st.sampled_from([0, 1, 2, "back"]), max_size=8))
def test_promotions_are_a_stack(tmp_path_factory, three, steps):
    """Whatever is done, what runs use is the top; rebuilt from the log it is the same."""
    stack = [shipped_sha256()]
    with Studio.open(tmp_path_factory.mktemp("stack")) as studio:
        for step in steps:
            if step != "back":
                sha256 = promote(studio, str(three[step])).sha256
                stack += [sha256] if sha256 != stack[-1] else []
            elif len(stack) > 1:
                stack.pop()
                assert roll_back(studio).sha256 == stack[-1]
            else:
                with pytest.raises(Refused, match="the model that ships already"):
                    roll_back(studio)
            assert in_use(studio) == stack[-1]
        state = studio.models()
        studio.rebuild()
        assert studio.models() == state


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"roll_version": "0"}, "roll_version: expected"),
        ({"features_version": "0"}, "features_version: expected"),
        ({"model_sha256": "0" * 64}, "model_sha256: expected"),
    ],
)
def test_a_manifest_that_disagrees_is_refused(refused, tmp_path, change, said):
    line = refused("models", "promote", write(tmp_path, "fusion", manifest=change))
    assert said in line
    assert re.search(r"engine (--studio \S+ )?train", line)


def test_a_model_that_answers_nonsense_is_refused(studio, tmp_path):
    def spoil(model):
        for weight in model.graph.initializer:
            if weight.data_type == 1:
                weight.raw_data = b"\x00\x00\xc0\x7f" * (len(weight.raw_data) // 4)

    before = count_events(studio)
    with pytest.raises(Refused, match="not finite"):
        promote(studio, str(write(tmp_path, "fusion", change=spoil)))
    assert count_events(studio) == before


def test_what_is_no_model_is_refused(studio, refused, tmp_path):
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    for wanted in (broken, tmp_path / "gone.onnx", "0123abcd", "nope", ""):
        assert "engine" in refused("models", "promote", wanted)
    with pytest.raises(NotFound):
        promote(studio, "0123abcd")


def test_a_promoted_model_that_is_gone_is_named(studio, engine, refused, three):
    sha256 = promote(studio, str(three[0])).sha256
    ModelRegistry(studio).path(sha256).unlink()
    assert "put its file back" in refused("evolve", "--song", GREEN, *SMALL)
    sick = engine("doctor")
    named = ".onnx is missing, which the last promotion names; put it back" in sick.out
    assert (sick.code, named) == (1, True)
    assert engine("models", "rollback").code == 0
    assert engine("doctor").code == 0
    assert engine("evolve", "--song", GREEN, *SMALL).code == 0


def test_a_promoted_model_of_another_version_is_named(studio, refused, three):
    """A later release reads another roll."""
    kept = ModelRegistry(studio).path(promote(studio, str(three[0])).sha256)
    manifest = json.loads(manifest_path(kept).read_text())
    manifest_path(kept).write_text(json.dumps(manifest | {"roll_version": "0"}))
    line = refused("evolve", "--song", GREEN, *SMALL)
    assert re.search(r"roll_version.*engine (--studio \S+ )?models rollback", line)


def test_rolling_back_to_what_is_gone_is_refused(studio, three):
    first = promote(studio, str(three[0])).sha256
    promote(studio, str(three[1]))
    ModelRegistry(studio).path(first).unlink()
    with pytest.raises(EngineError, match="put its file back"):
        roll_back(studio)
    assert in_use(studio) == sha256_of(three[1])


def test_the_card_is_kept_with_the_model(studio, engine, tmp_path):
    model = write_audit(write(tmp_path, "fusion", seed=5))
    (tmp_path / CARD_NAME).write_text("# Of my own songs\n\nIt is right in half the cases.\n")
    sha256 = promote(studio, str(model)).sha256
    (tmp_path / CARD_NAME).unlink()
    said = engine("models", "show", sha256[:8])
    assert "# Of my own songs" in said.out
    assert sha256 in said.out
    assert json.loads(engine("models", "show", sha256, "--json").out)["in_use"]


def test_a_card_is_made_of_the_manifest(studio, engine, three):
    sha256 = add(studio, three[0])
    out = engine("models", "show", sha256[:6]).out
    manifest = FusionModel.load(three[0]).manifest
    assert manifest is not None
    for word in (manifest.data_hash, manifest.licence, "confidence_threshold", "accuracy: 0.5"):
        assert word in out
    shown = engine("models", "show", shipped_sha256()[:8]).out
    assert DEFAULT_MODEL.with_name(CARD_NAME).read_text("utf-8").splitlines()[0] in shown


def test_the_list(studio, engine, three):
    (ships,) = json.loads(engine("models", "--json").out)
    assert (ships["ships"], ships["in_use"], ships["registered_at"]) == (True, True, None)
    evolved(studio, model=three[0], settings=Settings(4, 1))
    begin(studio, model=three[0], seed=2)
    sha256 = promote(studio, str(three[1]), "it hears my choruses").sha256
    rows = {row["sha256"]: row for row in json.loads(engine("models", "list", "--json").out)}
    assert [row["in_use"] for row in rows.values()] == [False, False, True]
    assert [row["runs"] for row in rows.values()] == [0, 2, 0]
    assert rows[sha256]["promoted"]["by"] == studio.actor
    out = engine("models").out
    assert f"{studio.actor}, " in out
    assert "it hears my choruses" in out
    assert all(each[:8] in out for each in rows)


def test_training_is_recorded_once_without_names_of_files(studio, three):
    result = {
        "model": str(three[0]),
        "accuracy": {"song": 0.5},
        "files": ["/home/me/a.wav", "plain"],
    }
    for _ in range(2):
        sha256 = record_training(studio, three[0], "run", result)
    (event,) = (e.payload for e in studio.log.read() if isinstance(e.payload, ModelTrained))
    assert event == ModelTrained(
        sha256=sha256, command="run", result={"accuracy": {"song": 0.5}, "files": ["plain"]}
    )
    (told,) = studio.models().known[sha256].trained
    assert told.command == "run"
    assert in_use(studio) == shipped_sha256()


def test_two_processes_promote_at_once(studio, three):
    lots = [f"models\tpromote\t{path}" for path in three[:2]]
    command = [sys.executable, "-m", "tests.engine.command_process", str(studio.folder)]
    processes = [
        subprocess.Popen(
            [*command, lot, lot], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True,
        )
        for lot in lots
    ]  # fmt: skip
    said = [process.communicate("go\n")[1].split() for process in processes]
    assert said == [["ready", "0", "0"]] * 2
    assert studio.log.verify() == []
    hashes = {sha256_of(path) for path in three[:2]}
    assert set(studio.models().known) == hashes
    assert in_use(studio) in hashes
    order = [event.sha256 for event in promotions(studio)]
    assert all(one != other for one, other in pairwise(order))
