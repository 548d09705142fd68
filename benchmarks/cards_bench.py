"""How well plain classifiers tell the composed colours apart, by song and by stage.

``python -m benchmarks.cards_bench [SONGS]`` composes so many songs of each colour and prints a line
for each stage, with the confusion matrix of the small network. It shows whether the style cards say
anything, and how much of it their overlap leaves.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fitness.colours import COLOUR_NAMES
from training.composed.compose import compose
from training.composed.examples import STAGES, Examples, split_by_song

CLASSIFIERS = {
    "majority": DummyClassifier(strategy="most_frequent"),
    "linear": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "small net": make_pipeline(
        StandardScaler(),
        MLPClassifier(hidden_layer_sizes=(64,), early_stopping=True, random_state=0),
    ),
}


def answers(classifier: Any, examples: Examples, learned_from: NDArray[np.bool_]) -> Any:
    """The colours ``(m,)`` that a classifier names for the other rows."""
    classifier.fit(examples.features[learned_from], examples.colour[learned_from])
    return classifier.predict(examples.features[~learned_from])


def main(songs: int) -> None:
    composed = compose(0, songs, os.cpu_count() or 1, real_pieces=0)
    for stage, name in enumerate(STAGES):
        examples = composed.select((composed.stage == stage) & (composed.colour >= 0))
        split = split_by_song(examples)
        true = examples.colour[~split.train]
        named = {key: answers(one, examples, split.train) for key, one in CLASSIFIERS.items()}
        shares = "  ".join(f"{key} {(found == true).mean():.2f}" for key, found in named.items())
        counts = confusion_matrix(true, named["small net"], labels=range(len(COLOUR_NAMES)))
        print(f"{name:7} {shares}\n{counts}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
