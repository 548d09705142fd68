"""The light roll encoder against a dense one: accuracy on the same songs.

``python -m benchmarks.encoder_bench [SONGS] [EPOCHS]`` fits the fusion network with either encoder,
all else equal, once on the roll alone and once with the features beside it; accuracy is on songs
that neither saw. The dense ones take most of the time: hours for a whole catalogue. Arithmetic
and speed are compared by ``benchmarks.scoring_bench``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import product
from time import perf_counter
from typing import Any, cast

import numpy as np
from torch import Tensor, nn

from fitness.colours import AXES
from training.bootstrap import Catalogue, catalogue_of
from training.fusion.batches import Fixed
from training.fusion.metrics import accuracies
from training.fusion.network import BOTH, ROLL, Ensemble, FusionNetwork
from training.fusion.train import Settings, build_network, predictions_of, prepare_torch, train

SONGS, EPOCHS, SEED = 25, 8, 11
DENSE_CHANNELS = (32, 64, 128)
GRID = 4
DENSE_WIDTH = 512


class DenseCnn(nn.Module):
    """Three dense 3x3 convolutions at full resolution: 631 million operations a sample."""

    def __init__(self, width: int = DENSE_WIDTH) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((1, *DENSE_CHANNELS), DENSE_CHANNELS, strict=False):
            layers += [
                nn.Conv2d(before, after, 3, padding=1),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        layers[-1] = nn.AdaptiveAvgPool2d(GRID)
        self.encoder = nn.Sequential(*layers, nn.Flatten())
        self.summary = nn.Sequential(
            nn.Linear(DENSE_CHANNELS[-1] * GRID * GRID, DENSE_WIDTH), nn.ReLU()
        )
        self.narrow = nn.Identity() if width == DENSE_WIDTH else nn.Linear(DENSE_WIDTH, width)

    def forward(self, piano_roll: Tensor) -> Tensor:
        """``(n, 1, 128, 256)`` to ``(n, width)``."""
        return cast("Tensor", self.narrow(self.summary(self.encoder(piano_roll))))


def dense_network(settings: Settings, features: int) -> FusionNetwork:
    """The fusion network with the dense encoder in the light one's place, all else equal."""
    network = build_network(settings, features)
    network.roll = DenseCnn(settings.size.roll)
    return network


BUILDERS = {"light": build_network, "dense": dense_network}
READS = {"roll and features": BOTH, "roll alone": ROLL}


def accuracy(catalogue: Catalogue, settings: Settings, encoder: str) -> dict[str, Any]:
    """On the test songs, of one network with this encoder."""
    began = perf_counter()
    network = train(Fixed(catalogue.train), settings, SEED, build=BUILDERS[encoder])
    seconds = perf_counter() - began
    predictions = predictions_of(Ensemble([network]), catalogue.test)
    found = accuracies(predictions, catalogue.test, catalogue.train_colours)
    return {
        "seconds": round(seconds),
        "colour": {stage: row["colour"] for stage, row in found.items()},
        "modes": round(float(np.mean([found["all"]["modes"][axis] for axis in AXES])), 4),
    }


def measure(songs: int, epochs: int) -> Iterator[dict[str, Any]]:
    """One row after the other, as they are found."""
    prepare_torch()
    catalogue = catalogue_of(SEED, songs, real_pieces=0)
    yield {
        "training clips": len(catalogue.train),
        "test clips": len(catalogue.test),
        "epochs": epochs,
    }
    for (name, reads), encoder in product(READS.items(), BUILDERS):
        found = accuracy(catalogue, Settings(epochs=epochs, reads=reads), encoder)
        yield {"reads": name, "encoder": encoder} | found


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    for row in measure(*given, *(SONGS, EPOCHS)[len(given) :]):
        print(json.dumps(row), flush=True)
