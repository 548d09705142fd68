"""The cards say something: a plain linear classifier hears the colour of songs it never saw."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from training.composed.baseline import axis_accuracy, probabilities, standardised
from training.composed.compose import examples_of, plan
from training.composed.examples import STAGES, Examples
from training.composed.split import split_by_song

MAJORITY = 1 / 9


@pytest.fixture(scope="module")
def songs() -> Examples:
    return Examples.join([examples_of(job) for job in plan(4, 16, 0) if job.kind == "song"])


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_alone_tells_colours_apart_far_above_chance(songs: Examples, stage: str) -> None:
    examples = songs.select(songs.stage == STAGES.index(stage))
    split = split_by_song(examples)
    seen, unseen = split.train, split.test | split.validation
    found = probabilities(standardised(examples, seen), examples.colour, seen, hidden=0)
    assert (found[unseen].argmax(axis=1) == examples.colour[unseen]).mean() > 3 * MAJORITY


def test_axes_count_only_colours_with_one_mode() -> None:
    certain = np.eye(9, dtype=np.float32)
    assert axis_accuracy(certain, np.arange(9, dtype=np.int8)) == [1.0, 1.0, 1.0]
    red_as_violet = certain[[7, 2]]
    # Red and Orange are past things; heard as Violet, Red is wrong on both, but known on the third.
    assert axis_accuracy(red_as_violet, np.array([1, 2], dtype=np.int8)) == [0.5, 0.5, 1.0]
