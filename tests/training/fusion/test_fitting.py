"""The loop: what lies beside the notes, the best epoch, and a fit that was killed."""
# ruff: noqa: E402 - torch is optional

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install -e .[training]")

from tests.training.examples import some_examples
from tests.training.fusion.killed import KEY, SETTINGS, fitted
from training.dataset.examples import DIMENSIONS, MODALITIES, MultimodalExamples
from training.fusion.batches import Fixed, batch_of
from training.fusion.checkpoint import Checkpoint
from training.fusion.network import FusionNetwork
from training.fusion.train import device_of, hide_modalities, logits, train


def accompanied(count: int = 60, seed: int = 0) -> MultimodalExamples:
    """Toy examples with random vectors beside them, each there in two of three rows."""
    rng = np.random.default_rng(seed)
    alone = MultimodalExamples.from_midi(some_examples(count))
    vectors = {
        name: rng.normal(size=(count, size)).astype(np.float32) for name, size in DIMENSIONS.items()
    }
    flags = {f"has_{name}": rng.random(count) < 2 / 3 for name in MODALITIES}
    return replace(alone, **vectors, **flags)


def same(first: dict, second: dict) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(values, second[name]) for name, values in first.items()
    )


@pytest.fixture(scope="module")
def network() -> FusionNetwork:
    return train(Fixed(accompanied()), msgspec.structs.replace(SETTINGS, epochs=1), 0)


class TestModalities:
    @pytest.mark.parametrize("name", MODALITIES)
    def test_an_answer_doesn_t_depend_on_what_is_absent(self, network: FusionNetwork, name: str):
        given = accompanied(seed=1)
        array = "features" if name == "midi" else name
        absent = ~getattr(given, f"has_{name}")
        other = getattr(given, array) + np.float32(absent[:, None])
        there = getattr(given, array) + np.float32(~absent[:, None])
        said = logits(network, given)
        assert torch.equal(said.colour, logits(network, replace(given, **{array: other})).colour)
        heard = logits(network, replace(given, **{array: there})).colour
        changed = (heard != said.colour).any(dim=1).numpy()
        assert not changed[absent].any()
        assert changed[~absent].any()

    @pytest.mark.parametrize("name", MODALITIES)
    def test_each_is_hidden_in_its_share_of_rows(self, name: str):
        count = 900
        given = accompanied(count)
        shown = {f"has_{modality}": np.ones(count, np.bool_) for modality in MODALITIES}
        batch = batch_of(replace(given, **shown), np.arange(count), None)
        torch.manual_seed(0)
        inputs = hide_modalities(batch, SETTINGS)
        hidden = 1 - inputs[f"has_{name}"].float().mean().item()
        assert 0.1 < hidden < 0.2

    def test_every_null_is_learned(self):
        torch.manual_seed(0)
        before = FusionNetwork(SETTINGS.size)
        after = train(Fixed(accompanied()), SETTINGS, 0)
        for name in DIMENSIONS:
            first, second = getattr(before, name).null, getattr(after, name).null
            assert not torch.allclose(first, second)
        assert not torch.allclose(before.null_midi, after.null_midi)


class TestSeeds:
    def test_one_seed_one_model(self):
        first, second = (train(Fixed(accompanied()), SETTINGS, 7).state_dict() for _ in range(2))
        assert same(first, second)

    def test_somebody_who_looks_changes_nothing(self):
        looked = train(Fixed(accompanied()), SETTINGS, 7, validation_metric=rising())
        assert same(looked.state_dict(), train(Fixed(accompanied()), SETTINGS, 7).state_dict())


def rising():
    """A judge to whom every epoch is better than the one before."""
    epochs = iter(range(100))
    return lambda _: float(next(epochs))


class TestStopping:
    def test_the_best_epoch_is_taken(self):
        accuracies = iter([0.1, 0.5, 0.5, 0.2])
        best = train(
            Fixed(accompanied()), SETTINGS, 1, validation_metric=lambda _: next(accuracies)
        )
        seen = []

        def look(network: FusionNetwork) -> float:
            seen.append({name: v.clone() for name, v in network.state_dict().items()})
            return 0.0

        train(Fixed(accompanied()), SETTINGS, 1, validation_metric=look)
        assert same(best.state_dict(), seen[1])

    def test_it_ends_when_it_gets_no_better(self):
        epochs = []

        def judge(_: FusionNetwork) -> float:
            epochs.append(1)
            return -float(len(epochs))

        train(
            Fixed(accompanied()),
            msgspec.structs.replace(SETTINGS, epochs=9, patience=2),
            1,
            validation_metric=judge,
        )
        assert len(epochs) == 3


@pytest.fixture(scope="module")
def uninterrupted() -> dict:
    return fitted(None).state_dict()


class TestKilled:
    def test_killed_in_the_last_of_four_epochs_it_resumes(
        self, tmp_path: Path, uninterrupted: dict
    ):
        run = [sys.executable, "-m", "tests.training.fusion.killed", str(tmp_path), "14"]
        assert subprocess.run(run, check=False).returncode == -signal.SIGKILL
        resumed = fitted(Checkpoint(tmp_path / "fit.pt", KEY))
        assert same(resumed.state_dict(), uninterrupted)

    @pytest.mark.parametrize("step", [2, 7])
    def test_interrupted_in_any_epoch_it_resumes(
        self, tmp_path: Path, step: int, uninterrupted: dict
    ):
        def stop() -> None:
            raise KeyboardInterrupt

        checkpoint = Checkpoint(tmp_path / "fit.pt", KEY)
        with pytest.raises(KeyboardInterrupt):
            fitted(checkpoint, step, stop)
        assert same(fitted(checkpoint).state_dict(), uninterrupted)

    def test_a_finished_fit_does_nothing_again(self, tmp_path: Path, uninterrupted: dict):
        checkpoint = Checkpoint(tmp_path / "fit.pt", KEY)
        fitted(checkpoint)
        steps = []
        examples = Fixed(MultimodalExamples.from_midi(some_examples(60)))
        again = train(
            examples, SETTINGS, 3, lambda *step: steps.append(step), checkpoint=checkpoint
        )
        assert not steps
        assert same(uninterrupted, again.state_dict())
        assert Checkpoint(tmp_path / "fit.pt", "another").load() is None

    def test_a_broken_checkpoint_is_named(self, tmp_path: Path):
        (tmp_path / "fit.pt").write_bytes(b"broken")
        with pytest.raises(ValueError, match=r"fit\.pt: not a checkpoint"):
            Checkpoint(tmp_path / "fit.pt", KEY).load()


def test_a_device_that_is_not_here_is_refused():
    assert device_of("cpu").type == "cpu"
    if not torch.cuda.is_available():
        assert device_of("auto").type == "cpu"
        with pytest.raises(ValueError, match="cuda"):
            device_of("cuda")
