"""The songs of these tests, read once."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def folder(composed_folder: Path) -> Path:
    """Of eight colours, three songs each."""
    return composed_folder


@pytest.fixture(scope="session")
def catalogue(composed_folder: Path):
    """What lies in the folder."""
    from training.dataset.catalogue import load_catalogue

    return load_catalogue(composed_folder)
