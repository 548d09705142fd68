"""Planted fakes are scored as a run judges them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fitness.colours import COLOURS
from fitness.fusion import FusionModel
from fitness.total import Fitness, Weights
from tests.fitness.models import write
from training.fusion import planted
from training.fusion.planted import ALL_KINDS, fakes, scored


def model(folder: Path, threshold: float) -> FusionModel:
    path = write(folder, "fusion", manifest={"confidence_threshold": threshold})
    return FusionModel.load(path, workers=1)


def test_a_clip_is_judged_as_the_engine_does(tmp_path):
    critic = model(tmp_path, 0.5)
    clips = [planted._held_out(place, "chords", 0, number) for place in (1, 8) for number in (0, 1)]
    clips += [planted._fake("shuffled_bars", "chords", 0, 0)]
    found = scored(critic, "chords", clips)
    for place, colour in enumerate(COLOURS):
        fitness = Fitness("chords", colour, Weights(), critic)
        scores = [fitness.score([clip.part], clip.context)[0] for clip in clips]
        assert np.allclose(found.totals[place], [score.total for score in scores], atol=1e-6)
        assert found.passes.tolist() == [score.passes for score in scores]


def test_what_the_gate_refuses_ranks_above_nothing(tmp_path):
    for row in fakes(model(tmp_path, 1.0), "chords", 3, 0, 6).values():
        assert row["passes"] == row["above_median"] == row["above_quarter"] == 0


def test_without_a_gate_some_rank_above(tmp_path):
    found = fakes(model(tmp_path, 0.0), "chords", 6, 0, 6)
    assert list(found) == list(ALL_KINDS)
    assert all(row["passes"] == 1 for row in found.values())
    assert max(row["above_quarter"] for row in found.values()) > 0
    assert all(row["above_quarter"] >= row["above_median"] for row in found.values())
    assert all(row["worst_quarter"]["share"] >= row["above_quarter"] for row in found.values())


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_fake_wears_the_harmony_of_a_composed_part(kind):
    fake, again, other = (planted._fake(kind, "chords", 0, number) for number in (1, 1, 2))
    assert fake.part == again.part
    assert fake.part != other.part
    assert sum(span.duration_ticks for span in fake.part.harmony) == fake.part.length_ticks
    assert len(fake.part.notes)
