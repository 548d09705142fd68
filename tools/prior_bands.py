"""Measure the bands of real music that the prior compares parts with.

``python -m tools.prior_bands`` reads music21's corpus, plays the drum templates, leaves
a tenth of either out, writes ``fitness/data/prior_bands.json`` and prints how the bands fare on
what was left out.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import music21
import numpy as np
from numpy.typing import NDArray

from fitness.features import FEATURE_NAMES, FEATURES_VERSION, feature_matrix
from fitness.prior import BANDS_FILE
from tools.grooves import grooves, templates
from tools.loops import loops
from tools.pads import pads
from tools.prior_check import report
from training.composed.corpus import (
    CORPUS_ROOT,
    EVERY_ROLE,
    OUTER_ROLES,
    WINDOW_BARS,
    cut,
    is_held_out,
    piece_names,
    read_windows,
)

LOW_PERCENT, HIGH_PERCENT = 5, 95

# A band that is hardly wider than a point would turn a hair's breadth into a fault: no unit of
# distance is smaller than this share of all that was seen of a feature.
MIN_SCALE_SHARE = 0.25

# What neither scores nor templates tell, or what is a matter of taste rather than of being music.
UNMEASURED = {
    "onsets_per_second",  # few scores state a tempo, and a template has none
    "drum_share",
    "velocity_mean",
    "velocity_sd",
    "repeated_bar_share",  # a loop repeats itself by trade
    "major_third_share",
}

# Where a loop may leave the corpus: how and how low chords are played. How many pitch classes
# they have and how they clash stays with the corpus.
WIDENED_BY_LOOPS = (
    "onsets_per_quarter",
    "notes_per_onset",
    "silence_share",
    "duration_mean",
    "duration_entropy",
    "off_beat_share",
    "downbeat_share",
    "groove_consistency",
    "polyphony",
    "pitch_mean",
    "pitch_sd",
    "pitch_range",
    "bass_pitch",
    "bass_interval",
    "top_interval",
    "step_share",
    "leap_share",
    "harmony_changes_per_bar",
)

# Where a pad may leave the corpus besides: a drone has one pitch class.
WIDENED_BY_PADS = (*WIDENED_BY_LOOPS, "pitch_class_entropy")

# What has a meaning for drums: no pitches there, and a stroke's length is a convention.
DRUM_FEATURES = (
    "onsets_per_quarter",
    "notes_per_onset",
    "off_beat_share",
    "downbeat_share",
    "groove_consistency",
)
MIN_STROKES = 1  # a few grooves are one stroke and a bar of silence
MEASURED = tuple(name for name in FEATURE_NAMES if name not in UNMEASURED)

Rows = NDArray[np.float32]
Measured = dict[tuple[str, int], Rows]  # role and bars -> (windows, features)
Bands = dict[str, dict[str, dict[str, list[float]]]]


def measure_piece(name: str) -> tuple[str, Measured | None]:
    """Features of every window of one piece; None where music21 can't read it."""
    rows = defaultdict(list)
    try:
        windows = read_windows(CORPUS_ROOT / name, EVERY_ROLE)
    except Exception:  # whatever a score of a hundred formats may trip over is counted, not mended
        return name, None
    for window in windows:
        rows[window.role, window.bars].append(feature_matrix([window.part], window.meter))
    return name, {key: np.concatenate(found) for key, found in rows.items()}


def measure_loops(bars: int) -> Rows:
    """Features of the plain loops, ``(loops, features)``."""
    return np.concatenate([feature_matrix([part], meter) for meter, part in loops(bars)])


def measure_pads(bars: int) -> Rows:
    """Features of the plain pads, ``(pads, features)``."""
    return np.concatenate([feature_matrix([part], meter) for meter, part in pads(bars)])


def measure_grooves(*, held_out: bool) -> Measured:
    """Features of every window of the drum templates that are kept for checks, or of the rest."""
    rows = defaultdict(list)
    for meter, groove in grooves(templates(held_out=held_out)):
        for bars in WINDOW_BARS:
            windows = list(cut(groove, meter, bars, MIN_STROKES))
            rows["drums", bars].append(feature_matrix(windows, meter))
    return {key: np.concatenate(found) for key, found in rows.items()}


def pool(measured: Iterable[Measured]) -> Measured:
    """The windows of many pieces together."""
    rows = defaultdict(list)
    for piece in measured:
        for key, found in piece.items():
            rows[key].append(found)
    return {key: np.concatenate(found) for key, found in rows.items()}


def bands(corpus: Measured, loop_rows: Mapping[int, Rows], pad_rows: Mapping[int, Rows]) -> Bands:
    """``role -> bars -> feature -> [low, high, scale]`` of what has pitches."""
    ranges = _ranges(corpus)
    for bars in WINDOW_BARS:
        ranges["chords", bars] = _widened(ranges["full", bars], loop_rows[bars], WIDENED_BY_LOOPS)
        inner = ranges["inner_voices", bars]
        ranges["inner_voices", bars] = _widened(inner, pad_rows[bars], WIDENED_BY_PADS)
    outer = (rows for (role, _), rows in corpus.items() if role in OUTER_ROLES)
    return _table(ranges, np.concatenate([*outer, *loop_rows.values()]), MEASURED)


def drum_bands(drums: Measured) -> Bands:
    """The same of what has none."""
    return _table(_ranges(drums), np.concatenate(list(drums.values())), DRUM_FEATURES)


def _ranges(measured: Measured) -> dict[tuple[str, int], NDArray[np.float64]]:
    return {
        key: np.percentile(rows.astype(np.float64), (LOW_PERCENT, HIGH_PERCENT), axis=0)
        for key, rows in measured.items()
    }


def _table(
    ranges: Mapping[tuple[str, int], NDArray[np.float64]], every_row: Rows, names: Sequence[str]
) -> Bands:
    seen = np.ptp(every_row, axis=0)
    columns = [column for column, name in enumerate(FEATURE_NAMES) if name in names]
    table: Bands = {}
    for (role, bars), (low, high) in sorted(ranges.items()):
        scale = np.maximum(high - low, MIN_SCALE_SHARE * seen)
        table.setdefault(role, {})[str(bars)] = {
            FEATURE_NAMES[column]: [round(float(each[column]), 4) for each in (low, high, scale)]
            for column in columns
            if scale[column] > 0
        }
    return table


def _widened(
    corpus_range: NDArray[np.float64], rows: Rows, names: Sequence[str]
) -> NDArray[np.float64]:
    low, high = corpus_range.copy()
    columns = [FEATURE_NAMES.index(name) for name in names]
    low[columns] = np.minimum(low[columns], rows[:, columns].min(axis=0))
    high[columns] = np.maximum(high[columns], rows[:, columns].max(axis=0))
    return np.stack((low, high))


def to_document(pieces: Mapping[str, Measured], table: Bands, windows: Measured) -> dict[str, Any]:
    """The file: derived statistics and where they come from."""
    collections = Counter(name.split("/")[0] for name, found in pieces.items() if found)
    return {
        "features_version": FEATURES_VERSION,
        "percentiles": [LOW_PERCENT, HIGH_PERCENT],
        "columns": ["low", "high", "scale"],
        "sources": {
            "corpus": f"scores of music21 {music21.__version__}, one piece in ten left out",
            "loops": "plain comping loops of tools/loops.py; they widen the role chords",
            "pads": "plain pads of tools/pads.py; they widen the role inner_voices",
            "grooves": (
                "the engine's own drum templates, plain and varied, in the meters of "
                "tools/grooves.py, one template in ten left out; the role drums"
            ),
        },
        "pieces": dict(sorted(collections.items())),
        "windows": {f"{role}/{bars}": len(rows) for (role, bars), rows in sorted(windows.items())},
        "bands": table,
    }


def main() -> None:
    """Measure, write, report."""
    names = piece_names(CORPUS_ROOT)
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as workers:
        results = dict(workers.map(measure_piece, names, chunksize=4))
        loop_rows = dict(zip(WINDOW_BARS, workers.map(measure_loops, WINDOW_BARS), strict=True))
        pad_rows = dict(zip(WINDOW_BARS, workers.map(measure_pads, WINDOW_BARS), strict=True))
    read = {name: found for name, found in results.items() if found is not None}
    seen = {name: found for name, found in read.items() if not is_held_out(name)}
    windows, drums = pool(seen.values()), measure_grooves(held_out=False)
    table = bands(windows, loop_rows, pad_rows) | drum_bands(drums)
    BANDS_FILE.write_text(dump(to_document(seen, table, windows | drums)), encoding="utf-8")
    held_out = pool(found for name, found in read.items() if is_held_out(name))
    failed = sum(found is None for found in results.values())
    empty = sum(not found for found in read.values())
    sys.stdout.write(
        f"{len(read)} pieces read, {len(read) - len(seen)} of them held out; "
        f"{failed} unreadable, {empty} without a window\n"
        f"{report(held_out | measure_grooves(held_out=True), loop_rows, pad_rows)}\n"
    )


def dump(document: dict[str, Any]) -> str:
    """JSON with one band a line, so that a change can be read."""
    text = json.dumps(document, indent=1)
    return re.sub(r"\[[^\[\]]*\]", lambda band: " ".join(band[0].split()), text) + "\n"


if __name__ == "__main__":
    main()
