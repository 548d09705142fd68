"""What holds without the packages that the encoders need."""

import importlib

import numpy as np
import pytest

from fitness.encoders import AudioEncoder, TextEncoder, mean_pool, middle
from fitness.errors import EncoderMissing


@pytest.fixture
def without_packages(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(importlib, "import_module", missing)


@pytest.mark.usefixtures("without_packages")
@pytest.mark.parametrize("encoder", [TextEncoder, AudioEncoder])
def test_a_missing_package_is_named_with_the_install_line(encoder):
    with pytest.raises(EncoderMissing, match=r"transformers: pip install 'composition-engine\["):
        encoder.load("anything")


def test_padding_does_not_count_in_the_mean():
    hidden = np.array([[[1.0, 3.0], [3.0, 5.0], [100.0, 100.0]], [[2.0, 2.0]] * 3])
    mask = np.array([[1, 1, 0], [1, 1, 1]])
    pooled = mean_pool(hidden, mask)
    np.testing.assert_array_equal(pooled, [[2, 4], [2, 2]])
    assert pooled.dtype == np.float32


def test_the_middle_is_ten_seconds_and_always_the_same():
    seconds = np.repeat(np.arange(30), 48_000)
    np.testing.assert_array_equal(np.unique(middle(seconds)), np.arange(10, 20))
    np.testing.assert_array_equal(middle(seconds[:100]), seconds[:100])
