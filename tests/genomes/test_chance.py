import numpy as np
import pytest

from genomes.variation import draw, draw_by_energy, pick

OPTIONS = ("still", "calm", "moving", "full")


def counts(energy):
    rng = np.random.default_rng(1)
    drawn = [draw_by_energy(rng, OPTIONS, energy) for _ in range(4000)]
    return [drawn.count(option) for option in OPTIONS]


def test_at_half_energy_everything_is_as_likely():
    assert all(count == pytest.approx(1000, abs=120) for count in counts(0.5))


def test_energy_leans_to_the_full_and_stillness_to_the_still():
    assert counts(1.0) == sorted(counts(1.0))
    assert counts(0.0) == sorted(counts(0.0), reverse=True)
    assert min(counts(0.0) + counts(1.0)) > 0


def test_the_ends_are_as_far_apart_as_said():
    likely = counts(1.0)
    assert likely[-1] / likely[0] == pytest.approx(np.exp(3), rel=0.35)


def test_drawing_by_weight_and_evenly():
    rng = np.random.default_rng(2)
    assert {draw(rng, OPTIONS, (0, 0, 1, 0)) for _ in range(20)} == {"moving"}
    assert {pick(rng, OPTIONS) for _ in range(100)} == set(OPTIONS)
