"""The loop: what lies beside the notes, the best epoch, and a fit that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest
import torch

from tests.training.examples import SMALL, some_examples
from training.composed.examples import NO_COLOUR
from training.dataset.examples import DIMENSIONS, MODALITIES, MultimodalExamples
from training.fusion.batches import Fixed, batch_of
from training.fusion.calibration import calibrate, curve, learn_correctness, right_answers
from training.fusion.checkpoint import Checkpoint
from training.fusion.network import Ensemble, FusionNetwork
from training.fusion.train import (
    Settings,
    device_of,
    hide_modalities,
    logits,
    predictions_of,
    train,
)

SETTINGS = Settings(epochs=4, batch_size=16, size=SMALL, midi_dropout=0.15, embedding_dropout=0.15)
KEY = "a fit"
KILLED = """
import sys
from pathlib import Path
from tests.training.fusion.test_fitting import KEY, fitted
from training.fusion.checkpoint import Checkpoint
fitted(Checkpoint(Path(sys.argv[1]), KEY), 14)
"""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fitted(
    checkpoint: Checkpoint | None, stop_at: int = 0, stop: Callable[[], None] = die
) -> FusionNetwork:
    """A network that is validated after each epoch; training stops after a step."""
    examples = MultimodalExamples.from_midi(some_examples(60))

    def progress(step: int, steps: int, loss: float) -> None:
        del steps, loss
        if step == stop_at:
            stop()

    def judge(network: FusionNetwork) -> float:
        return float(logits(network, examples).colour.argmax(dim=1).eq(1).float().mean())

    return train(
        Fixed(examples), SETTINGS, 3, progress, validation_metric=judge, checkpoint=checkpoint
    )


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
    def test_an_answer_doesn_t_depend_on_what_is_absent(self, network, name):
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
    def test_each_is_hidden_in_its_share_of_rows(self, name):
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


def test_one_seed_is_one_model_whether_or_not_it_is_validated():
    epochs = iter(range(100))  # every epoch is better than the one before
    first, second = (train(Fixed(accompanied()), SETTINGS, 7).state_dict() for _ in range(2))
    validated = train(
        Fixed(accompanied()), SETTINGS, 7, validation_metric=lambda _: float(next(epochs))
    )
    assert same(first, second)
    assert same(first, validated.state_dict())


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
    def test_killed_in_the_last_of_four_epochs_it_resumes(self, tmp_path, uninterrupted):
        run = [sys.executable, "-c", KILLED, str(tmp_path / "fit.pt")]
        assert subprocess.run(run, check=False).returncode == -signal.SIGKILL
        resumed = fitted(Checkpoint(tmp_path / "fit.pt", KEY))
        assert same(resumed.state_dict(), uninterrupted)

    @pytest.mark.parametrize("step", [2, 7])
    def test_interrupted_in_any_epoch_it_resumes(self, tmp_path, step, uninterrupted):
        def stop() -> None:
            raise KeyboardInterrupt

        checkpoint = Checkpoint(tmp_path / "fit.pt", KEY)
        with pytest.raises(KeyboardInterrupt):
            fitted(checkpoint, step, stop)
        assert same(fitted(checkpoint).state_dict(), uninterrupted)

    def test_a_finished_fit_does_nothing_again(self, tmp_path, uninterrupted):
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

    def test_a_broken_checkpoint_is_named(self, tmp_path):
        (tmp_path / "fit.pt").write_bytes(b"broken")
        with pytest.raises(ValueError, match=r"fit\.pt: not a checkpoint"):
            Checkpoint(tmp_path / "fit.pt", KEY).load()


def test_a_device_that_is_not_here_is_refused():
    assert device_of("cpu").type == "cpu"
    if not torch.cuda.is_available():
        assert device_of("auto").type == "cpu"
        with pytest.raises(ValueError, match="cuda"):
            device_of("cuda")


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return Ensemble(
        [train(Fixed(some_examples(90)), msgspec.structs.replace(SETTINGS, epochs=12), 1)]
    )


def test_no_answer_is_right_about_a_fake():
    examples = some_examples(90)
    colour = np.zeros((90, 9), np.float32)
    colour[:, 0] = 1
    right = right_answers(colour, examples)
    assert not right[examples.colour == NO_COLOUR].any()
    assert right[examples.colour == 0].all()


def test_it_learns_when_the_model_is_right(ensemble):
    held_out, test = some_examples(180, seed=1), some_examples(180, seed=2)
    taught, right = learn_correctness(ensemble, held_out)
    assert 0.2 < right.mean() < 0.9
    calibrate(ensemble, taught, held_out, right)
    said = predictions_of(ensemble, test)
    found = right_answers(said.colour, test)
    assert curve(said.confidence, found).error < 0.15
    assert said.confidence[found].mean() > said.confidence[~found].mean() + 0.05
