"""What the tests of the training share: folders that are made once and never written to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.shared_folders import made_once

NEEDED = ("torch", "pyarrow", "sklearn", "onnxscript", "soundfile")
# Without pip install -e .[training] there is nothing here to test.
collect_ignore_glob = [] if all(map(find_spec, NEEDED)) else ["*"]

# A fit of one epoch, and of each of three folds; recorded nowhere.
QUICK = ("--epochs", "1", "--batch", "48", "--with-composed", "1", "--folds", "3")
FIT = (*QUICK, "--no-track")


@pytest.fixture(scope="session")
def demo_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three short songs of three colours, as a person files them."""
    from training.demo.writing import write_catalogue

    def make(folder: Path) -> None:
        write_catalogue(folder, 3, seed=1, seconds=14, processes=2)

    return made_once(tmp_path_factory, "catalogue", make)


@pytest.fixture(scope="session")
def cut_songs(demo_catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The training folder of those songs: tables and slices."""
    from training.catalogue.steps import make_segments

    def make(folder: Path) -> None:
        make_segments(demo_catalogue, folder, processes=2)

    return made_once(tmp_path_factory, "cut", make)


@pytest.fixture(scope="session")
def composed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight colours of three composed songs with vectors and rolls, and what ``FIT`` composes."""
    from tests.training.dataset.folders import make_folder
    from training.dataset.rolls import make_rolls
    from training.dataset.rows import read_rows
    from training.personal.plan import Plan, composed_songs

    def make(folder: Path) -> None:
        make_folder(folder, songs=3)
        make_rolls(folder, read_rows(folder))
        composed_songs(Plan(composed=1), folder, lambda _: None)

    return made_once(tmp_path_factory, "composed", make)


@contextmanager
def small_networks() -> Iterator[None]:
    """Networks that are trained in seconds: what they have learned isn't looked at."""
    from tests.training.examples import SMALL
    from training.fusion import heads
    from training.personal import plan
    from training.text import classify, multitask

    with pytest.MonkeyPatch.context() as patch:
        settings = replace(plan.OWN_SETTINGS, size=SMALL)
        for module in (heads, classify, multitask):
            patch.setattr(module, "EPOCHS", 1)
        patch.setattr(plan, "OWN_SETTINGS", settings)
        yield


@pytest.fixture(scope="module")
def _small_networks() -> Iterator[None]:
    with small_networks():
        yield


@pytest.fixture(scope="session")
def fitted_folder(composed_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with a fitted and exported model of small networks."""
    from training.__main__ import main

    def make(folder: Path) -> None:
        shutil.copytree(composed_folder, folder)
        with small_networks():
            for words in (["fit", *FIT], ["export"]):
                assert main([*words, "--out", str(folder)]) == 0

    return made_once(tmp_path_factory, "fitted", make)
