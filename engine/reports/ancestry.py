"""Ancestry: which ancestor of a run the notes of each bar came from, and by which operator.

The genomes of the ancestors are rendered again, and bars compared by what begins when. A bar that
is equal to its parent's is inherited; one that is equal to another bar of a parent was moved; all
others were written by the operator that made the child, out of the bar of the nearest parent.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from engine.runs.reading import RecordedRun
from genomes import Part

SEED, SOURCE = "seed", "source"
WRITTEN, MOVED = "written", "moved"

# The name of genomes without parents that were made from the candidate that a run starts from.
FROM_SOURCE = "source"

BarNotes = frozenset[tuple[int, int]]  # onset from the bar line in ticks, and pitch


@dataclass(frozen=True, slots=True)
class Step:
    """An ancestor that changed a bar, or began it.

    Attributes:
        candidate: id of the ancestor.
        generation: in which it was bred; 0 is the first pool.
        operator: that made it; of a genome without parents the name of where it came from.
        kind: ``written`` or ``moved``; of a genome without parents ``seed``, or ``source`` where it
            was made of the candidate that the run starts from.
        bar: number of the bar there, from 1.
    """

    candidate: str
    generation: int
    operator: str
    kind: str
    bar: int


@dataclass(frozen=True, slots=True)
class BarAncestry:
    """Where one bar came from.

    Attributes:
        bar: its number, from 1.
        steps: the changes of its notes, the last first; they end with a seed or a source.
        is_locked: whether it is a bar of the source that had to stay.
    """

    bar: int
    steps: tuple[Step, ...]
    is_locked: bool

    @property
    def last(self) -> Step:
        """The ancestor that gave the bar the notes that it has."""
        return self.steps[0]

    @property
    def first(self) -> Step:
        """The genome without parents that it began with."""
        return self.steps[-1]

    def to_json(self) -> dict[str, Any]:
        """Plain values for machines."""
        steps = [asdict(step) for step in self.steps]
        return {"bar": self.bar, "locked": self.is_locked, "steps": steps}


class Ancestors:
    """The bars of everything that a run scored, rendered when they are asked for."""

    def __init__(self, recorded: RecordedRun) -> None:
        """Take a run; if it started from a candidate, its context has the notes of that."""
        self._recorded = recorded
        self._bars: dict[str, list[BarNotes]] = {}
        source = recorded.run.context.locked
        self._source = None if source is None else self._split(source.part)

    def of(self, candidate: str) -> list[BarAncestry]:
        """The ancestry of every bar of something that the run scored."""
        locks = self._recorded.run.started.locks
        locked = locks.bars if locks else ()
        return [
            BarAncestry(bar + 1, tuple(self._steps(candidate, bar)), bar in locked)
            for bar in range(self._recorded.run.context.section.bars)
        ]

    def _steps(self, candidate: str, bar: int) -> list[Step]:
        steps: list[Step] = []
        while True:
            child = self._recorded.offspring[candidate]
            if not child.parents:
                return [*steps, self._step(candidate, bar, self._origin(candidate, bar))]
            parent, place = self._nearest(candidate, child.parents, bar)
            if self._bars_of(parent)[place] != self._bars_of(candidate)[bar]:
                steps.append(self._step(candidate, bar, WRITTEN))
            elif place != bar:
                steps.append(self._step(candidate, bar, MOVED))
            candidate, bar = parent, place

    def _nearest(self, candidate: str, parents: list[str], bar: int) -> tuple[str, int]:
        """The parent, and its bar, that a bar was taken or made from."""
        notes = self._bars_of(candidate)[bar]
        for parent in parents:
            if self._bars_of(parent)[bar] == notes:
                return parent, bar
        for parent in parents:
            if notes and notes in self._bars_of(parent):
                return parent, self._bars_of(parent).index(notes)
        return max(parents, key=lambda each: len(self._bars_of(each)[bar] & notes)), bar

    def _origin(self, candidate: str, bar: int) -> str:
        """Whether the bar of a genome without parents comes from the run's source."""
        if self._source is None:
            return SEED
        is_made_of_it = self._recorded.offspring[candidate].operator == FROM_SOURCE
        is_equal = self._source[bar] == self._bars_of(candidate)[bar]
        return SOURCE if is_made_of_it or is_equal else SEED

    def _step(self, candidate: str, bar: int, kind: str) -> Step:
        generation = self._recorded.run.pool.scored[candidate].generation
        operator = self._recorded.offspring[candidate].operator
        return Step(candidate, generation, operator, kind, bar + 1)

    def _bars_of(self, candidate: str) -> list[BarNotes]:
        if candidate not in self._bars:
            self._bars[candidate] = self._split(self._recorded.part(candidate))
        return self._bars[candidate]

    def _split(self, part: Part) -> list[BarNotes]:
        context = self._recorded.run.context
        bars: list[set[tuple[int, int]]] = [set() for _ in range(context.section.bars)]
        onsets, pitches = part.notes["onset_ticks"].tolist(), part.notes["pitch"].tolist()
        for onset, pitch in zip(onsets, pitches, strict=True):
            bar, within = divmod(onset, context.meter.bar_ticks)
            bars[bar].add((within, pitch))
        return [frozenset(notes) for notes in bars]
