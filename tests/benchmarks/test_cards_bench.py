"""The style cards say something: a linear classifier tells the colour of songs it never saw."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn", reason="needs scikit-learn: pip install -e .[training]")

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.composed.compose import examples_of, plan
from training.composed.examples import STAGES, Examples, split_by_song

CHANCE = 1 / 9


@pytest.fixture(scope="module")
def songs() -> Examples:
    return Examples.join([examples_of(job) for job in plan(4, 12, 0) if job.kind == "song"])


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_alone_tells_colours_apart_far_above_chance(songs: Examples, stage: str) -> None:
    examples = songs.select(songs.stage == STAGES.index(stage))
    learned_from = split_by_song(examples).train
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=1000))
    linear.fit(examples.features[learned_from], examples.colour[learned_from])
    found = linear.predict(examples.features[~learned_from])
    assert (found == examples.colour[~learned_from]).mean() > 3 * CHANCE
