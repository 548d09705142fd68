"""Music with something hidden: a bar, a register, one of the parts of a mix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fitness.roll import DRUM_CLASSES, ROW_TABLE
from genomes.context import MAX_BARS
from genomes.notes import Notes, Part, mixed
from genomes.time import Meter, TempoMap

BAR, REGISTER, PART, MODALITY = "bar", "register", "part", "modality"

# Name, and the MIDI pitches from the first up to, not into, the second.
REGISTERS: tuple[tuple[str, int, int], ...] = (
    ("lowest register", 0, 36),
    ("low register", 36, 48),
    ("lower middle register", 48, 60),
    ("upper middle register", 60, 72),
    ("high register", 72, 84),
    ("highest register", 84, 128),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """Music to be explained.

    Attributes:
        parts: by name, what sounds together; at least one.
        meter: of all of them.
        tempo_map: of all of them.
        own: name of the part in question, whose bars and registers are hidden and which is heard
            alone too, as it is scored; None where all parts together are in question.
    """

    parts: tuple[tuple[str, Part], ...]
    meter: Meter
    tempo_map: TempoMap
    own: str | None = None

    @property
    def part(self) -> Part:
        """The notes in question."""
        return self.mix if self.own is None else dict(self.parts)[self.own]

    @property
    def mix(self) -> Part:
        """Everything together."""
        return mixed([part for _, part in self.parts])

    @property
    def is_mixed(self) -> bool:
        """Whether it is heard twice: alone, and with other parts."""
        return self.own is not None and len(self.parts) > 1

    @property
    def bars(self) -> int:
        """How many bars the notes in question last."""
        return -(-self.part.length_ticks // self.meter.bar_ticks)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is left when something is hidden.

    Attributes:
        kind: ``bar``, ``register`` or ``part``.
        name: of it; bars count from 1.
        notes: how many are hidden.
        heard: what the model hears then, one part after the other; of the mix the last.
    """

    kind: str
    name: str
    notes: int
    heard: tuple[Part, ...]


def heard(subject: Subject) -> tuple[Part, ...]:
    """What the model hears of the whole: the part alone and in the mix, or all of it."""
    return (subject.part, subject.mix) if subject.is_mixed else (subject.part,)


def everything(subject: Subject) -> Iterator[Hidden]:
    """Each bar in order, each register with notes from below, each part of a mix.

    Of music longer than a section may be, the later bars are left out.
    """
    notes = subject.part.notes
    bars = notes["onset_ticks"] // subject.meter.bar_ticks
    for bar in range(min(subject.bars, MAX_BARS)):
        yield _without(subject, BAR, str(bar + 1), bars == bar)
    for name, is_in in registers(notes):
        yield _without(subject, REGISTER, name, is_in)
    if len(subject.parts) > 1:
        for name, part in subject.parts:
            others = [other for called, other in subject.parts if called != name]
            yield Hidden(PART, name, len(part.notes), (mixed(others),))


def registers(notes: Notes) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """The registers and classes of drums that have notes, and which notes those are."""
    pitches, is_drum = notes["pitch"], notes["is_drum"]
    for name, lowest, above in REGISTERS:
        is_in = ~is_drum & (pitches >= lowest) & (pitches < above)
        if is_in.any():
            yield name, is_in
    classes = ROW_TABLE[1, pitches]
    for row, (name, _) in enumerate(DRUM_CLASSES):
        is_in = is_drum & (classes == row)
        if is_in.any():
            yield name, is_in


def _without(subject: Subject, kind: str, name: str, is_in: NDArray[np.bool_]) -> Hidden:
    left = _kept(subject.part, ~is_in)
    if not subject.is_mixed:
        return Hidden(kind, name, int(is_in.sum()), (left,))
    mix = mixed([left if called == subject.own else part for called, part in subject.parts])
    return Hidden(kind, name, int(is_in.sum()), (left, mix))


def _kept(part: Part, is_kept: NDArray[np.bool_]) -> Part:
    notes = part.notes[is_kept]
    return Part.of(notes, part.length_ticks, part.harmony, lyrics=part.lyrics, swing=part.swing)
