"""What a person's taste is fitted on: plain features of the parts of a stage, one row a part.

The columns are those of ``fitness.features``, then what taste listens to beside them, by stage.
The terms of the score are added by ``fitness.preference.head``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from fitness import drum_measures
from fitness.features import FEATURE_NAMES, FEATURES_VERSION, batch_features, batches
from fitness.part_batch import Floats, PartBatch
from fitness.preference import form_measures, harmony_measures, line_measures
from fitness.preference.taste_batch import TasteBatch
from genomes import Context, Part

# Raised whenever a definition changes; heads carry it.
TASTE_VERSION = f"{FEATURES_VERSION}.2"

Measure = Callable[[TasteBatch], Floats]

_PITCHED: tuple[Measure, ...] = (
    *line_measures.MEASURES,
    *form_measures.MEASURES,
    *harmony_measures.MEASURES,
)
_BESIDE: tuple[Measure, ...] = (*_PITCHED, *harmony_measures.BESIDE_MEASURES)


def _of_drums(measure: Callable[[PartBatch], Floats]) -> Measure:
    def of_taste(taste: TasteBatch) -> Floats:
        return measure(taste.batch)

    of_taste.__name__ = measure.__name__
    of_taste.__doc__ = measure.__doc__
    return of_taste


_MEASURES: dict[str, tuple[Measure, ...]] = {
    "chords": (*_PITCHED, *harmony_measures.SPAN_MEASURES),
    "drums": (*form_measures.MEASURES, *map(_of_drums, drum_measures.MEASURES)),
    "bass": _BESIDE,
    "melody": (*_BESIDE, *harmony_measures.SUNG_MEASURES),
    "harmony": _BESIDE,
}


@cache
def taste_names(stage: str) -> tuple[str, ...]:
    """Names of the columns of ``taste_matrix``."""
    return (*FEATURE_NAMES, *(measure.__name__ for measure in _MEASURES[stage]))


@cache
def taste_meanings(stage: str) -> dict[str, str]:
    """Name of each column of taste alone -> what it measures, in a sentence."""
    return {m.__name__: (m.__doc__ or "").strip() for m in _MEASURES[stage]}


def taste_matrix(stage: str, parts: Sequence[Part], context: Context) -> NDArray[np.float32]:
    """Measure the parts of a stage, one row each.

    Returns:
        ``(n, len(taste_names(stage)))``, float32, always finite.
    """
    width = len(taste_names(stage))
    rows = [
        np.concatenate((batch_features(batch), batch_taste(stage, batch, context)), axis=1)
        for batch in batches(parts, context.meter, context.tempo_map)
    ]
    return np.concatenate(rows) if rows else np.zeros((0, width), dtype=np.float32)


def batch_taste(stage: str, batch: PartBatch, context: Context) -> NDArray[np.float32]:
    """The columns of ``taste_matrix`` after the plain features, for the parts of one batch."""
    taste = TasteBatch(batch, context)
    measures = _MEASURES[stage]
    matrix = np.zeros((len(batch.parts), len(measures)), dtype=np.float32)
    for column, measure in enumerate(measures):
        matrix[:, column] = measure(taste)
    return matrix
