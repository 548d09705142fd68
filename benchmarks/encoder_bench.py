"""The light roll encoder against a dense one: accuracy on the same songs.

``python -m benchmarks.encoder_bench [SONGS] [EPOCHS]`` fits the fusion network with either encoder,
all else equal, once on the roll alone and once with the features beside it; accuracy is on songs
that neither saw. The dense ones take most of the time: hours for a whole catalogue. Arithmetic
and speed are compared by ``benchmarks.scoring_bench``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np
from torch import nn

from fitness.colours import AXES
from training.bootstrap import Catalogue, catalogue_of
from training.fusion.batches import Fixed
from training.fusion.figures import accuracies
from training.fusion.fitting import Settings, fit, predictions_of, prepare_torch
from training.fusion.network import BOTH, ROLL, Ensemble
from training.fusion.reference import DenseCnn

SONGS, EPOCHS, SEED = 25, 8, 11
# None is the light one, the network's own.
ENCODERS: dict[str, Callable[[int], nn.Module] | None] = {"light": None, "dense": DenseCnn}
READS = {"roll and features": BOTH, "roll alone": ROLL}


def accuracy(catalogue: Catalogue, settings: Settings, encoder: str) -> dict[str, Any]:
    """On the test songs, of one network with this encoder."""
    began = perf_counter()
    network = fit(Fixed(catalogue.train), settings, SEED, encoder=ENCODERS[encoder])
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
    for (name, reads), encoder in product(READS.items(), ENCODERS):
        found = accuracy(catalogue, Settings(epochs=epochs, reads=reads), encoder)
        yield {"reads": name, "encoder": encoder} | found


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    for row in measure(*given, *(SONGS, EPOCHS)[len(given) :]):
        print(json.dumps(row), flush=True)
