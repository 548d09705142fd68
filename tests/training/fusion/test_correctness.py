"""Confidence is how often the model is right."""
# ruff: noqa: E402 - torch is optional

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

torch = pytest.importorskip("torch", reason="training needs torch: pip install -e .[training]")

from tests.training.examples import some_examples
from tests.training.fusion.killed import SETTINGS
from training.composed.examples import NO_COLOUR
from training.fusion.batches import Fixed
from training.fusion.calibration import calibrate, curve, learn_correctness, right_answers
from training.fusion.network import Ensemble
from training.fusion.train import predictions_of, train


@pytest.fixture(scope="module")
def ensemble() -> Ensemble:
    return Ensemble([train(Fixed(some_examples(90)), replace(SETTINGS, epochs=12), 1)])


def test_no_answer_is_right_about_a_fake():
    examples = some_examples(90)
    colour = np.zeros((90, 9), np.float32)
    colour[:, 0] = 1
    right = right_answers(colour, examples)
    assert not right[examples.colour == NO_COLOUR].any()
    assert right[examples.colour == 0].all()


def test_it_learns_when_the_model_is_right(ensemble: Ensemble):
    held_out, test = some_examples(180, seed=1), some_examples(180, seed=2)
    taught, right = learn_correctness(ensemble, held_out)
    assert 0.2 < right.mean() < 0.9
    calibrate(ensemble, taught, held_out, right)
    said = predictions_of(ensemble, test)
    found = right_answers(said.colour, test)
    assert curve(said.confidence, found).error < 0.15
    assert said.confidence[found].mean() > said.confidence[~found].mean() + 0.05
