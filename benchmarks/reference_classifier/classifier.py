"""A forest that predicts the colour of a part, and its Mahalanobis distance from each colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import ExtraTreesClassifier

from benchmarks.reference_classifier.measures import (
    MeasuredParts,
    compose_measured,
    split,
)
from fitness.colours import COLOUR_NAMES
from fitness.judge.measures import measure_matrix
from genomes.notes import Part
from genomes.time import Meter

DEFAULT_SEED = 7  # not the one that models are made with
DEFAULT_SONGS = 120
TREES = 400
LEAF_PARTS = 2
FLAT = 1e-9  # a measure that varies less says nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """Predictions for some parts.

    Attributes:
        probabilities: ``(n, 9)`` of the colours, each row sums to 1.
        distances: ``(n, 9)`` from each colour's composed parts; 1 is as far as such a part is.
    """

    probabilities: Floats
    distances: Floats

    @property
    def predicted(self) -> NDArray[np.int64]:
        """``(n,)`` index of the likeliest colour."""
        return np.asarray(self.probabilities.argmax(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Distance:
    """How far measures lie from those of one colour.

    Mahalanobis' distance with the covariance shrunk as in Ledoit and Wolf, "A well-conditioned
    estimator for large-dimensional covariance matrices" (2004), over the median one of parts of
    the colour that the covariance wasn't measured on.

    Attributes:
        centre: ``(m,)``.
        scale: ``(m,)`` deviation of each measure over all colours.
        precision: ``(m, m)`` inverse covariance of the scaled measures.
        typical: the median distance of unseen parts.
    """

    centre: Floats
    scale: Floats
    precision: Floats
    typical: float = 1.0

    @classmethod
    def of(cls, seen: Floats, unseen: Floats, scale: Floats) -> Self:
        """Measure one colour's parts, ``(n, m)`` each."""
        fitted = LedoitWolf().fit(seen / scale)
        raw = cls(seen.mean(axis=0), scale, fitted.precision_)
        return cls(raw.centre, scale, raw.precision, float(np.median(raw(unseen))))

    def __call__(self, measures: Floats) -> Floats:
        """``(n, m)`` to ``(n,)``."""
        offsets = (measures - self.centre) / self.scale
        squared = np.einsum("ni,ij,nj->n", offsets, self.precision, offsets)
        return np.asarray(np.sqrt(np.maximum(0, squared)) / self.typical)


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceClassifier:
    """A forest and a distance for each of the nine colours.

    Attributes:
        distances: in the order of ``COLOURS``.
    """

    _forest: Any
    distances: tuple[Distance, ...]

    @classmethod
    def fit(cls, seen: MeasuredParts, unseen: MeasuredParts, seed: int) -> Self:
        """Fit to some parts; the unseen ones only scale the distances."""
        forest = ExtraTreesClassifier(TREES, min_samples_leaf=LEAF_PARTS, random_state=seed)
        forest.fit(seen.measures, seen.colour)
        scale = seen.measures.std(axis=0)
        scale = np.where(scale > FLAT, scale, 1.0)
        kinds = range(len(COLOUR_NAMES))
        return cls(
            forest,
            tuple(
                Distance.of(
                    seen.measures[seen.colour == c], unseen.measures[unseen.colour == c], scale
                )
                for c in kinds
            ),
        )

    def predict(self, parts: Sequence[Part], meter: Meter) -> Predictions:
        """Predictions for parts of one meter."""
        return self.predict_measures(measure_matrix(parts, meter))

    def predict_measures(self, measures: Floats) -> Predictions:
        """Predictions for measures, ``(n, m)`` with n of 1 or more."""
        offsets = np.stack([distance(measures) for distance in self.distances], axis=1)
        return Predictions(self._forest.predict_proba(measures), offsets)


@dataclass(frozen=True, slots=True, eq=False)
class TrainedClassifier:
    """A fitted classifier and the songs to test it on.

    Attributes:
        classifier: the classifier.
        unseen: parts of songs that it was not fitted to.
    """

    classifier: ReferenceClassifier
    unseen: MeasuredParts

    def figures(self) -> dict[str, Any]:
        """Accuracy on unseen songs by part, by song and by colour, and its mean confidence."""
        parts = self.unseen
        predictions = self.classifier.predict_measures(parts.measures)
        right = predictions.predicted == parts.colour
        songs = np.unique(parts.song)
        by_song = [
            predictions.probabilities[parts.song == song].mean(axis=0).argmax()
            == parts.colour[parts.song == song][0]
            for song in songs
        ]
        own = np.arange(len(parts.colour)), parts.colour
        return {
            "songs": len(songs),
            "parts": len(right),
            "majority": round(float(np.bincount(parts.colour).max() / len(right)), 3),
            "accuracy by part": round(float(right.mean()), 3),
            "accuracy by song": round(float(np.mean(by_song)), 3),
            "accuracy by distance": round(
                float((predictions.distances.argmin(axis=1) == parts.colour).mean()), 3
            ),
            "mean confidence": round(float(predictions.probabilities.max(axis=1).mean()), 3),
            "mean probability of the own colour": round(
                float(predictions.probabilities[own].mean()), 3
            ),
            "median distance of another colour": round(float(np.median(predictions.distances)), 2),
            "by colour": {
                name: round(float(right[parts.colour == index].mean()), 3)
                for index, name in enumerate(COLOUR_NAMES)
            },
        }


def train(seed: int = DEFAULT_SEED, songs_per_colour: int = DEFAULT_SONGS) -> TrainedClassifier:
    """Compose songs, fit to three quarters of them and keep the rest as a test set."""
    seen, unseen = split(compose_measured(seed, songs_per_colour))
    return TrainedClassifier(ReferenceClassifier.fit(seen, unseen, seed), unseen)
