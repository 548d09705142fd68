"""What holds without the packages that the encoders need."""

import importlib

import numpy as np
import pytest

from fitness.encoders import (
    MIDDLE_POOLING,
    AudioEncoder,
    TextEncoder,
    audio_windows,
    encoder_sha256,
    mean_pool,
)
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


@pytest.mark.parametrize(
    ("seconds", "starts"), [(4, [0]), (10, [0]), (11, [0, 1]), (30, [0, 10, 20]), (25, [0, 7, 15])]
)
def test_windows_of_ten_seconds_cover_a_recording(seconds, starts):
    wave = np.repeat(np.arange(seconds), 48_000)
    windows = audio_windows(wave)
    assert [int(window[0]) for window in windows] == starts
    assert all(len(window) == min(seconds, 10) * 48_000 for window in windows)
    assert {int(second) for window in windows for second in np.unique(window)} == set(
        range(seconds)
    )


def test_older_models_hear_the_ten_seconds_in_the_middle():
    wave = np.repeat(np.arange(30), 48_000)
    (window,) = audio_windows(wave, MIDDLE_POOLING)
    np.testing.assert_array_equal(np.unique(window), np.arange(10, 20))
    (short,) = audio_windows(wave[:100], MIDDLE_POOLING)
    np.testing.assert_array_equal(short, wave[:100])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    return tmp_path


def test_a_name_that_is_no_folder_has_no_hash(tmp_path):
    assert encoder_sha256("microsoft/deberta-v3-base") is None
    assert encoder_sha256(str(tmp_path / "nothing")) is None


def test_a_copy_has_the_same_hash_whatever_lies_beside(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("copy")
    for path in folder.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    (other / "README.md").write_text("hello")
    (other / "notes").mkdir()
    assert encoder_sha256(str(other)) == encoder_sha256(str(folder))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "vocab.txt"])
def test_what_decides_on_vectors_decides_on_the_hash(folder, name):
    before = encoder_sha256(str(folder))
    (folder / name).write_bytes(b"other")
    assert encoder_sha256(str(folder)) != before
