"""Bars of rhythm: the places of a table, some early, some left out."""

from __future__ import annotations

from functools import cache

import numpy as np

from genomes.drums.places import places
from genomes.grid import EIGHTH_TICKS, STRAIGHT, cells
from genomes.time import Meter
from training.composed.cards import Range
from training.composed.tables import RHYTHMS
from training.composed.tendency import chance

NEVER: Range = (0.0, 0.0)

Cells = tuple[int, ...]  # places of a bar on the straight grid, in order


@cache
def cells_of(rhythm: str, meter: Meter) -> Cells:
    """The cells that a rhythm of ``RHYTHMS`` strikes in a bar."""
    roles = RHYTHMS[rhythm]
    return tuple(sorted({cell for role in roles for cell in places(role, meter, STRAIGHT)}))


@cache
def onsets_ticks(rhythm: str, meter: Meter) -> tuple[int, ...]:
    """The same in ticks from the bar line."""
    grid = cells(meter)
    return tuple(grid[cell].onset_ticks for cell in cells_of(rhythm, meter))


@cache
def eighth_cells(meter: Meter) -> int:
    """Cells of an eighth, or of the meter's unit where that is shorter."""
    return max(1, min(EIGHTH_TICKS, meter.unit_ticks) * len(cells(meter)) // meter.bar_ticks)


def struck(
    struck_cells: Cells,
    meter: Meter,
    rng: np.random.Generator,
    *,
    shifted: Range = NEVER,
    left_out: Range = NEVER,
) -> Cells:
    """One bar of a rhythm as it is played.

    Args:
        struck_cells: as the rhythm has them.
        meter: of the bar.
        rng: the source of chance.
        shifted: share of the strokes after the downbeat that come early by an eighth or a cell.
        left_out: share of the strokes that are silent.
    """
    found: set[int] = set()
    for cell in struck_cells:
        early = cell - (eighth_cells(meter) if rng.random() < 0.5 else 1)
        if not chance(left_out, rng):
            found.add(early if early > 0 and chance(shifted, rng) else cell)
    return tuple(sorted(found))
