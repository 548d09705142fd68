"""The form of a whole song as a picture: its sections in time, how loud they are, and who plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrangement.assemble import ArrangedSection, Arrangement
from engine.stages import STAGES
from genomes.time import TempoMap

WIDTH = 1000.0
ENERGY_HEIGHT = 90.0
LANE_HEIGHT = 16.0
LANE_GAP = 3.0
AXIS_HEIGHT = 18.0

# The least height of a section's block, so that its name has room.
LEAST_HEIGHT = 20.0


@dataclass(frozen=True, slots=True)
class Block:
    """A section in the picture.

    Attributes:
        name: of the section.
        x, width: along the song, of ``WIDTH``.
        y, height: by its energy.
        first_bar: from 1.
        bars: with all repeats.
        energy: 0 to 1.
        stages: that play.
    """

    name: str
    x: float
    width: float
    y: float
    height: float
    first_bar: int
    bars: int
    energy: float
    stages: tuple[str, ...]

    @property
    def words(self) -> str:
        """The section, for those who don't see it."""
        playing = ", ".join(self.stages) or "nobody plays"
        last = self.first_bar + self.bars - 1
        return f"{self.name}: bars {self.first_bar} to {last}, energy {self.energy:.2f}, {playing}"


@dataclass(frozen=True, slots=True)
class Lane:
    """The line of a stage in the picture.

    Attributes:
        stage: its name.
        y: its top.
    """

    stage: str
    y: float


@dataclass(frozen=True, slots=True)
class FormPicture:
    """What the template draws.

    Attributes:
        blocks: one for each section, in order.
        lanes: one for each stage that plays.
        height: of the picture, whose width is ``WIDTH``.
    """

    blocks: tuple[Block, ...]
    lanes: tuple[Lane, ...]
    height: float
    width: float = WIDTH
    lane_height: float = LANE_HEIGHT
    energy_height: float = ENERGY_HEIGHT


def form_picture(arrangement: Arrangement) -> FormPicture:
    """The picture of an arrangement's form."""
    playing = {stage for section in arrangement.sections for stage in _stages(section)}
    stages = [stage for stage in STAGES if stage in playing]
    top = ENERGY_HEIGHT + LANE_GAP
    lanes = [Lane(stage, top + (LANE_HEIGHT + LANE_GAP) * at) for at, stage in enumerate(stages)]
    return FormPicture(
        tuple(_block(section, arrangement) for section in arrangement.sections),
        tuple(lanes),
        top + (LANE_HEIGHT + LANE_GAP) * len(lanes) + AXIS_HEIGHT,
    )


def bar_seconds(tempo_map: TempoMap, bar_ticks: int, bars: int) -> list[float]:
    """When each bar begins, and when the last ends, in seconds to the millisecond."""
    begins = tempo_map.seconds(np.arange(bars + 1) * bar_ticks)
    return [round(float(each), 3) for each in begins]


def _stages(section: ArrangedSection) -> tuple[str, ...]:
    return tuple(stage for stage, _ in section.candidates)


def _block(section: ArrangedSection, arrangement: Arrangement) -> Block:
    height = LEAST_HEIGHT + (ENERGY_HEIGHT - LEAST_HEIGHT) * section.energy
    scale = WIDTH / arrangement.length_ticks
    return Block(
        name=section.name,
        x=round(section.start_ticks * scale, 2),
        width=round((section.end_ticks - section.start_ticks) * scale, 2),
        y=round(ENERGY_HEIGHT - height, 2),
        height=round(height, 2),
        first_bar=section.start_ticks // arrangement.meter.bar_ticks + 1,
        bars=section.bars,
        energy=section.energy,
        stages=_stages(section),
    )
