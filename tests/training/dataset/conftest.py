"""One small training folder, made once and never written to."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install -e .[training]")
pytest.importorskip("pyarrow", reason="training needs pyarrow: pip install -e .[training]")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight colours of three songs, painted."""
    from tests.training.dataset.folders import make_folder
    from training.dataset.rolls import make_rolls
    from training.dataset.rows import read_rows

    made = make_folder(tmp_path_factory.mktemp("songs") / "training", songs=3)
    make_rolls(made, read_rows(made))
    return made


@pytest.fixture(scope="session")
def catalogue(folder: Path):
    """What lies in the folder."""
    from training.dataset.catalogue import load_catalogue

    return load_catalogue(folder)
