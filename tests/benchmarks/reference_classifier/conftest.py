from __future__ import annotations

import pytest

from benchmarks.reference_classifier.classifier import TrainedClassifier, train

SONGS = 12  # of every colour


@pytest.fixture(scope="session")
def trained() -> TrainedClassifier:
    return train(seed=5, songs_per_colour=SONGS)
