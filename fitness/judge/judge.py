"""The judge: multinomial logistic regression of a part's colour, or of its being no music.

It is fitted to composed songs and to planted fakes by ``python -m tools.judge``, never to what a
search found, and no total is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fitness.colours import COLOUR_NAMES
from fitness.judge.measures import MEASURES_VERSION, measure_matrix, measure_names
from genomes.notes import Part
from genomes.time import Meter

# Raised whenever the same part would be judged otherwise.
JUDGE_VERSION = "1"

# The tenth class beside the nine colours.
NO_MUSIC = "no music"
CLASSES = (*COLOUR_NAMES, NO_MUSIC)

# A measure counts as if it were at most so many standard deviations from the mean: parts unlike
# all that was fitted to would otherwise be judged with certainty.
MAX_DEVIATIONS = 3.0

WEIGHTS_FILE = Path(__file__).parents[1] / "data" / "judge.json"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StageJudge:
    """The judge of one stage.

    Attributes:
        mean: ``(m,)`` of each measure.
        deviation: ``(m,)`` its standard deviation, never 0.
        weights: ``(len(CLASSES), m)`` for the scaled measures.
        bias: ``(len(CLASSES),)``.
    """

    mean: Floats
    deviation: Floats
    weights: Floats
    bias: Floats

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """From plain lists by the names of the attributes."""
        return cls(*(np.array(table[name], dtype=np.float64) for name in cls.__slots__))

    def probabilities(self, measures: Floats) -> Floats:
        """``(n, m)`` to ``(n, len(CLASSES))``; each row sums to 1.

        A row doesn't depend on the others to the last bit: each is a product of its own.
        """
        logits = np.array(
            [self.weights @ row + self.bias for row in scaled(measures, self.mean, self.deviation)]
        ).reshape(-1, len(CLASSES))
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def scaled(measures: Floats, mean: Floats, deviation: Floats) -> Floats:
    """Deviations from the mean, within ``MAX_DEVIATIONS``."""
    deviations = (measures - mean) / deviation
    return np.asarray(np.clip(deviations, -MAX_DEVIATIONS, MAX_DEVIATIONS))


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """The judge of every stage.

    Attributes:
        stages: by name.
    """

    stages: Mapping[str, StageJudge]

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> Self:
        """Read the weights.

        Raises:
            ValueError: if they were fitted with other definitions of the measures.
        """
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document["measures_version"] != MEASURES_VERSION:
            raise ValueError(
                f"{path.name} was fitted with measures version {document['measures_version']}, "
                f"expected {MEASURES_VERSION}: run python -m tools.judge"
            )
        for stage, table in document["stages"].items():
            if table["measures"] != list(measure_names(stage)):
                raise ValueError(
                    f"{path.name}: other measures of {stage}: run python -m tools.judge"
                )
        return cls({stage: StageJudge.of(table) for stage, table in document["stages"].items()})

    def probabilities(self, stage: str, parts: Sequence[Part], meter: Meter, colour: str) -> Floats:
        """``(n, 2)`` that each part of a stage is music of the colour, and music at all, 0 to 1."""
        found = self._classes(stage, parts, meter)
        return np.column_stack((found[:, CLASSES.index(colour)], _musical(found)))

    def musical(self, stage: str, parts: Sequence[Part], meter: Meter) -> Floats:
        """``(n,)`` that each part of a stage is music, of whatever colour, 0 to 1."""
        return _musical(self._classes(stage, parts, meter))

    def _classes(self, stage: str, parts: Sequence[Part], meter: Meter) -> Floats:
        return self.stages[stage].probabilities(measure_matrix(parts, meter, stage))


def _musical(classes: Floats) -> Floats:
    return np.asarray(1 - classes[:, CLASSES.index(NO_MUSIC)])


@lru_cache(maxsize=1)
def shipped_judge() -> Judge:
    """The judge that ships, read once."""
    return Judge.load()
