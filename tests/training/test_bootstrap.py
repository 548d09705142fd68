"""The model's training, at toy size: what it must get right whatever the catalogue."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from benchmarks.encoder_bench import dense_network
from engine.models.audits import audit_path, load_audit, with_audit
from fitness.colours import COLOURS
from fitness.excerpts import Excerpt
from fitness.features import FEATURE_NAMES
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.manifest import load_manifest
from fitness.predictions import ModelInputs
from fitness.profiles import PROFILES
from fitness.roll import ROWS, STEPS
from fitness.scorer import ChromaticScorer
from genomes.notes import Part
from genomes.time import TempoMap
from tests.training.examples import FEATURES, SMALL, some_examples
from training import bootstrap as training_bootstrap
from training.__main__ import main
from training.bootstrap import CARD_NAME, FILE_NAME, QUICK, Catalogue
from training.composed.examples import EVOLVED, KINDS, SONG, STAGES, Examples, split_by_song
from training.fusion.batches import Fixed, batch_of, rotated, transposed, vary
from training.fusion.calibration import calibrate, curve, thresholds
from training.fusion.export import CHECKED_BATCHES, export, parity, random_inputs, write_manifest
from training.fusion.network import PLAIN, Ensemble, FusionNetwork, Logits, midi_inputs
from training.fusion.parallel import Job, train_all
from training.fusion.report import card
from training.fusion.train import Settings, logits, loss_of, train

SETTINGS = Settings(epochs=2, batch_size=16, size=SMALL)


@pytest.fixture(scope="module")
def examples() -> Examples:
    return some_examples()


@pytest.fixture(scope="module")
def ensemble(examples: Examples) -> Ensemble:
    return Ensemble([train(Fixed(examples), SETTINGS, seed) for seed in (1, 2)])


@pytest.fixture(scope="module")
def learned(examples: Examples) -> FusionNetwork:
    return train(Fixed(examples), replace(SETTINGS, epochs=30), 3)


@pytest.fixture(scope="module")
def path(ensemble: Ensemble, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / FILE_NAME
    export(ensemble, path)
    write_manifest(
        path,
        threshold=0.1,
        stage_thresholds={},
        calibration={},
        data_hash="0" * 64,
        split={},
        metrics={},
    )
    return path


def ask(model: torch.nn.Module, inputs: dict[str, torch.Tensor]):
    with torch.no_grad():
        return model.eval()(*inputs.values())


class TestNetwork:
    def test_its_inputs_are_the_profiles_in_order(self):
        inputs = midi_inputs(torch.zeros(2, 1, ROWS, STEPS), torch.zeros(2, FEATURES))
        fusion = next(profile for profile in PROFILES if profile.name == "fusion")
        assert set(inputs) == set(fusion.inputs)
        assert set(random_inputs(Ensemble([FusionNetwork(SMALL)]), 1, 0)) == set(fusion.inputs)

    def test_shapes_and_probabilities(self, ensemble):
        answers = ask(ensemble, random_inputs(ensemble, 5, 0))
        assert [tuple(one.shape) for one in answers] == [(5, 3)] * 3 + [(5, 9), (5, 1)]
        for distribution in answers[:4]:
            assert torch.allclose(distribution.sum(dim=1), torch.ones(5), atol=1e-6)
        assert ((answers.confidence > 0) & (answers.confidence < 1)).all()

    @pytest.mark.parametrize("name", ["audio", "concept", "lyric", "midi"])
    def test_a_flag_decides_between_what_is_given_and_a_learned_null(self, ensemble, name):
        given = random_inputs(ensemble, 4, 1)
        there = {**given, f"has_{name}": torch.ones(4, dtype=torch.bool)}
        absent = {**given, f"has_{name}": torch.zeros(4, dtype=torch.bool)}
        other = "piano_roll" if name == "midi" else f"{name}_emb"
        changed = {**absent, other: given[other] + 1}
        assert not torch.allclose(ask(ensemble, there).colour, ask(ensemble, absent).colour)
        assert torch.equal(ask(ensemble, absent).colour, ask(ensemble, changed).colour)

    def test_features_far_out_gain_nothing(self, ensemble):
        given = random_inputs(ensemble, 2, 3)
        far, further = ({**given, "features": torch.full((2, FEATURES), x)} for x in (1e4, 1e6))
        assert torch.equal(ask(ensemble, far).colour, ask(ensemble, further).colour)

    def test_the_dense_encoder_of_the_benchmark_takes_its_place(self):
        network = dense_network(SETTINGS, FEATURES)
        said = network.eval().from_midi(torch.rand(2, 1, ROWS, STEPS), torch.rand(2, FEATURES))
        assert said.colour.shape == (2, 9)


class TestBatches:
    def test_the_picture_is_the_engines(self, examples):
        batch = batch_of(examples, np.arange(3), None)
        values = (np.arange(128) / 127).astype(np.float32)
        assert np.array_equal(batch.piano_roll[:, 0].numpy(), values[examples.rolls[:3]])

    def test_fakes_and_real_music_have_no_colour(self, examples):
        batch = batch_of(examples, np.array([0, 7, 9]), None)
        assert batch.has_colour.tolist() == [True, False, False]
        assert batch.is_music.tolist() == [1, 1, 0]
        assert np.allclose(batch.axes[0], COLOURS[0].targets)

    def test_an_epoch_has_every_coloured_row_once_at_most(self, examples):
        batches = list(Fixed(examples).epoch(16, 0.25, np.random.default_rng(0)))
        assert all(int((batch.colour < 0).sum()) == 4 for batch in batches)
        assert len(batches) == int((examples.colour >= 0).sum()) // 12

    def test_transposing_leaves_drums_and_the_edge_of_the_keyboard(self):
        rolls = torch.zeros(2, ROWS, STEPS, dtype=torch.uint8)
        rolls[0, 60], rolls[0, 3], rolls[1, 107] = 1, 2, 1
        moved, semitones = transposed(rolls, np.array([2, 2]))
        assert semitones.tolist() == [2, 0]
        assert moved[0, 62].all()
        assert moved[0, 3].all()
        assert torch.equal(moved[1], rolls[1])

    def test_rotation_keeps_what_sounds_and_its_length(self):
        rolls = torch.zeros(1, ROWS, STEPS, dtype=torch.uint8)
        rolls[0, 60, [0, 5, 9]] = torch.tensor([1, 2, 3], dtype=torch.uint8)
        turned = rotated(rolls, np.array([0.5]))
        assert turned[0, 60, :10].tolist() == [2, 0, 0, 0, 3, 1, 0, 0, 0, 0]
        assert not turned[0, :, 10:].any()

    def test_the_features_follow(self):
        features = torch.zeros(64, FEATURES)
        features[:, FEATURE_NAMES.index("pitch_mean")] = 60
        rolls = torch.zeros(64, ROWS, STEPS, dtype=torch.uint8)
        rolls[:, 60, :9] = 64
        varied, told = vary(rolls, features, np.random.default_rng(0))
        rows = varied.amax(dim=2).argmax(dim=1)
        assert torch.equal(told[:, FEATURE_NAMES.index("pitch_mean")], rows.float())
        assert len(set(rows.tolist())) == 7
        assert not told[:, FEATURE_NAMES.index("bass_pitch")].any()


class TestFitting:
    def test_other_seeds_other_models(self, ensemble):
        first, second = ensemble.networks
        assert not torch.equal(first.colour.weight, second.colour.weight)

    def test_side_by_side_as_one_after_the_other(self, examples):
        jobs = [Job(str(seed), replace(SETTINGS, epochs=1), seed) for seed in (1, 2)]
        told = {1: [], 2: []}
        alone, beside = (
            train_all(jobs, examples, lambda _, to=to: lambda *step: to.append(step), count)
            for count, to in told.items()
        )
        for one, other in zip(alone, beside, strict=True):
            weights = other.state_dict()
            assert all(torch.equal(v, weights[name]) for name, v in one.state_dict().items())
        for steps in told.values():
            assert steps[-1][0] == steps[-1][1] > 0

    def test_it_learns(self, examples, learned):
        rows = examples.colour >= 0
        said = logits(learned, examples).colour.argmax(dim=1).numpy()
        assert (said[rows] == examples.colour[rows]).mean() > 0.5

    def test_a_model_of_features_alone_sees_no_roll(self, examples):
        network = train(Fixed(examples), replace(SETTINGS, epochs=1, reads=PLAIN), 1)
        features = torch.rand(2, FEATURES)
        pictures = torch.zeros(2, 1, ROWS, STEPS), torch.ones(2, 1, ROWS, STEPS)
        dark, bright = (network.from_midi(picture, features).colour for picture in pictures)
        assert torch.equal(dark, bright)

    def test_fakes_teach_the_confidence_alone(self, examples):
        batch = batch_of(examples, np.array([9, 19, 29]), None)
        said = Logits(
            torch.randn(3, 3, 3, requires_grad=True),
            torch.randn(3, 9, requires_grad=True),
            torch.randn(3, 1, requires_grad=True),
        )
        loss_of(said, batch, SETTINGS).backward()
        assert not said.axes.grad.any()
        assert not said.colour.grad.any()
        assert said.confidence.grad.all()


class TestCalibration:
    def test_it_lowers_the_loss_on_validation(self, learned):
        network = deepcopy(learned)
        with torch.no_grad():
            network.colour.weight.mul_(6)  # far too sure
        validation = some_examples(seed=1)
        ensemble = Ensemble([network])
        learned = calibrate(ensemble, [logits(network, validation)], validation)
        assert learned.colour_loss_after < learned.colour_loss_before
        assert learned.colour_temperature > 1
        assert 0 <= learned.threshold <= 1

    def test_the_gate_keeps_enough_of_every_stage(self, examples):
        confidence = np.random.default_rng(0).random(len(examples)).astype(np.float32)
        at = thresholds(confidence, examples)
        assert list(at) == list(STAGES)
        for stage, name in enumerate(STAGES):
            rows = (examples.kind == SONG) & (examples.stage == stage)
            assert (confidence[rows] >= np.float32(at[name])).mean() >= 0.93

    def test_a_curve_of_honest_claims_has_no_error(self):
        rng = np.random.default_rng(0)
        claims = rng.random(100_000).astype(np.float32)
        assert curve(claims, rng.random(100_000) < claims).error < 0.01
        assert curve(np.ones(10, np.float32), np.zeros(10, np.bool_)).error == 1


class TestExport:
    def test_the_file_says_what_the_network_says(self, ensemble, path):
        assert len(CHECKED_BATCHES) > 2
        assert parity(ensemble, path) <= 1e-5

    def test_the_engine_reads_the_same_numbers(self, ensemble, path, examples):
        rolls = examples.rolls[:5, None] / np.float32(127)
        found = FusionModel.load(path).predict(ModelInputs(rolls, examples.features[:5]))
        inputs = midi_inputs(torch.from_numpy(rolls), torch.from_numpy(examples.features[:5]))
        expected = ask(ensemble, inputs)
        assert np.allclose(found.colour, expected.colour, atol=1e-5)
        assert np.allclose(found.temporal, expected.temporal, atol=1e-5)
        assert np.allclose(found.confidence, expected.confidence[:, 0], atol=1e-5)

    def test_the_scorer_ranks_with_it(self, path):
        parts = [Part.of([(0, 480, pitch, 80), (480, 480, pitch, 80)], 1920) for pitch in (50, 60)]
        music = [Excerpt(part, TempoMap.constant(120)) for part in parts]
        matches = ChromaticScorer(path).score_batch(music, "Green")
        assert [match.rank for match in matches] == [1, 2]


class TestBootstrap:
    def test_quick_from_nothing_to_a_model_and_its_card(self, tmp_path, capsys, monkeypatch):
        few = dataclasses.replace(QUICK, fakes=1, held_out_parts=2)
        monkeypatch.setattr(training_bootstrap, "QUICK", few)
        monkeypatch.setattr(training_bootstrap, "HELD_OUT_PARTS", few.held_out_parts)
        assert main(["bootstrap", "--quick", "--out", str(tmp_path)]) == 0
        result = json.loads(capsys.readouterr().out.splitlines()[-1])
        model = FusionModel.load(tmp_path / FILE_NAME)
        assert model.sha256 == result["sha256"]
        page = (tmp_path / CARD_NAME).read_text(encoding="utf-8")
        assert all(kind.replace("_", " ") in page for kind in KINDS[2:] if kind != EVOLVED)
        assert main(["card", str(tmp_path / FILE_NAME), "--fakes", str(few.fakes)]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith(page.partition("## Planted")[0])
        assert json.loads(printed.splitlines()[-1])["accuracy"]["all"] == result["accuracy"]

    def test_the_shipped_card_is_what_its_manifest_says(self):
        shipped = DEFAULT_MODEL.with_name(CARD_NAME).read_text(encoding="utf-8")
        page = with_audit(card(load_manifest(DEFAULT_MODEL)), load_audit(audit_path(DEFAULT_MODEL)))
        assert page == shipped

    def test_what_can_t_be_done_is_one_line(self, tmp_path, capsys):
        taken = tmp_path / "a-file"
        taken.write_text("here")
        asked = (["card", str(tmp_path / "no.onnx")], ["bootstrap", "--quick", "--out", str(taken)])
        for arguments in asked:
            assert main(arguments) == 2
            told = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
            assert len(told) == 1
            assert str(tmp_path) in told[0]

    def test_a_missing_library_is_named_with_what_installs_it(self, tmp_path, capsys, monkeypatch):
        monkeypatch.setitem(sys.modules, "training.bootstrap", None)
        assert main(["bootstrap", "--quick", "--out", str(tmp_path)]) == 2
        assert "pip install 'composition-engine[training]'" in capsys.readouterr().err

    def test_no_song_is_on_two_sides(self, examples):
        catalogue = Catalogue(examples, split_by_song(examples))
        sides = (catalogue.train, catalogue.validation, catalogue.test)
        songs = [set(side.song.tolist()) for side in sides]
        assert all(songs)
        assert sum(map(len, songs)) == len(set.union(*songs))


INTERRUPTED = """
import runpy, sys
class Interrupts:
    def find_spec(self, name, *_):
        if name == "training.commands":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
runpy.run_module("training", run_name="__main__")
"""


def test_interrupted_while_it_starts_it_says_so_in_one_line():
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode().split()) == (130, ["interrupted"])
