"""The loop: what lies beside the notes, the best epoch, and a fit that was killed."""
# ruff: noqa: E402 - torch is optional

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install -e .[training]")

from tests.training.examples import some_examples
from tests.training.fusion.killed import KEY, SETTINGS, fitted
from training.dataset.examples import DIMENSIONS, MODALITIES, Accompanied
from training.fusion.batches import Fixed, batch_of
from training.fusion.fitting import ask, device_of, fit, logits
from training.fusion.keeping import Keeping, load_whole
from training.fusion.network import FusionNetwork


def accompanied(count: int = 60, seed: int = 0) -> Accompanied:
    """Toy examples with random vectors beside them, each there in two of three rows."""
    rng = np.random.default_rng(seed)
    alone = Accompanied.alone(some_examples(count))
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
    return fit(Fixed(accompanied()), replace(SETTINGS, epochs=1), 0)


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
        asked = {}
        network = FusionNetwork(SETTINGS.size)
        network.register_forward_pre_hook(
            lambda _, __, inputs: asked.update(inputs), with_kwargs=True
        )
        torch.manual_seed(0)
        with torch.no_grad():
            ask(network, batch, SETTINGS)
        hidden = 1 - asked[f"has_{name}"].float().mean().item()
        assert 0.1 < hidden < 0.2

    def test_every_null_is_learned(self):
        torch.manual_seed(0)
        before = FusionNetwork(SETTINGS.size)
        after = fit(Fixed(accompanied()), SETTINGS, 0)
        for name in DIMENSIONS:
            first, second = getattr(before, name).null, getattr(after, name).null
            assert not torch.allclose(first, second)
        assert not torch.allclose(before.null_midi, after.null_midi)


class TestSeeds:
    def test_one_seed_one_model(self):
        first, second = (fit(Fixed(accompanied()), SETTINGS, 7).state_dict() for _ in range(2))
        assert same(first, second)

    def test_somebody_who_looks_changes_nothing(self):
        looked = fit(Fixed(accompanied()), SETTINGS, 7, judge=rising())
        assert same(looked.state_dict(), fit(Fixed(accompanied()), SETTINGS, 7).state_dict())


def rising():
    """A judge to whom every epoch is better than the one before."""
    epochs = iter(range(100))
    return lambda _: float(next(epochs))


class TestStopping:
    def test_the_best_epoch_is_taken(self):
        accuracies = iter([0.1, 0.5, 0.5, 0.2])
        best = fit(Fixed(accompanied()), SETTINGS, 1, judge=lambda _: next(accuracies))
        seen = []

        def look(network: FusionNetwork) -> float:
            seen.append({name: v.clone() for name, v in network.state_dict().items()})
            return 0.0

        fit(Fixed(accompanied()), SETTINGS, 1, judge=look)
        assert same(best.state_dict(), seen[1])

    def test_it_ends_when_it_gets_no_better(self):
        epochs = []

        def judge(_: FusionNetwork) -> float:
            epochs.append(1)
            return -float(len(epochs))

        fit(Fixed(accompanied()), replace(SETTINGS, epochs=9, patience=2), 1, judge=judge)
        assert len(epochs) == 3


class TestKilled:
    # Of four epochs of four steps, in the first and in the last.
    @pytest.mark.parametrize("step", [2, 14])
    def test_killed_and_begun_again_it_is_the_same_model(self, tmp_path: Path, step: int):
        run = [sys.executable, "-m", "tests.training.fusion.killed", str(tmp_path)]
        assert subprocess.run([*run, str(step)], check=False).returncode == -signal.SIGKILL
        assert not (tmp_path / "done.pt").exists()
        subprocess.run([*run, "0"], check=True)
        assert same(load_whole(tmp_path / "done.pt"), fitted(None).state_dict())

    def test_a_finished_fit_does_nothing_again(self, tmp_path: Path):
        keeping = Keeping(tmp_path / "fit.pt", KEY)
        first = fitted(keeping)
        steps = []
        examples = Fixed(Accompanied.alone(some_examples(60)))
        again = fit(examples, SETTINGS, 3, lambda *step: steps.append(step), keeping=keeping)
        assert not steps
        assert same(first.state_dict(), again.state_dict())

    def test_another_fit_doesn_t_go_on_from_it(self, tmp_path: Path):
        fitted(Keeping(tmp_path / "fit.pt", KEY))
        assert Keeping(tmp_path / "fit.pt", "another").load() is None

    def test_a_broken_checkpoint_is_named(self, tmp_path: Path):
        (tmp_path / "fit.pt").write_bytes(b"broken")
        with pytest.raises(ValueError, match=r"fit\.pt: not a checkpoint"):
            Keeping(tmp_path / "fit.pt", KEY).load()


def test_a_device_that_is_not_here_is_refused():
    assert device_of("cpu").type == "cpu"
    if not torch.cuda.is_available():
        assert device_of("auto").type == "cpu"
        with pytest.raises(ValueError, match="cuda"):
            device_of("cuda")
