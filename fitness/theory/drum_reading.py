"""A drum part on its metrical grid: what is struck at which position of a bar, and how loudly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from fitness.sonorities import CACHED_PARTS
from genomes.context import Context
from genomes.drums.voices import BACK, COLOUR, LOW, TIME, VOICES
from genomes.grid import DIVISIONS, STRAIGHT, cells, in_quarters, swung
from genomes.notes import NOTE_DTYPE, Part
from genomes.time import TICKS_PER_QUARTER, Meter

# The last third of a quarter, where a swung eighth falls.
LATE_TRIPLET_TICKS = TICKS_PER_QUARTER * 2 // 3

ROLES = (LOW, BACK, TIME, COLOUR)
_ROLE_OF_NOTE = np.full(128, ROLES.index(COLOUR))
for _voice in VOICES.values():
    _ROLE_OF_NOTE[_voice.note] = ROLES.index(_voice.role)

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class MetricalGrid:
    """The positions of a bar where a drummer may strike: the cells of both divisions, in order.

    Attributes:
        onsets_ticks: where each position falls when it swings; the next bar line comes last.
        straight_ticks: where it would fall without swing.
        weights: metrical weight of each.
        are_pulses: whether time is kept there: eighths, units of the meter, swung eighths.
    """

    onsets_ticks: Integers
    straight_ticks: Integers
    weights: Floats
    are_pulses: Booleans

    @cached_property
    def edges_ticks(self) -> Integers:
        """From where on an onset belongs to the next position."""
        return np.asarray((self.onsets_ticks[:-1] + self.onsets_ticks[1:] + 1) // 2)


@lru_cache(maxsize=256)
def metrical_grid(meter: Meter, swing: float) -> MetricalGrid:
    """The positions of one bar."""
    found: dict[int, tuple[int, float]] = {}
    for division in reversed(DIVISIONS):  # where both fall together, the straight one is meant
        for cell in cells(meter, division):
            bend = swing if division == STRAIGHT else 0.0
            onset = swung(cell.onset_ticks, meter, bend)
            found[onset] = (cell.onset_ticks, cell.weight)
    onsets = sorted(found)
    straight = np.array([found[onset][0] for onset in onsets])
    weights = np.array([found[onset][1] for onset in onsets])
    late = straight % TICKS_PER_QUARTER == LATE_TRIPLET_TICKS
    are_pulses = (weights > 0) | (late & in_quarters(meter))
    return MetricalGrid(np.array([*onsets, meter.bar_ticks]), straight, weights, are_pulses)


@dataclass(frozen=True, eq=False)
class Drums:
    """A part by bars and positions of the grid.

    Attributes:
        grid: of every bar.
        struck: ``(bars, 4, positions)`` whether a voice of each of ``ROLES`` is struck.
        velocities: ``(bars, positions)`` the loudest stroke; 0 where nothing is struck.
        answers: ``(bars, positions)`` the loudest stroke of the role ``back``.
        bar_quarters: length of a bar.
    """

    grid: MetricalGrid
    struck: Booleans
    velocities: Floats
    answers: Floats
    bar_quarters: float

    @cached_property
    def any_struck(self) -> Booleans:
        """``(bars, positions)`` whether anything is struck."""
        return self.velocities > 0

    @cached_property
    def densities(self) -> Floats:
        """``(bars,)`` positions struck per quarter note."""
        return np.asarray(self.any_struck.sum(axis=1) / self.bar_quarters)

    @cached_property
    def likeness(self) -> Floats:
        """``(bars, bars)`` what two bars share of what either strikes, by role, 0 to 1."""
        flat = self.struck.reshape(len(self.struck), -1).astype(np.float32)
        common = flat @ flat.T
        sizes = flat.sum(axis=1)
        either = sizes[:, None] + sizes[None, :] - common
        return np.where(either > 0, common / np.maximum(either, 1), 1.0)


def drums_of(part: Part, context: Context) -> Drums:
    """Read a part; notes that are no drums are left out."""
    return _read(part.notes.tobytes(), part.length_ticks, part.swing, context.meter)


@lru_cache(maxsize=CACHED_PARTS)
def _read(note_bytes: bytes, length_ticks: int, swing: float, meter: Meter) -> Drums:
    every = np.frombuffer(note_bytes, dtype=NOTE_DTYPE)
    notes = every[every["is_drum"]]
    grid = metrical_grid(meter, swing)
    count, bars = len(grid.weights), max(1, length_ticks // meter.bar_ticks)
    bar, position = np.divmod(nearest_positions(notes["onset_ticks"], meter, swing), count)
    inside = np.minimum(bar, bars - 1)
    role = _ROLE_OF_NOTE[notes["pitch"]]
    struck = np.zeros((bars, len(ROLES), count), dtype=np.bool_)
    struck[inside, role, position] = True
    velocities, answers = np.zeros((bars, count)), np.zeros((bars, count))
    np.maximum.at(velocities, (inside, position), notes["velocity"])
    back = role == ROLES.index(BACK)
    np.maximum.at(answers, (inside[back], position[back]), notes["velocity"][back])
    return Drums(grid, struck, velocities, answers, meter.bar_quarters)


def nearest_positions(onsets_ticks: NDArray[np.int32], meter: Meter, swing: float) -> Integers:
    """The position nearest to each onset, counted from the first of the part."""
    grid = metrical_grid(meter, swing)
    bars, within = np.divmod(onsets_ticks.astype(np.int64), meter.bar_ticks)
    position = np.searchsorted(grid.edges_ticks, within, side="right")
    return np.asarray(bars * len(grid.weights) + position)
