"""Features of drums: what is struck how often, one value a part.

They stand beside ``fitness.features``, whose columns are what models read: only the prior
compares drums by them. The roles of the strokes are those of ``genomes.drums.voices``: the ground,
the answer, the time, and the colour between them. A note of no known voice is colour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from fitness.features import DEFAULT_TEMPO, FEATURE_NAMES, feature_matrix
from fitness.part_batch import CELL_TICKS, Floats, PartBatch, ratios
from fitness.sonorities import PITCHES
from genomes.drums.voices import BACK, COLOUR, LOW, TIME, VOICES
from genomes.notes import Part
from genomes.time import COMMON_TIME, TICKS_PER_QUARTER, Meter, TempoMap

ADDED_STROKES = 4

_ROLES = (LOW, BACK, TIME, COLOUR)
_ROLE_OF_NOTE = np.full(128, _ROLES.index(COLOUR))
for _voice in VOICES.values():
    _ROLE_OF_NOTE[_voice.note] = _ROLES.index(_voice.role)


def kicks_per_quarter(batch: PartBatch) -> Floats:
    """Strokes of the ground, such as the bass drum's, per quarter note, from 0."""
    return _strokes_per_quarter(batch, LOW)


def backs_per_quarter(batch: PartBatch) -> Floats:
    """Strokes that answer, such as the snare's, per quarter note, from 0."""
    return _strokes_per_quarter(batch, BACK)


def times_per_quarter(batch: PartBatch) -> Floats:
    """Strokes that keep time, such as the hi-hat's, per quarter note, from 0."""
    return _strokes_per_quarter(batch, TIME)


def colours_per_quarter(batch: PartBatch) -> Floats:
    """Strokes of everything else, such as the toms and the crash, per quarter note, from 0."""
    return _strokes_per_quarter(batch, COLOUR)


def commonest_stroke_share(batch: PartBatch) -> Floats:
    """Share of the strokes that are of the one drum struck most often, 0 to 1."""
    is_drum = batch.notes["is_drum"]
    tallies = batch.tallies(batch.notes["pitch"][is_drum].astype(np.int64), batch.owners[is_drum])
    return ratios(tallies.max(axis=1, initial=0), tallies.sum(axis=1))


def strokes_again_share(batch: PartBatch) -> Floats:
    """Share of the strokes after the first bar that their drum had a bar earlier too, 0 to 1.

    To the nearest sixteenth. ``ADDED_STROKES`` more are counted as if they had come again, so that
    a few strokes say little.
    """
    is_drum = batch.notes["is_drum"]
    owners = batch.owners[is_drum]
    cells = (batch.note_onsets_ticks[is_drum] + CELL_TICKS // 2) // CELL_TICKS
    bar_cells = round(batch.meter.bar_ticks / CELL_TICKS)
    strokes = cells * PITCHES + batch.notes["pitch"][is_drum]
    later = cells - batch.starts_ticks[owners] // CELL_TICKS >= bar_cells
    again = later & np.isin(strokes - bar_cells * PITCHES, strokes)
    counts = (batch.counts(owners[some]) + ADDED_STROKES for some in (again, later))
    return ratios(*counts)


def _strokes_per_quarter(batch: PartBatch, role: str) -> Floats:
    is_of_role = _ROLE_OF_NOTE[batch.notes["pitch"]] == _ROLES.index(role)
    strokes = batch.counts(batch.owners[batch.notes["is_drum"] & is_of_role])
    return ratios(strokes * TICKS_PER_QUARTER, batch.lengths_ticks)


MEASURES: tuple[Callable[[PartBatch], Floats], ...] = (
    kicks_per_quarter,
    backs_per_quarter,
    times_per_quarter,
    colours_per_quarter,
    commonest_stroke_share,
    strokes_again_share,
)

# The columns of what drums are compared by: every feature, then those of this module.
DRUM_FEATURE_NAMES = (*FEATURE_NAMES, *(measure.__name__ for measure in MEASURES))


def drum_feature_matrix(
    parts: Sequence[Part],
    meter: Meter = COMMON_TIME,
    tempo_map: TempoMap | None = None,
    features: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Measure drum parts, one row each.

    Args:
        parts: any number, of any length.
        meter: of all of them.
        tempo_map: of all of them; 120 quarters a minute where nothing is known.
        features: their ``feature_matrix``, where it has been made already.

    Returns:
        ``(n, len(DRUM_FEATURE_NAMES))``, float32, always finite.
    """
    if features is None:
        features = feature_matrix(parts, meter, tempo_map)
    if not len(parts):
        return np.zeros((0, len(DRUM_FEATURE_NAMES)), dtype=np.float32)
    batch = PartBatch(parts, meter, tempo_map or DEFAULT_TEMPO)
    of_drums = np.stack([measure(batch) for measure in MEASURES], axis=1).astype(np.float32)
    return np.concatenate((features, of_drums), axis=1)
