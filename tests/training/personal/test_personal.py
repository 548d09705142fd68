"""From a folder of segments to a model that the engine uses, on the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from fitness.colours import COLOURS
from fitness.encoders import AUDIO_ENCODER
from fitness.errors import ManifestRefused
from fitness.excerpts import Excerpt
from fitness.fusion import FusionModel
from fitness.scorer import ChromaticScorer
from genomes.notes import Part
from genomes.time import TempoMap
from tests.training.conftest import FIT
from tests.training.dataset.folders import ENCODERS
from training.__main__ import main
from training.commands import data, models, pipeline
from training.dataset.catalogue import load_catalogue
from training.fusion.checkpoint import load_state
from training.personal import fit as fitting
from training.personal.fit import ensemble_of, load_fitted
from training.personal.plan import OWN_SETTINGS, Material, Plan

TRACKED = FIT[:-1]


def do(capsys: pytest.CaptureFixture[str], *words: object) -> dict:
    """What a command answers."""
    assert main([str(word) for word in words]) == 0
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture(scope="module")
def folder(fitted_folder: Path, tmp_path_factory: pytest.TempPathFactory, _small_networks: None):
    return shutil.copytree(fitted_folder, tmp_path_factory.mktemp("personal") / "training")


def report_of(folder: Path) -> dict:
    return json.loads((folder / "report" / "report.json").read_text(encoding="utf-8"))


class TestReport:
    def test_every_figure_has_its_baseline(self, folder):
        told = report_of(folder)
        assert list(told["by_modality"]) == ["MIDI only", "all", "audio only", "text only"]
        for one in told["by_modality"].values():
            assert {"colour", "majority", "modes", "modes_majority", "album"} <= set(one)
            assert set(one["by_colour"]) == {colour.name for colour in COLOURS[:8]}
            assert one["songs"] == 8
            assert np.sum(one["confusion"]) == one["clips"]

    def test_both_splits_are_in_it(self, folder):
        told = report_of(folder)
        assert set(told["gap"]) == {"song", "row"}
        assert told["made_of"]["split"]["by"] == "song"
        fits = {"member-1", "by-row", "fold-1", "fold-2", "fold-3"}
        assert set(told["made_of"]["accuracies"]) == fits

    def test_the_page_tells_the_songs_and_labels_test_encoders(self, folder):
        page = (folder / "report" / "report.md").read_text(encoding="utf-8")
        assert "24 songs of your own: 8 to learn from" in page
        assert "1 composed songs of every colour" in page
        assert "figures of test encoders** (`light`)" in page
        assert AUDIO_ENCODER not in page

    def test_pictures_lie_where_the_page_looks(self, folder):
        page = (folder / "report" / "report.md").read_text(encoding="utf-8")
        pictures = [line[4:-1] for line in page.splitlines() if line.startswith("![](")]
        assert len(pictures) == 5
        for name in pictures:
            assert (folder / "report" / name).read_bytes().startswith(b"\x89PNG")


class TestFit:
    def test_a_second_time_nothing_is_done(self, folder, capsys, monkeypatch):
        monkeypatch.setattr(fitting, "train", None)
        monkeypatch.setattr(fitting, "measure", None)
        assert do(capsys, "fit", *FIT, "--out", folder)["cached"]
        assert do(capsys, "export", "--out", folder)["cached"]

    def test_killed_before_the_report_or_on_record_it_comes_to_the_same(self, folder, capsys):
        path = folder / "fit" / "model.pt"
        before, told = load_state(path), report_of(folder)
        path.unlink()
        assert not do(capsys, "fit", *TRACKED, "--out", folder)["cached"]
        after = load_state(path)
        assert before["key"] == after["key"]
        weights = after["ensemble"]
        assert all(torch.equal(one, weights[name]) for name, one in before["ensemble"].items())
        assert report_of(folder) == told
        assert len(list(folder.glob("tracking/*/artifacts/report.md"))) == 1

    def test_other_data_or_another_plan_is_another_fit(self, folder):
        catalogue = load_catalogue(folder)
        keys = {
            Plan().key(catalogue, None),
            Plan(seed=1).key(catalogue, None),
            Plan().key(catalogue.only(np.arange(len(catalogue.rows)) < 9), None),
        }
        assert len(keys) == 3

    def test_every_modality_is_hidden_alike(self):
        assert OWN_SETTINGS.midi_dropout == OWN_SETTINGS.embedding_dropout == 0.15

    def test_no_song_is_on_two_sides(self, folder):
        material = Material(load_catalogue(folder), None, OWN_SETTINGS)
        train = [material.train.epoch(32, 0, np.random.default_rng(0)), material.own, material.test]
        songs = [set(np.concatenate([clips.song for clips in train[0]]).tolist())]
        songs += [set(clips.song.tolist()) for clips in train[1:]]
        assert sum(map(len, songs)) == len(set.union(*songs)) == 24

    def test_too_few_songs_are_refused(self, folder):
        catalogue = load_catalogue(folder)
        first = np.array([row.song_id == "01_01" for row in catalogue.rows])
        with pytest.raises(ValueError, match="too few songs"):
            Material(catalogue.only(first), None, OWN_SETTINGS)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["fit", "--epochs", "0"], "--epochs 0: expected 1 or more"),
            (["fit", "--with-composed", "-1"], "--with-composed -1: expected 0 or more"),
            (["export"], "training fit makes it"),
            (["rolls"], "training segments makes it"),
        ],
    )
    def test_what_can_t_be_done_is_one_line(self, tmp_path, capsys, words, said):
        assert main([*words, "--out", str(tmp_path)]) == 2
        errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
        assert len(errors) == 1
        assert said in errors[0]


class TestModel:
    def test_the_engine_scores_with_it(self, folder):
        parts = [Part.of([(0, 480, pitch, 80), (480, 480, pitch, 80)], 1920) for pitch in (50, 60)]
        music = [Excerpt(part, TempoMap.constant(120)) for part in parts]
        matches = ChromaticScorer(folder / "fusion.onnx").score_batch(music, "Green")
        assert [match.rank for match in matches] == [1, 2]

    def test_the_manifest_says_what_it_was_made_of(self, folder):
        manifest = FusionModel.load(folder / "fusion.onnx").manifest
        assert manifest.encoders == ENCODERS
        assert manifest.licence == "own catalogue: yours"
        assert manifest.split["by"] == "song"
        assert manifest.metrics["parity"] <= 1e-5
        assert manifest.data_hash == load_catalogue(folder).digest()
        page = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
        assert manifest.model_sha256[:16] in page

    def test_it_says_what_the_fitted_networks_say(self, folder):
        state = load_fitted(folder)
        ensemble = ensemble_of(state)
        assert 0 < ensemble.colour_temperature.item() != 1

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("hashed-words-and-pieces-l2-1", "mean-over-attention-mask-1"),
            ('"roll_version": "1"', '"roll_version": "0"'),
        ],
    )
    def test_another_pooling_or_roll_is_refused(self, folder, tmp_path, before, after):
        (tmp_path / "fusion.onnx").write_bytes((folder / "fusion.onnx").read_bytes())
        told = (folder / "fusion.json").read_text(encoding="utf-8")
        assert before in told
        (tmp_path / "fusion.json").write_text(told.replace(before, after), encoding="utf-8")
        with pytest.raises(ManifestRefused):
            FusionModel.load(tmp_path / "fusion.onnx")


class TestRun:
    def test_steps_that_are_done_are_done_once(self, folder, capsys, monkeypatch):
        monkeypatch.setattr(pipeline, "STEPS", (data.ROLLS, models.FIT, models.EXPORT))
        told = do(capsys, "run", "songs", "--out", folder, f"--fit={' '.join(FIT)}")
        assert sorted(told) == ["chosen", "export", "fit", "model", "rolls"]
        assert told["model"] == str(folder / "fusion.onnx")
        assert told["chosen"] == "song"
        assert told["rolls"]["made"] == 0
        assert told["fit"]["cached"]
        assert told["export"]["cached"]
