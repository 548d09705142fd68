"""Plain musical features of parts: columns for the fusion model, and what the prior measures.

Time counts in quarter notes and bars, so that a feature doesn't change with the tempo; the one
feature in seconds says so in its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from fitness import chord_measures, pitch_measures, rhythm_measures
from fitness.part_batch import Floats, PartBatch
from genomes.notes import Part
from genomes.time import COMMON_TIME, Meter, TempoMap

# Raised whenever a definition changes; tables and models carry it. They name the features that they
# were made with, so new ones may be added after the others.
FEATURES_VERSION = "1"

DEFAULT_TEMPO = TempoMap.constant(120)  # how a MIDI file without a tempo plays

# More at once is no faster, and what sounds when takes 768 bytes a slice.
MEASURED_AT_ONCE = 64

_MEASURES: tuple[Callable[[PartBatch], Floats], ...] = (
    rhythm_measures.onsets_per_quarter,
    rhythm_measures.onsets_per_second,
    rhythm_measures.notes_per_onset,
    rhythm_measures.silence_share,
    rhythm_measures.drum_share,
    rhythm_measures.duration_mean,
    rhythm_measures.duration_entropy,
    rhythm_measures.off_beat_share,
    rhythm_measures.downbeat_share,
    rhythm_measures.groove_consistency,
    rhythm_measures.repeated_bar_share,
    rhythm_measures.velocity_mean,
    rhythm_measures.velocity_sd,
    pitch_measures.polyphony,
    pitch_measures.pitch_mean,
    pitch_measures.pitch_sd,
    pitch_measures.pitch_range,
    pitch_measures.bass_pitch,
    pitch_measures.bass_interval,
    pitch_measures.top_interval,
    pitch_measures.step_share,
    pitch_measures.leap_share,
    pitch_measures.pitch_class_entropy,
    pitch_measures.harmony_changes_per_bar,
    pitch_measures.dissonant_share,
    pitch_measures.major_third_share,
    pitch_measures.mud_share,
    *chord_measures.MEASURES,
)

FEATURE_NAMES: tuple[str, ...] = tuple(measure.__name__ for measure in _MEASURES)
# Those of harmony: a colour's to choose, so that no band of real music holds for them.
CHORD_FEATURES: tuple[str, ...] = tuple(measure.__name__ for measure in chord_measures.MEASURES)


def feature_matrix(
    parts: Sequence[Part], meter: Meter = COMMON_TIME, tempo_map: TempoMap | None = None
) -> NDArray[np.float32]:
    """Measure parts, one row each.

    Args:
        parts: any number, of any length.
        meter: of all of them; 4/4 where a file doesn't say.
        tempo_map: of all of them; 120 quarters a minute where nothing is known.

    Returns:
        ``(n, len(FEATURE_NAMES))``, float32, always finite.
    """
    found = [batch_features(batch) for batch in batches(parts, meter, tempo_map)]
    return np.concatenate(found) if found else np.zeros((0, len(_MEASURES)), dtype=np.float32)


def batches(
    parts: Sequence[Part], meter: Meter = COMMON_TIME, tempo_map: TempoMap | None = None
) -> Iterator[PartBatch]:
    """Parts in the batches that they are measured in, in order."""
    for start in range(0, len(parts), MEASURED_AT_ONCE):
        yield PartBatch(parts[start : start + MEASURED_AT_ONCE], meter, tempo_map or DEFAULT_TEMPO)


def batch_features(batch: PartBatch) -> NDArray[np.float32]:
    """The rows of ``feature_matrix`` for the parts of one batch."""
    matrix = np.zeros((len(batch.parts), len(_MEASURES)), dtype=np.float32)
    for column, measure in enumerate(_MEASURES):
        matrix[:, column] = measure(batch)
    return matrix
