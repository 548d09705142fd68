"""A small random model of the current profile, and what scores with it."""

from pathlib import Path

import pytest

from fitness.fusion import FusionModel
from fitness.scorer import ChromaticScorer
from tests.fitness.models import write


@pytest.fixture(scope="module")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("model"), "fusion")


@pytest.fixture(scope="module")
def model(model_path: Path) -> FusionModel:
    return FusionModel.load(model_path)


@pytest.fixture(scope="module")
def scorer(model_path: Path) -> ChromaticScorer:
    return ChromaticScorer(model_path)
