"""A melody as the rules read it: its notes in order, the chords under them, its phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np

from fitness.sonorities import CACHED_PARTS
from fitness.theory.common import chords_at
from genomes.context import Context
from genomes.grid import DIVISIONS, cells
from genomes.notes import NOTE_DTYPE, ChordSpan, Part
from genomes.time import TICKS_PER_QUARTER, Meter

# A rest this long parts two phrases; shorter ones are articulation.
BREATH_SECONDS = 0.15


@dataclass(frozen=True, slots=True)
class Note:
    """A sung note.

    Attributes:
        onset_ticks: from the start of the part.
        end_ticks: where it ends.
        pitch: of MIDI.
    """

    onset_ticks: int
    end_ticks: int
    pitch: int

    @property
    def length_ticks(self) -> int:
        """How long it lasts."""
        return self.end_ticks - self.onset_ticks


Phrase = tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class MelodyLine:
    """The notes of a melody, in phrases.

    Attributes:
        notes: in order.
        phrases: the same notes, parted where the singer breathes.
    """

    notes: tuple[Note, ...]
    phrases: tuple[Phrase, ...]

    @staticmethod
    def of(part: Part, context: Context) -> MelodyLine:
        """Read a part; where notes sound together, the highest counts."""
        return _line(part.notes.tobytes(), context.tempo_bpm)


@lru_cache(maxsize=CACHED_PARTS)
def _line(note_bytes: bytes, tempo_bpm: float) -> MelodyLine:
    rows = np.frombuffer(note_bytes, dtype=NOTE_DTYPE).tolist()
    highest = {onset: (duration, pitch) for onset, duration, pitch, _, _ in rows}
    onsets = [*highest, 2**30]
    notes = tuple(
        Note(onset, min(onset + highest[onset][0], following), highest[onset][1])
        for onset, following in pairwise(onsets)
    )
    breath_ticks = BREATH_SECONDS * tempo_bpm / 60 * TICKS_PER_QUARTER
    phrases: list[list[Note]] = []
    for note in notes:
        if not phrases or note.onset_ticks - phrases[-1][-1].end_ticks >= breath_ticks:
            phrases.append([])
        phrases[-1].append(note)
    return MelodyLine(notes, tuple(map(tuple, phrases)))


def chords_under(notes: Sequence[Note], context: Context) -> list[ChordSpan]:
    """The chord that sounds where each note begins; raises ValueError where there are none."""
    harmony = context.harmony
    found = chords_at(harmony, (note.onset_ticks for note in notes))
    return [harmony[max(0, index)] for index in found]


def weight_at(onset_ticks: int, meter: Meter) -> float:
    """Metrical weight of a place in a part, 0 between the eighths; see ``genomes.grid``."""
    return _weights(meter).get(onset_ticks % meter.bar_ticks, 0.0)


@cache
def _weights(meter: Meter) -> dict[int, float]:
    return {
        cell.onset_ticks: cell.weight for division in DIVISIONS for cell in cells(meter, division)
    }
