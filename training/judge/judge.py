"""The judge: a forest that names the colour of a part, and how far it is from each colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf
from sklearn.ensemble import ExtraTreesClassifier

from fitness.colours import COLOUR_NAMES
from genomes.notes import Part
from genomes.time import Meter
from training.judge.measures import measure_matrix
from training.judge.parts import MeasuredParts, compose_measured, split

DEFAULT_SEED = 7  # not the one that models are made with
DEFAULT_SONGS = 120
TREES = 400
LEAF_PARTS = 2
FLAT = 1e-9  # a measure that varies less says nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """What the judge says of some parts.

    Attributes:
        probabilities: ``(n, 9)`` of the colours, each row sums to 1.
        distances: ``(n, 9)`` from each colour's composed parts; 1 is as far as such a part is.
    """

    probabilities: Floats
    distances: Floats

    @property
    def called(self) -> NDArray[np.int64]:
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
        away = (measures - self.centre) / self.scale
        squared = np.einsum("ni,ij,nj->n", away, self.precision, away)
        return np.asarray(np.sqrt(np.maximum(0, squared)) / self.typical)


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A forest and nine distances.

    Attributes:
        distances: in the order of ``COLOURS``.
    """

    _forest: Any
    distances: tuple[Distance, ...]

    @classmethod
    def fit(cls, seen: MeasuredParts, unseen: MeasuredParts, seed: int) -> Self:
        """Learn from some parts; the unseen ones only say how far is typical."""
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

    def hear(self, parts: Sequence[Part], meter: Meter) -> Opinions:
        """What it says of parts of one meter."""
        return self.opinions(measure_matrix(parts, meter))

    def opinions(self, measures: Floats) -> Opinions:
        """What it says of measures, ``(n, m)``, one row at least."""
        away = np.stack([distance(measures) for distance in self.distances], axis=1)
        return Opinions(self._forest.predict_proba(measures), away)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A judge and what it is worth.

    Attributes:
        judge: the judge.
        unseen: the parts that it never saw.
    """

    judge: Judge
    unseen: MeasuredParts

    def figures(self) -> dict[str, Any]:
        """Accuracy on unseen songs by part, by song and by colour, and how sure it is of itself."""
        parts = self.unseen
        said = self.judge.opinions(parts.measures)
        right = said.called == parts.colour
        songs = np.unique(parts.song)
        by_song = [
            said.probabilities[parts.song == song].mean(axis=0).argmax()
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
                float((said.distances.argmin(axis=1) == parts.colour).mean()), 3
            ),
            "mean confidence": round(float(said.probabilities.max(axis=1).mean()), 3),
            "mean probability of the own colour": round(float(said.probabilities[own].mean()), 3),
            "median distance of another colour": round(float(np.median(said.distances)), 2),
            "by colour": {
                name: round(float(right[parts.colour == index].mean()), 3)
                for index, name in enumerate(COLOUR_NAMES)
            },
        }


def train(seed: int = DEFAULT_SEED, songs_per_colour: int = DEFAULT_SONGS) -> Trained:
    """Compose songs, learn from three quarters of them and keep the rest to be examined on."""
    seen, unseen = split(compose_measured(seed, songs_per_colour))
    return Trained(Judge.fit(seen, unseen, seed), unseen)
