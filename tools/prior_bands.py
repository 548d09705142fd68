"""Measure the bands of real songs that the prior compares parts with.

``python -m tools.prior_bands FOLDER`` reads the real songs in ``FOLDER`` (see ``tools.real_songs``)
except those that are held out, writes ``fitness/data/prior_bands.json``, and prints how the bands
of four fifths of the songs fine the other fifth, and how they fine planted fakes.
``--held-out`` prints instead how the shipped bands fine the songs that are held out.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fitness.drum_measures import drum_feature_matrix
from fitness.features import CHORD_FEATURES, FEATURE_NAMES, FEATURES_VERSION, feature_matrix
from fitness.prior import BANDS_FILE, DRUMS, Prior, columns_of
from genomes.melody.singers import VOICES
from tools.loops import loops
from tools.pads import pads
from tools.prior_check import report
from tools.real_songs import CREDITS, names
from tools.real_songs.windows import (
    SETS_OF_ROLES,
    WINDOW_BARS,
    SongPart,
    pop_parts,
    rock_parts,
)

# Of the windows of real songs; one in twenty lies outside in each feature. At 5 and 95, the mean
# fine of songs that no band was measured on was .03 to .05, at these .01 to .025.
LOW_PERCENT, HIGH_PERCENT = 2.5, 97.5
# Of the windows of drums. Only 60 songs have them, and a fortieth of that is one song or two: at
# 2.5 and 97.5, songs that no band was measured on were fined .065 to .087.
LOW_PERCENT_OF_DRUMS, HIGH_PERCENT_OF_DRUMS = 1.0, 99.0

# A band that is hardly wider than a point would turn a hair's breadth into a fault: no unit of
# distance is smaller than this share of what was seen of a feature, without its rarest values.
MIN_SCALE_SHARE = 0.25
RAREST_PERCENT = 0.5

# What neither scores nor files tell, or what is a matter of taste rather than of being music.
UNMEASURED = {
    "onsets_per_second",  # a part is as good in another tempo
    "drum_share",
    "velocity_mean",
    "velocity_sd",
    "repeated_bar_share",  # a loop repeats itself by trade
    "major_third_share",
    *CHORD_FEATURES,
}

# Where a loop may leave the songs: how and how low chords are played, and that each may be a
# seventh. How many pitch classes they have and how they blur stays with the songs.
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
    "dissonant_share",
)

# Where a pad may leave the songs besides: a drone has one pitch class.
WIDENED_BY_PADS = (
    *(name for name in WIDENED_BY_LOOPS if name != "dissonant_share"),
    "pitch_class_entropy",
)

# Below what no part is too low, by role: the lowest string of a five-string bass guitar, and the
# lowest note of a bass singer. The pop songs' melodies are written for high voices.
BASS, MELODY = "bass_voice", "top_voice"
LOWEST_PITCH = {BASS: 23, MELODY: min(low for low, _ in VOICES.values())}
PITCH_FEATURES = ("pitch_mean", "bass_pitch")
MUD = "mud_share"  # no band of a bass: it would be better off an octave higher

# What has a meaning for drums: no pitches there, and a stroke's length is a convention.
DRUM_FEATURES = (
    "onsets_per_quarter",
    "notes_per_onset",
    "off_beat_share",
    "downbeat_share",
    "groove_consistency",
    "kicks_per_quarter",
    "backs_per_quarter",
    "times_per_quarter",
    "colours_per_quarter",
    "commonest_stroke_share",
    "strokes_again_share",
)
MEASURED = tuple(name for name in FEATURE_NAMES if name not in UNMEASURED)
FOLDS = 5

Key = tuple[str, int]  # role and bars
Rows = NDArray[np.float32]
Range = NDArray[np.float64]  # (2, features)
Bands = dict[str, dict[str, dict[str, list[float]]]]


class Windows:
    """Features of the windows of many songs, with the song of each.

    Attributes:
        rows: role and bars -> ``(windows, features)``.
        songs: role and bars -> ``(windows,)`` the song of each.
    """

    def __init__(self, measured: Iterable[tuple[str, Mapping[Key, Rows]]]) -> None:
        """Take songs by name."""
        rows: dict[Key, list[Rows]] = defaultdict(list)
        songs: dict[Key, list[str]] = defaultdict(list)
        for song, by_key in measured:
            for key, found in by_key.items():
                rows[key].append(found)
                songs[key] += [song] * len(found)
        self.rows = {key: np.concatenate(found) for key, found in rows.items()}
        self.songs = {key: np.array(found) for key, found in songs.items()}


def measure(parts: Iterable[SongPart]) -> dict[Key, Rows]:
    """Features of every window of one song."""
    found = {}
    for one in parts:
        for bars in WINDOW_BARS:
            if windows := one.windows(bars):
                measured = drum_feature_matrix if one.role == DRUMS else feature_matrix
                found[one.role, bars] = measured(windows, one.meter)
    return found


def measure_pop(folder: Path) -> tuple[str, dict[Key, Rows]]:
    """Of a pop song."""
    return f"pop909/{folder.name}", measure(pop_parts(folder))


def measure_rock(path: Path) -> tuple[str, dict[Key, Rows]]:
    """Of a rock file; nothing where it can't be read."""
    return f"rock/{path.name}", measure(rock_parts(path))


def measure_songs(root: Path, *, held_out: bool) -> Windows:
    """Of every song that is held out, or of every other.

    Raises:
        FileNotFoundError: if a set is missing.
    """
    pop, rock = (
        [root / name / song for song in names(root / name, held_out=held_out)]
        for name in ("pop909", "rock")
    )
    with ProcessPoolExecutor() as workers:
        found = [
            *workers.map(measure_pop, pop, chunksize=4),
            *workers.map(measure_rock, rock, chunksize=4),
        ]
    return Windows(found)


def measure_loops(bars: int) -> Rows:
    """Features of the plain loops, ``(loops, features)``."""
    return np.concatenate([feature_matrix([part], meter) for meter, part in loops(bars)])


def measure_pads(bars: int) -> Rows:
    """Features of the plain pads, ``(pads, features)``."""
    return np.concatenate([feature_matrix([part], meter) for meter, part in pads(bars)])


def bands(
    songs: Mapping[Key, Rows], loop_rows: Mapping[int, Rows], pad_rows: Mapping[int, Rows]
) -> Bands:
    """``role -> bars -> feature -> [low, high, scale]``."""
    pitched = {key: rows for key, rows in songs.items() if key[0] != DRUMS}
    drums = {key: rows for key, rows in songs.items() if key[0] == DRUMS}
    ranges = _ranges(pitched)
    for bars in WINDOW_BARS:
        for role, rows, features in (
            ("chords", loop_rows[bars], WIDENED_BY_LOOPS),
            ("inner_voices", pad_rows[bars], WIDENED_BY_PADS),
        ):
            if (role, bars) in ranges:
                ranges[role, bars] = _widened(ranges[role, bars], rows, features)
        for role, lowest in LOWEST_PITCH.items():
            if (role, bars) in ranges:
                low = ranges[role, bars][0]
                columns = [FEATURE_NAMES.index(name) for name in PITCH_FEATURES]
                low[columns] = np.minimum(low[columns], lowest)
    table = _table(ranges, [*pitched.values(), *loop_rows.values()], MEASURED)
    for of_length in table.get(BASS, {}).values():
        del of_length[MUD]
    return table | (_table(_ranges(drums), list(drums.values()), DRUM_FEATURES) if drums else {})


def _ranges(measured: Mapping[Key, Rows]) -> dict[Key, Range]:
    return {
        key: np.percentile(rows.astype(np.float64), percentiles(key[0]), axis=0)
        for key, rows in measured.items()
    }


def percentiles(role: str) -> tuple[float, float]:
    """Between which percentiles of the windows a role's bands lie."""
    if role == DRUMS:
        return LOW_PERCENT_OF_DRUMS, HIGH_PERCENT_OF_DRUMS
    return LOW_PERCENT, HIGH_PERCENT


def _table(ranges: Mapping[Key, Range], every: Sequence[Rows], names: Sequence[str]) -> Bands:
    rarest = (RAREST_PERCENT, 100 - RAREST_PERCENT)
    seen = np.ptp(np.percentile(np.concatenate(every), rarest, axis=0), axis=0)
    table: Bands = {}
    for (role, bars), (low, high) in sorted(ranges.items()):
        scale = np.maximum(high - low, MIN_SCALE_SHARE * seen)
        table.setdefault(role, {})[str(bars)] = {
            name: [round(float(each[column]), 4) for each in (low, high, scale)]
            for column, name in enumerate(columns_of(role))
            if name in names and scale[column] > 0
        }
    return table


def _widened(song_range: Range, rows: Rows, names: Sequence[str]) -> Range:
    low, high = song_range.copy()
    columns = [FEATURE_NAMES.index(name) for name in names]
    low[columns] = np.minimum(low[columns], rows[:, columns].min(axis=0))
    high[columns] = np.maximum(high[columns], rows[:, columns].max(axis=0))
    return np.stack((low, high))


def cross_validated(
    windows: Windows, loop_rows: Mapping[int, Rows], pad_rows: Mapping[int, Rows]
) -> dict[Key, float]:
    """The mean fine of each role's windows by the bands of the songs of the other folds."""
    every = sorted({str(song) for songs in windows.songs.values() for song in songs})
    fold_of = {song: number % FOLDS for number, song in enumerate(every)}
    fines: dict[Key, list[NDArray[np.float64]]] = defaultdict(list)
    for fold in range(FOLDS):
        inside = {
            key: np.array([fold_of[str(song)] == fold for song in songs])
            for key, songs in windows.songs.items()
        }
        seen = {key: rows[~inside[key]] for key, rows in windows.rows.items()}
        prior = Prior.of(bands(seen, loop_rows, pad_rows))
        for (role, bars), rows in windows.rows.items():
            unseen = rows[inside[role, bars]]
            fines[role, bars].append(prior.penalties(unseen, role, bars))
    return {key: float(np.concatenate(found).mean()) for key, found in sorted(fines.items())}


def to_document(windows: Windows, table: Bands) -> dict[str, Any]:
    """The file: derived statistics and where they come from."""
    widened = {
        "chords": "the plain comping loops of tools/loops.py",
        "inner_voices": "the plain pads of tools/pads.py",
        BASS: f"down to {LOWEST_PITCH[BASS]}, the lowest string of a five-string bass guitar",
        MELODY: f"down to {LOWEST_PITCH[MELODY]}, the lowest note of a bass singer",
    }
    roles = {}
    for role, sets in sorted(SETS_OF_ROLES.items()):
        keys = [(role, bars) for bars in WINDOW_BARS if (role, bars) in windows.rows]
        if keys:
            roles[role] = {
                "from": list(sets),
                "songs": len({str(song) for key in keys for song in windows.songs[key]}),
                "percentiles": list(percentiles(role)),
                "windows": {str(bars): len(windows.rows[role, bars]) for _, bars in keys},
            }
            if role in widened:
                roles[role]["widened by"] = widened[role]
    return {
        "features_version": FEATURES_VERSION,
        "measured": datetime.now(UTC).date().isoformat(),
        "columns": ["low", "high", "scale"],
        "sources": {name: CREDITS[name] for name in ("pop909", "rock")},
        "held_out": "every fifth song of each set",
        "roles": roles,
        "bands": table,
    }


def main() -> None:
    """Measure, write, report."""
    parser = argparse.ArgumentParser(prog="python -m tools.prior_bands")
    parser.add_argument("folder", type=Path, help="of the real songs' sets")
    parser.add_argument(
        "--held-out", action="store_true", help="check the shipped bands instead of making them"
    )
    options = parser.parse_args()
    windows = measure_songs(options.folder, held_out=options.held_out)
    with ProcessPoolExecutor() as workers:
        loop_rows = dict(zip(WINDOW_BARS, workers.map(measure_loops, WINDOW_BARS), strict=True))
        pad_rows = dict(zip(WINDOW_BARS, workers.map(measure_pads, WINDOW_BARS), strict=True))
    if not options.held_out:
        document = to_document(windows, bands(windows.rows, loop_rows, pad_rows))
        BANDS_FILE.write_text(dump(document), encoding="utf-8")
        sys.stdout.write("mean fine by the bands of other songs\n")
        for (role, bars), fine in cross_validated(windows, loop_rows, pad_rows).items():
            sys.stdout.write(f"{role}, {bars} bars: {fine:.3f}\n")
    sys.stdout.write(f"{report(windows.rows, loop_rows, pad_rows)}\n")


def dump(document: dict[str, Any]) -> str:
    """JSON with one band a line, so that a change can be read."""
    text = json.dumps(document, indent=1)
    return re.sub(r"\[[^\[\]]*\]", lambda band: " ".join(band[0].split()), text) + "\n"


if __name__ == "__main__":
    main()
