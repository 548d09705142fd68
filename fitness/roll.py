"""The piano roll: a part as the image that the fusion model takes.

A row is a pitch, or on the lowest rows a class of drums; a step is a tenth of a second; a cell's
value is the velocity of what sounds in it, over 127. A note sounds from the step that holds its
onset up to, not into, the step that holds its end, and always for one step at least.

Notes that follow each other on one row never merge: the last step before a strike is emptied. A
note that had no other step keeps it at half its value, so that even repeated notes too fast for
the grid differ from one held note. A drum is struck, not held: it fills one step, whatever length
the file gives it. Where several notes fill one cell, the loudest is heard.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from genomes.notes import NOTE_DTYPE, Notes, Part
from genomes.time import TempoMap

# Raised whenever the roll of any part changes; models carry it.
ROLL_VERSION = "1"

ROWS = 128
STEPS = 256
STEPS_PER_SECOND = 10
WINDOW_SECONDS = STEPS / STEPS_PER_SECOND

# A time this close below a step's edge is on it: ticks rarely make exact tenths of a second.
EDGE_STEPS = 1e-6

LOWEST_ROW, HIGHEST_ROW = 21, 108  # the keys of a piano
OTHER_DRUM_ROW = 19

# One row for each class, in this order: General MIDI percussion (27 to 87, level 2 included).
DRUM_CLASSES: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("kick", (35, 36)),
    ("snare", (38, 40)),
    ("rim and sticks", (31, 32, 37, 75)),
    ("clap", (28, 39)),
    ("closed hi-hat", (42,)),
    ("pedal hi-hat", (44,)),
    ("open hi-hat", (46,)),
    ("low tom", (41, 43)),
    ("middle tom", (45, 47)),
    ("high tom", (48, 50)),
    ("crash", (49, 57)),
    ("ride", (51, 59)),
    ("ride bell", (53,)),
    ("china and splash", (52, 55)),
    ("shakers", (54, 69, 70, 82)),
    ("cowbell and blocks", (56, 67, 68, 76, 77)),
    ("hand drums", (60, 61, 62, 63, 64, 65, 66)),
    ("triangle and bells", (80, 81, 83, 84)),
    ("scrapes, whistles, surdo", (29, 30, 58, 71, 72, 73, 74, 78, 79, 85, 86, 87)),
    ("any other", ()),
)


def _row_of_pitch(pitch: int) -> int:
    """Its own row; a pitch beyond a piano's keys is folded in by octaves."""
    if pitch < LOWEST_ROW:
        return LOWEST_ROW + (pitch - LOWEST_ROW) % 12
    if pitch > HIGHEST_ROW:
        return HIGHEST_ROW - (HIGHEST_ROW - pitch) % 12
    return pitch


_DRUM_ROWS = {note: row for row, (_, notes) in enumerate(DRUM_CLASSES) for note in notes}

# (2, 128): rows by pitch, for pitched notes and for drums; and the value of each velocity.
ROW_TABLE = np.array(
    [
        [_row_of_pitch(pitch) for pitch in range(128)],
        [_DRUM_ROWS.get(pitch, OTHER_DRUM_ROW) for pitch in range(128)],
    ],
    dtype=np.int64,
)
VALUE_TABLE = (np.arange(128) / 127).astype(np.float32)


def rolls(parts: Sequence[Part], tempo_map: TempoMap) -> NDArray[np.float32]:
    """The rolls of many parts at once, in one tempo.

    Returns:
        ``(n, 1, 128, 256)``, float32, 0 to 1; each as if it were made alone.
    """
    found = np.zeros((len(parts), 1, ROWS, STEPS), dtype=np.float32)
    if not parts:
        return found
    # Joined as bytes: NumPy takes fifty times as long to concatenate structured arrays.
    notes = np.frombuffer(b"".join(part.notes.tobytes() for part in parts), dtype=NOTE_DTYPE)
    owners = np.repeat(np.arange(len(parts)), [len(part.notes) for part in parts])
    # Loudest last: of several values written to one cell, NumPy keeps the last.
    loudness = np.argsort(notes["velocity"], kind="stable")
    _write(found.reshape(-1), notes[loudness], owners[loudness], tempo_map)
    return found


def _write(
    cells: NDArray[np.float32], notes: Notes, owners: NDArray[np.intp], tempo_map: TempoMap
) -> None:
    """Write notes, the loudest last, into flat cells of shape ``(n * 128 * 256,)``."""
    onsets_ticks = notes["onset_ticks"].astype(np.int64)
    first = _steps_of(onsets_ticks, tempo_map)
    after = _steps_of(onsets_ticks + notes["duration_ticks"], tempo_map)
    is_drum = notes["is_drum"]
    lengths = np.where(is_drum, 1, np.maximum(np.minimum(after, STEPS) - first, 1))
    lengths[first >= STEPS] = 0
    rows = ROW_TABLE[is_drum.astype(np.intp), notes["pitch"]]
    strikes = (owners * ROWS + rows) * STEPS + first
    cells[_runs(strikes, lengths)] = np.repeat(VALUE_TABLE[notes["velocity"]], lengths)
    _separate(cells, np.unique(strikes[~is_drum & (first < STEPS)]))


def _steps_of(ticks: NDArray[np.int64], tempo_map: TempoMap) -> NDArray[np.int64]:
    steps = np.floor(tempo_map.seconds(ticks) * STEPS_PER_SECOND + EDGE_STEPS)
    return steps.astype(np.int64)


def _runs(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """``start, start + 1, …`` of each run, one after the other: ``(lengths.sum(),)``."""
    offsets = np.cumsum(lengths) - lengths
    return np.repeat(starts - offsets, lengths) + np.arange(int(lengths.sum()))


def _separate(cells: NDArray[np.float32], strikes: NDArray[np.int64]) -> None:
    """Empty the cell before each strike; halve it where it is a strike itself.

    Args:
        cells: flat, as in ``_paint``.
        strikes: ``(m,)`` cells where pitched notes begin, sorted, each once.
    """
    follows = np.zeros(len(strikes), dtype=bool)
    follows[1:] = np.diff(strikes) == 1
    inside = strikes % STEPS > 0  # at step 0 the cell before belongs to another row
    cells[strikes[inside & ~follows] - 1] = 0
    cells[strikes[inside & follows] - 1] *= np.float32(0.5)
