"""The comparison of encoders counts what they compute."""
# ruff: noqa: E402 - torch is optional

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="training needs torch: pip install -e .[training]")

from benchmarks.encoder_bench import ENCODERS, multiply_adds
from fitness.roll import ROWS, STEPS
from training.network import Size


def test_multiply_adds_of_a_convolution_and_a_linear_layer():
    layers = torch.nn.Sequential(
        torch.nn.Conv2d(1, 5, 3, stride=2, padding=1), torch.nn.Flatten(), torch.nn.LazyLinear(7)
    )
    layers(torch.zeros(1, 1, ROWS, STEPS))  # the lazy layer learns its width
    cells = 5 * (ROWS // 2) * (STEPS // 2)
    assert multiply_adds(layers) == 9 * cells + 7 * cells


def test_the_light_encoder_takes_a_tenth_of_the_dense_ones_arithmetic():
    light, dense = (multiply_adds(ENCODERS[name](Size().roll)) for name in ("light", "dense"))
    assert 10 * light <= dense
