"""What composers of every stage share: rhythms that any meter can play, and lengths of loops."""

from __future__ import annotations

from functools import cache

from genomes.drums.positions import positions
from genomes.grid import STRAIGHT, cells
from genomes.time import Meter

Cells = tuple[int, ...]  # places of a bar on the straight grid, in order

LOOP_BARS = (1, 2, 4, 8)
# Of how many bars a bass plucks one.
SPANS = (1, 2, 4)

# General MIDI velocities of what is no music: soft to loud.
VELOCITIES = (44, 54, 64, 74, 84, 94, 104)

# What is struck in a bar, as roles of ``genomes.drums.positions``.
RHYTHMS: dict[str, tuple[str, ...]] = {
    "none": (),
    "bars": ("downbeat",),
    "halves": ("strong",),
    "beats": ("beats",),
    "eighths": ("pulses",),
    "sixteenths": ("cells",),
    "off_beats": ("between",),
    "backbeat": ("back",),
    "half_time": ("half",),
    "threes": ("pulse_threes",),
    "dotted": ("threes",),
    "gallop": ("beats", "before_beats", "before_before_beats"),
    "answer": ("downbeat", "off_half"),
}

# A form of the harmony beside those of its genome: only the last bar of each phrase sounds.
ENDS_ONLY = "ends"
# How much a counter-line moves, as the energy of a section that has as much.
MOTIONS = {"still": 0.0, "moving": 0.5, "stirring": 1.0}
# Share of its length that a tone of the harmony is held.
HOLDS = {"whole": 1.0, "half": 0.5, "touch": 0.25}


@cache
def cells_of(rhythm: str, meter: Meter) -> Cells:
    """The cells that a rhythm of ``RHYTHMS`` strikes in a bar."""
    roles = RHYTHMS[rhythm]
    return tuple(sorted({cell for role in roles for cell in positions(role, meter, STRAIGHT)}))


@cache
def onsets_ticks(rhythm: str, meter: Meter) -> tuple[int, ...]:
    """The same in ticks from the bar line."""
    grid = cells(meter)
    return tuple(grid[cell].onset_ticks for cell in cells_of(rhythm, meter))
