"""The context: everything a genome needs to render, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from genomes.keys import Key
from genomes.notes import Part
from genomes.time import Meter, TempoMap

MAX_BARS = 64


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the song.

    Attributes:
        label: free text such as ``"verse"``.
        bars: 1 to 64.
        energy: 0 (still) to 1 (full).
    """

    label: str
    bars: int
    energy: float = 0.5

    def __post_init__(self) -> None:
        if not 1 <= self.bars <= MAX_BARS:
            raise ValueError(f"section of {self.bars} bars: expected 1 to {MAX_BARS}")
        if not 0 <= self.energy <= 1:
            raise ValueError(f"section energy {self.energy}: expected 0 to 1")

    def to_payload(self) -> dict[str, Any]:
        """Plain values for the log."""
        return {"label": self.label, "bars": self.bars, "energy": self.energy}


@dataclass(frozen=True, slots=True)
class Context:
    """Song, section and the parts approved so far.

    Attributes:
        key: the song's key.
        meter: the song's meter.
        tempo_bpm: quarter notes per minute.
        section: what is being composed.
        parts: approved parents as ``(stage, part)``, in the order of the stages.
    """

    key: Key
    meter: Meter
    tempo_bpm: float
    section: Section
    parts: tuple[tuple[str, Part], ...] = ()

    @property
    def length_ticks(self) -> int:
        """Ticks of the whole section."""
        return self.section.bars * self.meter.bar_ticks

    @property
    def tempo_map(self) -> TempoMap:
        """The song's tempo, as a map."""
        return TempoMap.constant(self.tempo_bpm)
