"""The model that ships: it is there, it is whole, and every wheel carries it."""

from __future__ import annotations

import shutil
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fitness.excerpts import Excerpt
from fitness.fusion import DEFAULT_MODEL, FusionModel
from fitness.manifest import load_manifest, manifest_path
from fitness.predictions import Predictions
from genomes import Context, Key, Meter, Section
from genomes.chords import CHORDS

ROOT = Path(__file__).parents[2]
MAX_BYTES = 20e6
CARD = DEFAULT_MODEL.with_name("MODEL_CARD.md")
CONTEXT = Context(Key.parse("E minor"), Meter(4, 4), 100.0, Section("verse", 4))


def predictions(model: FusionModel) -> Predictions:
    rng = np.random.default_rng(7)
    parts = [CHORDS.render(CHORDS.random(CONTEXT, rng)[0], CONTEXT) for _ in range(40)]
    return model.predict_excerpts(
        [Excerpt(part, CONTEXT.tempo_map, CONTEXT.meter) for part in parts]
    )


def test_it_is_one_of_ours_and_small() -> None:
    model = FusionModel.load(DEFAULT_MODEL)
    assert model.profile.name == "fusion"
    assert model.manifest is not None
    assert model.manifest.licence == "MIT"
    assert DEFAULT_MODEL.stat().st_size < MAX_BYTES


def test_its_card_is_about_it() -> None:
    sha256 = load_manifest(DEFAULT_MODEL).model_sha256
    assert sha256[:16] in CARD.read_text("utf-8")


def test_a_package_carries_everything_it_needs() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["fitness"]
    folder = files("fitness") / "data"
    names = {entry.name for entry in folder.iterdir()}
    assert {DEFAULT_MODEL.name, manifest_path(DEFAULT_MODEL).name, CARD.name} <= names
    for name in names:
        assert any(Path("data", name).match(pattern) for pattern in patterns), name


def test_it_needs_nothing_beside_the_notes() -> None:
    said = predictions(FusionModel.load(DEFAULT_MODEL))
    assert said.colour is not None
    for told in (said.temporal, said.spatial, said.ontological, said.colour, said.confidence):
        assert np.ptp(told) > 1e-3


@pytest.mark.parametrize(("workers", "threads"), [(1, 1), (2, 1), (1, 5)])
def test_the_number_of_cores_decides_nothing(tmp_path: Path, workers: int, threads: int) -> None:
    for path in (DEFAULT_MODEL, manifest_path(DEFAULT_MODEL)):  # each file has a session of its own
        shutil.copy(path, tmp_path)
    here = predictions(FusionModel.load(DEFAULT_MODEL))
    copy = tmp_path / DEFAULT_MODEL.name
    there = predictions(FusionModel.load(copy, workers=workers, threads=threads))
    assert here.colour is not None
    assert there.colour is not None
    for one, other in ((here.axes, there.axes), (here.colour, there.colour)):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-6)
    np.testing.assert_allclose(here.confidence, there.confidence, rtol=0, atol=2e-6)
