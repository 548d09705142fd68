"""Small networks on vectors alone."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install -e .[training]")

from dataclasses import replace

from tests.training.examples import some_examples
from training.composed.examples import Split
from training.dataset.examples import MultimodalExamples
from training.fusion import heads
from training.fusion.heads import everything_of, scaled, side_by_side, texts_of
from training.fusion.train import prepare_torch


def telling_concepts(count: int = 120) -> tuple[MultimodalExamples, Split]:
    """Rows whose concept names their colour, and a split of them."""
    rng = np.random.default_rng(0)
    clips = MultimodalExamples.from_midi(some_examples(count))
    clips = clips.select(clips.colour >= 0)
    concept = rng.normal(size=(9, 768)).astype(np.float32)[clips.colour]
    there = np.ones(len(clips), np.bool_)
    train = np.arange(len(clips)) % 3 > 0
    return replace(clips, concept=concept, has_concept=there), Split(train, ~train, ~train)


def test_heads_learn_what_the_text_tells_and_the_majority_doesn_t(
    monkeypatch: pytest.MonkeyPatch,
):
    prepare_torch()
    monkeypatch.setattr(heads, "EPOCHS", 20)
    clips, split = telling_concepts()
    found = side_by_side(clips, split)
    assert set(found) == {"text", "everything", "majority"}
    for kinds in (found["text"], found["everything"]):
        assert set(kinds) == {"single-task", "multi-task"}
        assert all(one["temporal"] > 0.9 for one in kinds.values())
    assert found["majority"]["always"]["temporal"] < 0.6


def test_what_is_absent_says_nothing_but_that_it_is_absent():
    clips, _ = telling_concepts()
    hidden = replace(clips, has_concept=np.zeros(len(clips), np.bool_))
    assert not texts_of(hidden).any()
    assert everything_of(clips).shape == (
        len(clips),
        2 * 768 + 2 + 512 + clips.features.shape[1] + 2,
    )


def test_what_never_varied_in_training_says_nothing():
    x = np.zeros((6, 2), np.float32)
    x[:, 1] = [1, 2, 3, 4, 5, 1000]
    x[5, 0] = 7  # seen nowhere in training
    found = scaled(x, np.arange(6) < 5)
    assert not found[:, 0].any()
    assert abs(found[:5, 1].mean()) < 1e-6
    assert found[5, 1] == 4
