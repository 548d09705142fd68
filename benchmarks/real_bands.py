"""What real music does that no table of the engine was measured on, role by role.

The pieces that ``tools.holdout`` keeps for checks, cut into windows, and the drum
templates kept likewise: of every feature the range between the 5th and the 95th percentile.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from fitness.features import FEATURE_NAMES, feature_matrix
from genomes import Meter, Part
from genomes.keys import SCALES
from tools.grooves import grooves, templates
from training.composed.corpus import (
    CORPUS_ROOT,
    EVERY_ROLE,
    WINDOW_BARS,
    cut,
    is_held_out,
    piece_names,
    read_windows,
)

LOW_PERCENT, HIGH_PERCENT = 5, 95

IN_KEY = "in_key_share"

# Groups of features -> what is compared.
GROUPS = {
    "groove": ("groove_consistency", "off_beat_share", "downbeat_share"),
    "intervals": ("top_interval", "step_share", "leap_share"),
    "density": ("onsets_per_quarter", "notes_per_onset"),
    "pitch classes": ("pitch_class_entropy", IN_KEY),
    "register": ("pitch_mean", "pitch_range"),
}
COMPARED = tuple(name for names in GROUPS.values() for name in names)
COUNTED = tuple(name for group, names in GROUPS.items() for name in names if group != "register")
OF_DRUMS = {*GROUPS["groove"], *GROUPS["density"]}
DRUMS = "drums"

Floats = NDArray[np.float64]
Rows = dict[tuple[str, int], Floats]  # role and bars -> (windows, len(COMPARED))

_DIATONIC = np.array(
    [[(pitch - tonic) % 12 in SCALES["major"] for pitch in range(12)] for tonic in range(12)]
)


def features_of(role: str) -> tuple[str, ...]:
    """What is compared of a role: drums have no pitches."""
    return tuple(name for name in COMPARED if role != DRUMS or name in OF_DRUMS)


def in_key_share(part: Part) -> float:
    """Share of the sounding time of all notes that lies in one diatonic scale, the fitting best.

    Returns:
        7/12 or more; 1 where nothing has a pitch.
    """
    pitched = part.notes[~part.notes["is_drum"]]
    if not len(pitched):
        return 1.0
    ticks = np.bincount(pitched["pitch"] % 12, weights=pitched["duration_ticks"], minlength=12)
    return float((_DIATONIC @ ticks).max() / ticks.sum())


def measure(parts: Sequence[Part], meter: Meter) -> Floats:
    """Parts of one meter by what is compared, ``(len(parts), len(COMPARED))``."""
    known = feature_matrix(parts, meter).astype(np.float64)
    columns = [
        [in_key_share(part) for part in parts]
        if name == IN_KEY
        else known[:, FEATURE_NAMES.index(name)]
        for name in COMPARED
    ]
    return np.stack(columns, axis=1)


def windows_measured(role: str, part: Part, meter: Meter) -> Rows:
    """A part cut into windows of every length, as real music is."""
    fewest = {"min_onsets": 1} if role == DRUMS else {}
    cuts = {bars: list(cut(part, meter, bars, **fewest)) for bars in WINDOW_BARS}
    return {(role, bars): measure(parts, meter) for bars, parts in cuts.items() if parts}


def together(found: Iterable[Rows]) -> Rows:
    """The windows of many parts."""
    rows = defaultdict(list)
    for each in found:
        for key, matrix in each.items():
            rows[key].append(matrix)
    return {key: np.concatenate(matrices) for key, matrices in rows.items()}


def held_out_rows() -> Rows:
    """Every window of the pieces and the templates that are kept for checks."""
    names = [name for name in piece_names(CORPUS_ROOT) if is_held_out(name)]
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as workers:
        pieces = list(workers.map(_piece, names))
    drums = (
        windows_measured(DRUMS, groove, meter)
        for meter, groove in grooves(templates(held_out=True))
    )
    return together([*pieces, *drums])


def _piece(name: str) -> Rows:
    try:
        windows = read_windows(CORPUS_ROOT / name, EVERY_ROLE)
    except Exception:  # some scores music21 can't read: there are others
        return {}
    return together({(w.role, w.bars): measure([w.part], w.meter)} for w in windows)


def bands(rows: Rows) -> dict[tuple[str, int], Floats]:
    """Of every role and length the low and the high edge, ``(2, len(COMPARED))``."""
    percents = (LOW_PERCENT, HIGH_PERCENT)
    return {key: np.percentile(matrix, percents, axis=0) for key, matrix in rows.items()}
