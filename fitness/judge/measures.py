"""Parts by named measures, none of which the fusion model or the prior has.

Times are in quarter notes and bars, pitches are intervals: neither tempo nor key changes a measure.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fitness.features import DEFAULT_TEMPO
from fitness.judge import harmony_measures, pitch_measures, rhythm_measures
from fitness.part_batch import PartBatch
from genomes.notes import Part
from genomes.time import COMMON_TIME, Meter

# Raised whenever the same part would get other measures.
MEASURES_VERSION = "1"

CHORDS, DRUMS = "chords", "drums"
_OF_PITCHES = (*rhythm_measures.GROUPS, *pitch_measures.GROUPS)
# Only chords say of themselves which chords they are; drums have no pitches.
GROUPS = {
    CHORDS: (*_OF_PITCHES, *harmony_measures.GROUPS),
    "bass": _OF_PITCHES,
    "melody": _OF_PITCHES,
    "harmony": _OF_PITCHES,
    DRUMS: rhythm_measures.GROUPS,
}


def measure_names(stage: str = CHORDS) -> tuple[str, ...]:
    """What the parts of a stage are measured by, in the order of the columns."""
    return tuple(name for _, names in GROUPS[stage] for name in names)


def measure_matrix(
    parts: Sequence[Part], meter: Meter = COMMON_TIME, stage: str = CHORDS
) -> NDArray[np.float64]:
    """Measure parts, one row each.

    Args:
        parts: any number, of any length.
        meter: of all of them.
        stage: of all of them.

    Returns:
        ``(n, len(measure_names(stage)))``, always finite.
    """
    rows = np.zeros((len(parts), len(measure_names(stage))))
    for row, part in zip(rows, parts, strict=True):
        view = PartBatch([part], meter, DEFAULT_TEMPO)
        row[:] = np.concatenate([measure(view) for measure, _ in GROUPS[stage]])
    return rows
