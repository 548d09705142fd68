"""Every way of varying clips has a switch, and optional inputs count where they are there."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from fitness.fusion import FusionModel
from fitness.predictions import Embeddings
from tests.training.examples import some_examples
from tests.training.fusion.test_fitting import SETTINGS, accompanied
from training.dataset.examples import MultimodalExamples
from training.fusion.batches import (
    AUGMENTATIONS,
    LOUDNESS,
    ROTATED,
    TRANSPOSED,
    VELOCITIES,
    Fixed,
    batch_of,
    vary,
)
from training.fusion.export import export, parity, write_manifest
from training.fusion.network import Ensemble, FusionNetwork
from training.fusion.train import Logits, logits, loss_of, train

OPTIONS = frozenset({"prosody", "section"})


def varied(augmented: frozenset[str]) -> tuple[torch.Tensor, torch.Tensor]:
    clips = some_examples(40)
    rolls, features = torch.from_numpy(clips.rolls), torch.from_numpy(clips.features)
    return vary(rolls, features, np.random.default_rng(3), augmented)


@pytest.mark.parametrize("name", [TRANSPOSED, ROTATED, LOUDNESS])
def test_a_switch_turns_off_its_own_and_nothing_besides(name):
    rolls, features = varied(AUGMENTATIONS)
    without, plain = varied(AUGMENTATIONS - {name})
    assert not torch.equal(rolls, without)
    if name == LOUDNESS:
        assert torch.equal(rolls > 0, without > 0)
    else:
        assert torch.equal(features[:, VELOCITIES], plain[:, VELOCITIES])
    nothing, same = varied(frozenset())
    clips = some_examples(40)
    assert torch.equal(nothing, torch.from_numpy(clips.rolls).to(nothing.dtype))
    assert torch.equal(same, torch.from_numpy(clips.features))


def with_options(count: int = 60, seed: int = 0) -> MultimodalExamples:
    """Toy examples with prosody in some rows, and a type of section in all."""
    rng = np.random.default_rng(seed)
    section = np.eye(7, dtype=np.float32)[rng.integers(7, size=count)]
    there = rng.random(count) < 0.5
    prosody = rng.normal(size=(count, 19)).astype(np.float32)
    return replace(accompanied(count, seed), prosody=prosody, has_prosody=there, section=section)


@pytest.fixture(scope="module")
def network() -> FusionNetwork:
    settings = msgspec.structs.replace(SETTINGS, epochs=1, options=OPTIONS)
    return train(Fixed(with_options()), settings, 0)


def test_prosody_counts_where_it_is_there_and_the_section_everywhere(network):
    clips = with_options(seed=1)
    said = logits(network, clips).colour
    moved = logits(network, replace(clips, prosody=clips.prosody + 1)).colour
    changed = (said != moved).any(dim=1).numpy()
    assert (changed == clips.has_prosody).all()
    other = logits(network, replace(clips, section=np.roll(clips.section, 1, axis=1))).colour
    assert (said != other).any(dim=1).all()


def test_without_the_options_nothing_of_them_counts():
    settings = msgspec.structs.replace(SETTINGS, epochs=1)
    plain = train(Fixed(with_options()), settings, 0)
    bare = train(Fixed(accompanied()), settings, 0)
    weights = zip(plain.state_dict().values(), bare.state_dict().values(), strict=True)
    assert all(torch.equal(one, other) for one, other in weights)


def test_the_file_of_a_network_with_options_is_recognised_and_says_the_same(network, tmp_path):
    path = tmp_path / "fusion.onnx"
    ensemble = Ensemble([network])
    export(ensemble, path)
    assert parity(ensemble, path) < 1e-5
    model = write_manifest(
        path,
        threshold=0.0,
        stage_thresholds={},
        calibration={},
        data_hash="",
        split={"by": "song"},
        metrics={},
        options=ensemble.profile.options,
    )
    assert isinstance(model, FusionModel)
    assert model.profile.name == "fusion+prosody+section"
    assert model.manifest is not None
    assert model.manifest.optional_inputs == {"prosody": "1", "section": "1"}
    clips = with_options(3)
    rolls = np.zeros((3, 1, 128, 256), np.float32)
    plain = model.predict(Embeddings().inputs(rolls, clips.features))
    given = Embeddings(prosody=clips.prosody[:1], section=clips.section[:1])
    told = model.predict(given.inputs(rolls, clips.features))
    assert np.abs(plain.axes - told.axes).max() > 0


def test_a_row_counts_by_its_weight():
    torch.manual_seed(0)
    clips = MultimodalExamples.from_midi(some_examples(20))
    outputs = Logits(torch.randn(20, 3, 3), torch.randn(20, 9), torch.randn(20, 1))

    def loss(weight: np.ndarray) -> float:
        weighted = replace(clips, weight=weight.astype(np.float32))
        batch = batch_of(weighted, np.arange(20), None)
        settings = msgspec.structs.replace(SETTINGS, confidence_weight=0.0)
        return float(loss_of(outputs, batch, settings))

    coloured = np.flatnonzero(clips.colour >= 0)
    first, second = (np.isin(np.arange(20), rows) for rows in (coloured[:5], coloured[5:9]))
    assert loss(first * 2.0) == pytest.approx(loss(first * 1.0))
    together = loss(first * 5.0 + second * 3.0)
    mean = (5 * 5 * loss(first * 1.0) + 3 * 4 * loss(second * 1.0)) / (5 * 5 + 3 * 4)
    assert together == pytest.approx(mean, rel=1e-5)
    settings = msgspec.structs.replace(SETTINGS, confidence_weight=0.0)
    plain = loss_of(outputs, batch_of(some_examples(20), np.arange(20), None), settings)
    assert loss(np.ones(20)) == float(plain)
