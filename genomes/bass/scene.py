"""What a bass player looks at before the first note: the meter, the changes, the kick."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from genomes.bass.kick import kick_onsets_ticks
from genomes.context import Context
from genomes.grid import cells
from genomes.notes import ChordSpan
from genomes.time import Meter

BarCells = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """A section, bar by bar, on the grid.

    Attributes:
        meter: of all bars.
        energy: 0 (still) to 1 (full).
        changes: for each bar, the cells where another root or bass begins.
        kicks: for each bar, the cells where the approved drums kick.
        has_slash_chords: whether some chord stands on another note than its root.
    """

    meter: Meter
    energy: float
    changes: tuple[BarCells, ...]
    kicks: tuple[BarCells, ...]
    has_slash_chords: bool

    @staticmethod
    def of(context: Context) -> Scene:
        """The section of a context; raises ValueError where it has no chords."""
        harmony = context.harmony
        return Scene(
            context.meter,
            context.section.energy,
            _by_bar(_change_onsets_ticks(harmony), context),
            _by_bar(kick_onsets_ticks(context), context),
            any(span.bass_pitch_class != span.root_pitch_class for span in harmony),
        )

    @property
    def has_drums(self) -> bool:
        """Whether anything kicks."""
        return any(self.kicks)

    @property
    def cells_per_bar(self) -> int:
        """How many places a bar has."""
        return len(cells(self.meter))


def _change_onsets_ticks(harmony: Sequence[ChordSpan]) -> list[int]:
    return [harmony[0].onset_ticks] + [
        after.onset_ticks for before, after in pairwise(harmony) if _foot(before) != _foot(after)
    ]


def _foot(span: ChordSpan) -> tuple[int, int]:
    return span.root_pitch_class, span.bass_pitch_class


def _by_bar(onsets_ticks: Iterable[int], context: Context) -> tuple[BarCells, ...]:
    """The cells that onsets lie in; late ones, as in a swung groove, count for theirs."""
    bar_ticks, count = context.meter.bar_ticks, len(cells(context.meter))
    found: list[dict[int, None]] = [{} for _ in range(context.section.bars)]
    for onset in onsets_ticks:
        bar, within = divmod(onset, bar_ticks)
        found[bar][within * count // bar_ticks] = None
    return tuple(map(tuple, found))
