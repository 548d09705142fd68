from __future__ import annotations

import pytest

from training.judge.judge import Trained, train

SONGS = 12  # of every colour


@pytest.fixture(scope="session")
def trained() -> Trained:
    return train(seed=5, songs_per_colour=SONGS)
