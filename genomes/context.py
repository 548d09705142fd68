"""The context: everything a genome needs to render, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from genomes.genres import groove_of
from genomes.keys import Key
from genomes.lyrics import Lyrics
from genomes.notes import ChordSpan, Part
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


@dataclass(frozen=True, slots=True)
class LockedBars:
    """Bars that evolution does not change.

    Attributes:
        part: the part that the bars are taken from; of the section's length.
        bars: their numbers, 0 the first, in order.
    """

    part: Part
    bars: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Song, section, the parts approved so far, and locked bars.

    Attributes:
        key: the song's key.
        meter: the song's meter.
        tempo_bpm: quarter notes per minute.
        section: what is being composed.
        parts: approved parents as ``(stage, part)``, in the order of the stages.
        genres: the song's, as its proposal words them.
        singer: a name of ``genomes.melody``'s table of ranges; empty for its default.
        lyrics: the section's words, that its melody is set to; None for a section without.
        before: the part of the same stage that ends the section before, to be carried on from.
        locked: bars that are locked, with their part.
    """

    key: Key
    meter: Meter
    tempo_bpm: float
    section: Section
    parts: tuple[tuple[str, Part], ...] = ()
    genres: tuple[str, ...] = ()
    singer: str = ""
    lyrics: Lyrics | None = None
    before: Part | None = None
    locked: LockedBars | None = None

    def part(self, stage: str) -> Part | None:
        """The approved part of a stage, if there is one."""
        return dict(self.parts).get(stage)

    @property
    def harmony(self) -> tuple[ChordSpan, ...]:
        """The chords of the section; raises ValueError where none are approved."""
        chords = self.part("chords")
        if chords is None or not chords.harmony:
            raise ValueError("the context has no chords: their stage comes first")
        return chords.harmony

    @property
    def swing(self) -> float:
        """How late off-beats come in every part, 0 (straight) to 1 (triplets).

        What is approved decides, chords aside, for they are played straight; then bars that stay,
        then the section before, then the song's genres.
        """
        swings = [part.swing for stage, part in self.parts if stage != "chords"]
        if swings:
            return max(swings)
        if self.locked is not None:
            return self.locked.part.swing
        if self.before is not None:
            return self.before.swing
        return groove_of(self.genres).swing_percent / 100

    @property
    def length_ticks(self) -> int:
        """Ticks of the whole section."""
        return self.section.bars * self.meter.bar_ticks

    @property
    def tempo_map(self) -> TempoMap:
        """The song's tempo, as a map."""
        return TempoMap.constant(self.tempo_bpm)
