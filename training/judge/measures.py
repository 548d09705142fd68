"""What the judge reads of a part: named measures, none of which the fusion model or the prior has.

Time counts in quarter notes and bars, pitch in intervals: neither tempo nor key changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitness.features import COMMON_TIME, DEFAULT_TEMPO
from fitness.part_batch import PartBatch
from genomes.notes import Part
from genomes.time import Meter
from training.judge import pitch_measures, rhythm_measures

GROUPS = (*rhythm_measures.GROUPS, *pitch_measures.GROUPS)
MEASURE_NAMES: tuple[str, ...] = tuple(name for _, names in GROUPS for name in names)


def measure_matrix(parts: Sequence[Part], meter: Meter = COMMON_TIME) -> NDArray[np.float64]:
    """Measure parts, one row each.

    Args:
        parts: any number, of any length.
        meter: of all of them.

    Returns:
        ``(n, len(MEASURE_NAMES))``, always finite.
    """
    rows = np.zeros((len(parts), len(MEASURE_NAMES)))
    for row, part in zip(rows, parts, strict=True):
        view = PartBatch([part], meter, DEFAULT_TEMPO)
        row[:] = np.concatenate([measure(view) for measure, _ in GROUPS])
    return rows
